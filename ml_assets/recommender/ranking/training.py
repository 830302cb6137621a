"""What the order of candidates is learned from: sessions scored by statistics that do not know them.

Belongs here: stretches of sessions, rows to learn from. Does not belong here: features, retrievers, trees (``trees``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.features import features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.session_config import RankingConfig, SessionConfig
from ml_assets.recommender.sessions import NextItems, Sessions

_BATCH = 200


class NothingToLearnError(ValueError):
    """No session has a next item that the sessions before it could have named."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Candidates to learn from; those of a pair stand together.

    Attributes
    ----------
    matrix
        Features, shape (rows, columns).
    is_target
        Whether the candidate came next.
    pair
        Number of the pair, ascending.
    session
        Number of the session of each row.
    """

    matrix: NDArray[np.float32]
    is_target: NDArray[np.bool_]
    pair: NDArray[np.int64]
    session: NDArray[np.int64]

    @classmethod
    def together(cls, parts: list[Rows]) -> Rows:
        """Return the rows of all parts; the pairs of a part come after those of the part before it."""
        n_pairs = [int(part.pair.max(initial=-1)) + 1 for part in parts]
        first = np.cumsum([0, *n_pairs])
        return cls(
            matrix=np.concatenate([part.matrix for part in parts]),
            is_target=np.concatenate([part.is_target for part in parts]),
            pair=np.concatenate([part.pair + start for part, start in zip(parts, first, strict=False)]),
            session=np.concatenate([part.session for part in parts]),
        )


def rolling_stretches(n_sessions: int, config: RankingConfig) -> list[tuple[int, int]]:
    """Return first and last + 1 session of the newest stretches, the oldest first.

    A stretch is scored by the sessions before it, as sessions to come will be: so none counts in the statistics that
    score it, and its neighbours are as old as they will be then. All stretches together are at most half of the
    sessions.
    """
    size = min(config.fold_sessions, n_sessions // (2 * config.folds))
    return [(n_sessions - size * fold, n_sessions - size * (fold - 1)) for fold in range(config.folds, 0, -1)]


def training_rows(sessions: Sessions, n_items: int, config: SessionConfig) -> Rows:
    """Return the candidates of all stretches.

    Parameters
    ----------
    sessions
        Of item numbers, the oldest first.
    n_items
        Number of items of the catalogue.
    config
        Settings.

    Raises
    ------
    NothingToLearnError
        If there is no pair with a target among its candidates.
    """
    ranking = config.ranking
    random = np.random.default_rng(config.seed)
    parts: list[Rows] = []
    for start, end in rolling_stretches(len(sessions), ranking):
        past = sessions.take(np.arange(start))
        pairs = known_pairs(sessions.take(np.arange(start, end)), past)
        wanted = min(len(pairs), ranking.max_pairs // ranking.folds)
        pairs = pairs.take(np.sort(random.choice(len(pairs), wanted, replace=False)))
        retrievers = Retrievers.fit(past, n_items, config.retrieval)
        table = item_table(past, n_items, ranking.new, ranking.newest)
        for rows in _rows_of(retrievers, table, pairs, ranking, random):
            parts.append(Rows(rows.matrix, rows.is_target, rows.pair, rows.session + start))
    if not any(part.is_target.any() for part in parts):
        raise NothingToLearnError(
            f"Of {len(sessions)} sessions the newest hold no next item that the sessions before them could name: give "
            "more sessions, the oldest first."
        )
    return Rows.together(parts)


def known_pairs(stretch: Sessions, past: Sessions) -> NextItems:
    """Return the pairs of sessions without the items that earlier sessions do not know."""
    return NextItems.of(stretch.keep(np.isin(stretch.items, past.items)))


def _rows_of(
    retrievers: Retrievers,
    table: NDArray[np.float32],
    pairs: NextItems,
    config: RankingConfig,
    random: np.random.Generator,
) -> Iterator[Rows]:
    n_items = retrievers.n_items
    for start in range(0, len(pairs), _BATCH):
        batch = pairs.take(np.arange(start, min(len(pairs), start + _BATCH)))
        query = Query.of(batch.prefixes, n_items, retrievers.config.max_age)
        retrieved = retrievers.retrieve(query)
        row = retrieved.candidates // n_items
        is_target = retrieved.candidates % n_items == batch.targets[row]
        has_target = np.bincount(row[is_target], minlength=len(batch)) > 0
        kept = has_target[row] & (is_target | _learned(retrieved, row, config, random))
        chosen = Retrieved(retrieved.scores, retrieved.ranks, retrieved.candidates[kept], retrieved.fused[kept])
        yield Rows(features(query, chosen, table), is_target[kept], row[kept], batch.session[row[kept]])


def _learned(
    retrieved: Retrieved, row: NDArray[np.int64], config: RankingConfig, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which candidates are learned from: the best of each pair and some of the others."""
    is_head = _place(row, -retrieved.fused) < config.head
    return is_head | (_place(row, random.random(len(row)) + is_head) < config.tail)


def _place(row: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of each entry among those of its row, ascending by value; rows ascend."""
    order = np.lexsort((value, row))
    place = np.empty(len(row), dtype=np.int64)
    place[order] = np.arange(len(row)) - np.searchsorted(row, row)
    return place
