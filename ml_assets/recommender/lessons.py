"""What the order of candidates is learned from: earlier contexts, each scored by what was known at its moment.

Belongs here: the first stage as of a moment, candidates with features, which of them came true. Does not belong here:
how trees grow (``ranking``), retrievers (``retrieval``).

Statistics that score a context are those of the sessions before its moment alone. So no session counts in the
statistics that score it, and what is learned holds for contexts that are new.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.catalogue import Catalogue
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import ContextKind, Contexts, contexts_at, contexts_within
from ml_assets.recommender.ranking.features import features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.ranking.training import Rows
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.split import Split
from ml_assets.recommender.two_stages import candidates_of

# Contexts whose candidates are made at once.
_BATCH = 400
_SECONDS_PER_DAY = 86_400
_NEW_DAYS, _NEWEST_DAYS = 28, 7

Stages = tuple[Retrievers, NDArray[np.int64], NDArray[np.float32]]


def learned_sessions(past: Clicks, catalogue: Catalogue) -> Sessions:
    """Return the sessions with two views or more, the oldest first: one view tells nothing of what goes with what."""
    sessions = catalogue.of_clicks(past.sessions())
    return sessions.take(sessions.lengths > 1)


def stages_of(past: Clicks, moment: np.datetime64, catalogue: Catalogue, config: RecommenderConfig) -> Stages:
    """Return the first stage as of a moment: retrievers, popular items in the order of their numbers, columns of items.

    Parameters
    ----------
    past
        Events before the moment.
    moment
        The moment.
    catalogue
        Numbers of items; those that were first viewed later have nothing to do with any other.
    config
        Settings.
    """
    retrievers = Retrievers.fit(learned_sessions(past, catalogue), len(catalogue), config.sessions().retrieval)
    popular = catalogue.at(past, moment, config.popular_days).most_popular(config.popular_candidates)
    return retrievers, np.sort(popular), _table_of(past, moment, catalogue)


def _table_of(past: Clicks, moment: np.datetime64, catalogue: Catalogue) -> NDArray[np.float32]:
    """Return the columns of each item: sessions of four weeks count as new, those of the last one as newest."""
    sessions = catalogue.of_clicks(past.sessions())
    ended = np.zeros(0) if sessions.ended_at is None else sessions.ended_at
    now = moment.astype("datetime64[us]").astype(np.int64) / 1e6
    new, newest = (int((ended >= now - days * _SECONDS_PER_DAY).sum()) for days in (_NEW_DAYS, _NEWEST_DAYS))
    return item_table(sessions, len(catalogue), new, newest)


def lessons_before(
    past: Clicks, until: np.datetime64, catalogue: Catalogue, split: Split, config: RecommenderConfig
) -> dict[ContextKind, Rows]:
    """Return candidates of contexts whose truth was known by a moment; a kind without any is left out.

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
    parts: dict[ContextKind, list[Rows]] = {kind: [] for kind in ContextKind}
    moments = split.lessons(until, config.split.lesson_moments, past.occurred.min() if len(past) else until)
    longest = config.split.longest_history
    for moment in moments:
        before = past.before(moment)
        if not len(learned_sessions(before, catalogue)):
            continue
        stages = stages_of(before, moment, catalogue, config)
        asked = {
            ContextKind.VISITOR: contexts_at(past, np.asarray([moment]), split.horizon, longest),
            ContextKind.SESSION: contexts_within(past, moment, moment + split.horizon, longest),
        }
        for kind, contexts in asked.items():
            wanted = min(len(contexts), max(1, config.ranker.max_lessons // len(moments)))
            drawn = contexts.take(np.sort(random.choice(len(contexts), wanted, replace=False)))
            parts[kind] += _rows_of(stages, drawn, catalogue, config, random)
    return {kind: Rows.together(found) for kind, found in parts.items() if found}


def _rows_of(
    stages: Stages, contexts: Contexts, catalogue: Catalogue, config: RecommenderConfig, random: np.random.Generator
) -> Iterator[Rows]:
    retrievers, popular, table = stages
    n_items = len(catalogue)
    for start in range(0, len(contexts), _BATCH):
        batch = contexts.take(np.arange(start, min(len(contexts), start + _BATCH)))
        query, retrieved = candidates_of(retrievers, catalogue.of_clicks(batch.histories), popular)
        row = retrieved.candidates // n_items
        targets = catalogue.of_clicks(batch.targets)
        is_target = np.isin(retrieved.candidates, targets.rows * n_items + targets.items)
        has_target = np.bincount(row, is_target, minlength=len(batch)) > 0
        kept = has_target[row] & (is_target | _is_learned(retrieved.fused, row, config, random))
        if kept.any():
            chosen = Retrieved(retrieved.scores, retrieved.ranks, retrieved.candidates[kept], retrieved.fused[kept])
            yield Rows(features(query, chosen, table), is_target[kept], row[kept], batch.visitor[row[kept]])


def _is_learned(
    fused: NDArray[np.float64], row: NDArray[np.int64], config: RecommenderConfig, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which candidates are learned from: the best of each context and some of the others, drawn at random."""
    is_head = _place(row, -fused) < config.ranker.head
    return is_head | (_place(row, np.where(is_head, np.inf, random.random(len(row)))) < config.ranker.tail)


def _place(row: NDArray[np.int64], by: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of each entry among those of its row, the lowest first; rows ascend."""
    order = np.lexsort((by, row))
    place = np.empty(len(row), dtype=np.int64)
    place[order] = np.arange(len(row)) - np.searchsorted(row, row)
    return place
