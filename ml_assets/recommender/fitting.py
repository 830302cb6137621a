"""Fits what is known at a moment: catalogue, popularity, similar items, and the two stages.

Belongs here: from clicks before a moment to fitted parts. Does not belong here: which moment it is (``split``), which
method serves (``train``), how trees grow (``ranking``).

The order of candidates is learned from contexts of earlier moments, each scored by statistics of the sessions before
that moment alone. So no session counts in the statistics that score it, and what is learned holds for new ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.candidates import candidates_of
from ml_assets.recommender.clicks import Clicks, Texts
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.ranking.features import feature_names, features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.ranking.training import Rows, grown
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.session_model import SessionRecommender
from ml_assets.recommender.sessions import ItemIndex, Sessions
from ml_assets.recommender.similar import SimilarItems
from ml_assets.recommender.split import Contexts, Split, contexts_at

_BATCH = 400
_DAY = np.timedelta64(1, "D")
_NEW_DAYS, _NEWEST_DAYS = 28, 7


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items that were viewed before a moment, and how popular they were of late.

    Attributes
    ----------
    ids
        Item ids by number.
    number_of
        Number of each item of the clicks, -1 for one that was not viewed before the moment.
    popularity
        Share of the views of the last days, by number.
    """

    ids: Texts
    number_of: NDArray[np.int64]
    popularity: NDArray[np.float64]

    @classmethod
    def of(cls, past: Clicks, until: np.datetime64, popular_days: int) -> Catalogue:
        """Return the catalogue of the events before a moment.

        Parameters
        ----------
        past
            Those events.
        until
            The moment.
        popular_days
            Days before it whose views count; where they hold none, all views do.
        """
        viewed = np.unique(past.item[past.is_view])
        number_of = np.full(len(past.items), -1, dtype=np.int64)
        number_of[viewed] = np.arange(len(viewed))
        return cls(past.items[viewed], number_of, np.zeros(len(viewed))).at(past, until, popular_days)

    def at(self, past: Clicks, until: np.datetime64, popular_days: int) -> Catalogue:
        """Return the same items with the popularity that they had at an earlier moment."""
        late = past.is_view & (past.at >= until - popular_days * _DAY)
        counts = np.bincount(self.number_of[past.item[late if late.any() else past.is_view]], minlength=len(self.ids))
        return replace(self, popularity=counts / max(counts.sum(), 1))

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.ids)

    def most_popular(self, count: int) -> NDArray[np.int64]:
        """Return the most viewed items, the first one first; of equals the lower number."""
        return np.argsort(-self.popularity, kind="stable")[:count]

    def of_clicks(self, sessions: Sessions) -> Sessions:
        """Return sessions of the clicks' item numbers with this catalogue's, without items that it has not."""
        return in_numbers(sessions, self.number_of)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is known at a moment.

    Attributes
    ----------
    catalogue
        Items and popularity.
    similar
        Similar items.
    core
        The two stages; None where there are too few contexts to learn an order from.
    lessons
        Contexts that the order was learned from.
    last_click
        The newest event that anything was fitted to; None where there is none.
    """

    catalogue: Catalogue
    similar: SimilarItems
    core: SessionRecommender | None
    lessons: int
    last_click: np.datetime64 | None


def in_numbers(sessions: Sessions, number_of: NDArray[np.int64]) -> Sessions:
    """Return sessions with other numbers of their items, without those whose number is below 0."""
    numbers = number_of[sessions.items]
    return Sessions(numbers.astype(np.int32), sessions.offsets, sessions.ended_at).keep(numbers >= 0)


def fit_at(clicks: Clicks, until: np.datetime64, split: Split, config: RecommenderConfig) -> Fitted:
    """Fit everything to the events before a moment.

    Parameters
    ----------
    clicks
        All events; those from the moment on are not looked at.
    until
        The moment.
    split
        Moments, from whose distance lessons follow.
    config
        Settings.
    """
    past = clicks.before(until)
    catalogue = Catalogue.of(past, until, config.popular_days)
    sessions = learned_sessions(past, catalogue)
    similar = SimilarItems.of(sessions, len(catalogue), config.similar, config.min_support)
    rows, names, lessons = lesson_rows(past, until, catalogue, split, config)
    core = None
    if rows is not None and lessons >= config.min_lessons:
        core = _core(past, until, catalogue, sessions, rows, names, config)
    return Fitted(catalogue, similar, core, lessons, past.at.max() if len(past) else None)


def learned_sessions(past: Clicks, catalogue: Catalogue) -> Sessions:
    """Return the sessions with two views or more, the oldest first: one view tells nothing of what goes with what."""
    sessions = catalogue.of_clicks(past.sessions())
    return sessions.take(sessions.lengths > 1)


def table_of(past: Clicks, until: np.datetime64, catalogue: Catalogue) -> NDArray[np.float32]:
    """Return the columns of each item: sessions of the last four weeks count as new, those of the last one as newest."""
    sessions = catalogue.of_clicks(past.sessions())
    ended = np.asarray(sessions.ended_at)
    moment = until.astype("datetime64[us]").astype(np.int64) / 1e6
    new, newest = (int((ended >= moment - days * 86_400).sum()) for days in (_NEW_DAYS, _NEWEST_DAYS))
    return item_table(sessions, len(catalogue), new, newest)


def _core(
    past: Clicks,
    until: np.datetime64,
    catalogue: Catalogue,
    sessions: Sessions,
    rows: Rows,
    names: list[str],
    config: RecommenderConfig,
) -> SessionRecommender:
    settings = config.sessions()
    booster = grown(rows, names, settings)
    booster.set_param({"nthread": 1})
    return SessionRecommender(
        index=ItemIndex(np.arange(len(catalogue), dtype=np.int32)),
        retrievers=Retrievers.fit(sessions, len(catalogue), settings.retrieval),
        table=table_of(past, until, catalogue),
        popular=catalogue.most_popular(config.popular_candidates),
        booster=booster,
        config=settings,
    )


def lesson_rows(
    past: Clicks, until: np.datetime64, catalogue: Catalogue, split: Split, config: RecommenderConfig
) -> tuple[Rows | None, list[str], int]:
    """Return candidates of earlier contexts, scored by what was known at each one's moment, and how many contexts.

    Only contexts of which a target is among the candidates teach anything.

    Parameters
    ----------
    past
        Events before the moment.
    until
        The moment.
    catalogue
        Items known at the moment.
    split, config
        Moments and settings.
    """
    random = np.random.default_rng(config.seed)
    settings, start = config.sessions(), past.at.min() if len(past) else until
    parts: list[Rows] = []
    names: list[str] = []
    moments = split.lessons(until, config.split.lesson_moments, start)
    for moment in moments:
        before = past.before(moment)
        sessions = learned_sessions(before, catalogue)
        contexts = contexts_at(past, np.asarray([moment]), split.horizon, config.split.longest_history)
        if not len(sessions.items) or not len(contexts):
            continue
        wanted = min(len(contexts), max(1, config.ranker.max_lessons // len(moments)))
        contexts = contexts.take(np.sort(random.choice(len(contexts), wanted, replace=False)))
        retrievers = Retrievers.fit(sessions, len(catalogue), settings.retrieval)
        table = table_of(before, moment, catalogue)
        names = feature_names(retrievers.by_name)
        popular = catalogue.at(before, moment, config.popular_days).most_popular(config.popular_candidates)
        parts += _rows_of(retrievers, table, popular, contexts, catalogue, settings, random)
    if not parts:
        return None, names, 0
    contexts_of = np.cumsum([0, *(part.pair.max(initial=-1) + 1 for part in parts)])
    pair = np.concatenate([part.pair + first for part, first in zip(parts, contexts_of[:-1], strict=True)])
    rows = Rows(
        np.concatenate([part.matrix for part in parts]),
        np.concatenate([part.is_target for part in parts]),
        pair,
        np.concatenate([part.session for part in parts]),
    )
    return rows, names, len(np.unique(pair))


def _rows_of(
    retrievers: Retrievers,
    table: NDArray[np.float32],
    popular: NDArray[np.int64],
    contexts: Contexts,
    catalogue: Catalogue,
    settings: SessionConfig,
    random: np.random.Generator,
) -> list[Rows]:
    parts = []
    for start in range(0, len(contexts), _BATCH):
        batch = contexts.take(np.arange(start, min(len(contexts), start + _BATCH)))
        query, retrieved = candidates_of(retrievers, catalogue.of_clicks(batch.histories), popular)
        row = retrieved.candidates // len(catalogue)
        targets = catalogue.of_clicks(batch.targets)
        is_target = np.isin(retrieved.candidates, targets.rows * len(catalogue) + targets.items)
        has_target = np.bincount(row, is_target, minlength=len(batch)) > 0
        kept = has_target[row] & (is_target | _learned(retrieved.fused, row, settings, random))
        chosen = Retrieved(retrieved.scores, retrieved.ranks, retrieved.candidates[kept], retrieved.fused[kept])
        parts.append(Rows(features(query, chosen, table), is_target[kept], row[kept], batch.visitor[row[kept]]))
    return parts


def _learned(
    fused: NDArray[np.float64], row: NDArray[np.int64], settings: SessionConfig, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which candidates are learned from: the best of each context and some of the others, drawn at random."""
    head, tail = settings.ranking.head, settings.ranking.tail
    is_head = _number_within(row, -fused) < head
    return is_head | (_number_within(row, np.where(is_head, np.inf, random.random(len(row)))) < tail)


def _number_within(row: NDArray[np.int64], by: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of each entry among those of its row, the lowest first; rows ascend."""
    order = np.lexsort((by, row))
    number = np.empty(len(row), dtype=np.int64)
    number[order] = np.arange(len(row)) - np.searchsorted(row, row)
    return number
