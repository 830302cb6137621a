"""What is timed, and whether both ways give the same.

Belongs here: clocks around ways, comparison of their lists. Does not belong here: the plain way itself
(``plain_neighbours``), where clicks come from (``clicks``), the table.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.recommendation_speed.plain_neighbours import PlainNeighbours
from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.als import ALSConfig, ALSFactors
from ml_assets.recommender.retrieval.neighbours import SessionNeighbours
from ml_assets.recommender.session_config import RetrievalConfig, SessionConfig
from ml_assets.recommender.session_model import SessionRecommender
from ml_assets.recommender.sessions import ItemIndex, NextItems, Sessions
from ml_assets.recommender.strengths import strengths_of_sessions

COUNT = 20
Answer = TypeVar("Answer")
# Prefixes that are asked for at once.
_BATCH = 200
# Sums in another order differ beyond so many digits after the point.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """Sessions to learn from, and prefixes of newer ones to ask with, both of item numbers."""

    sessions: Sessions
    prefixes: Sessions
    n_items: int


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of the platform's way and of another one, and how far both agree.

    Attributes
    ----------
    what
        In words.
    seconds, other_seconds
        Shortest of the repetitions.
    same
        Share of the lists that are the same.
    """

    what: str
    seconds: float
    other_seconds: float
    same: float

    @property
    def times_as_fast(self) -> float:
        """How often the platform's way fits into the time of the other."""
        return self.other_seconds / self.seconds


@dataclass(frozen=True, slots=True)
class Covered:
    """All visitors of a click log with lists of their own.

    Attributes
    ----------
    visitors, items
        How many.
    different
        How many lists were made: one for all visitors with the same last clicks.
    fit_seconds
        Of learning.
    rank_seconds, neighbour_seconds
        Of all lists, from both stages and from session neighbours alone.
    """

    visitors: int
    different: int
    items: int
    fit_seconds: float
    rank_seconds: float
    neighbour_seconds: float


def asked(sessions: Sessions, prefixes: int, seed: int) -> Asked:
    """Divide sessions into older ones to learn from and prefixes of the newest tenth, at most so many."""
    newest = len(sessions) - len(sessions) // 10
    older = sessions.take(np.arange(newest))
    index = ItemIndex.of(older)
    pairs = NextItems.of(index.renumbered(sessions.take(np.arange(newest, len(sessions)))))
    drawn = np.random.default_rng(seed).permutation(len(pairs))[:prefixes]
    return Asked(index.renumbered(older), pairs.take(np.sort(drawn)).prefixes, len(index))


def neighbours(given: Asked, config: RetrievalConfig, repetitions: int, *, has_index: bool) -> Timed:
    """Time neighbours of sessions in columns against one prefix after another.

    Parameters
    ----------
    given
        Sessions and prefixes.
    config
        Settings.
    repetitions
        How often both are timed.
    has_index
        Whether the other way looks sessions up by item, or goes through all of them for each prefix.
    """
    plain = PlainNeighbours(_as_lists(given.sessions), config.neighbours, has_index=has_index)
    columns = SessionNeighbours.fit(given.sessions, given.n_items, config.neighbours)
    prefixes = _as_lists(given.prefixes.last(config.max_age))

    def in_columns() -> list[list[int]]:
        lists: list[list[int]] = []
        for some in _batches(given.prefixes):
            found = columns.scores(Query.of(some, given.n_items, config.max_age))
            lists += _lists(found.rows, found.items, found.values[:, 0], len(some))
        return lists

    def one_by_one() -> list[list[int]]:
        return [_in_order(plain.scores(prefix)) for prefix in prefixes]

    (seconds, other), (mine, theirs) = _shortest((in_columns, one_by_one), repetitions)
    same = float(np.mean([one == two for one, two in zip(mine, theirs, strict=True)]))
    looped = "the sessions that an index names" if has_index else "all sessions"
    return Timed(f"{len(prefixes):,} prefixes' neighbours, by a loop over {looped}", seconds, other, same)


def factors(given: Asked, config: ALSConfig, repetitions: int) -> Timed:
    """Time fitting factors and asking them against ``implicit`` alone with the same settings."""
    from implicit.cpu.als import AlternatingLeastSquares

    strengths = strengths_of_sessions(given.sessions, given.n_items)
    asked_with = strengths_of_sessions(given.prefixes, given.n_items)

    def ours() -> NDArray[np.int64]:
        return ALSFactors.fit(strengths, config).recommended(asked_with, COUNT).items

    def bare() -> NDArray[np.int64]:
        fitted_to, with_confidence = (_confidence(matrix, config.alpha) for matrix in (strengths, asked_with))
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=config.factors,
                regularization=config.regularization,
                alpha=1.0,
                iterations=config.iterations,
                num_threads=config.threads,
                random_state=config.seed,
            )
            model.fit(fitted_to, show_progress=False)
            found, _ = model.recommend(
                np.arange(len(given.prefixes)),
                with_confidence,
                N=COUNT,
                filter_already_liked_items=False,
                recalculate_user=True,
            )
        return np.asarray(found, dtype=np.int64)

    (seconds, other), (mine, theirs) = _shortest((ours, bare), repetitions)
    # The platform puts equals in order, and the library does not, so not all lists are wholly the same.
    shared = [len(np.intersect1d(one, two)) / COUNT for one, two in zip(mine, theirs, strict=True)]
    return Timed(
        f"factors, and {len(given.prefixes):,} lists of them, by implicit alone", seconds, other, float(np.mean(shared))
    )


def covered(sessions: Sessions, visitors: Sessions, config: SessionConfig) -> Covered:
    """Fit the recommender of sessions, and time lists for all visitors over the whole catalogue.

    Visitors with the same last clicks get the same list, so that it is made once.
    """
    started = time.monotonic()
    recommender = SessionRecommender.fit(sessions, config)
    fitted = time.monotonic()
    max_age = config.retrieval.max_age
    histories = different(visitors.last(max_age))
    recommender.rank_many(histories, COUNT)
    ranked = time.monotonic()
    numbered = recommender.index.renumbered(histories)
    for some in _batches(numbered):
        query = Query.of(some, len(recommender.index), max_age)
        recommender.retrievers.neighbours.scores(query).best(COUNT)
    return Covered(
        visitors=len(visitors),
        different=len(histories),
        items=len(recommender.index),
        fit_seconds=fitted - started,
        rank_seconds=ranked - fitted,
        neighbour_seconds=time.monotonic() - ranked,
    )


def different(histories: Sessions) -> Sessions:
    """Return each history once; those of equal clicks are the same."""
    last = np.zeros((len(histories), int(histories.lengths.max(initial=0))), dtype=np.int64)
    # Item ids are not negative, so 0 is free for clicks that are not there.
    last[histories.rows, histories.positions] = histories.items.astype(np.int64) + 1
    _, first = np.unique(last, axis=0, return_index=True)
    return histories.take(np.sort(first))


def _batches(sessions: Sessions) -> Iterator[Sessions]:
    """Give the sessions in parts, so that what is computed for them fits into memory."""
    for start in range(0, len(sessions), _BATCH):
        yield sessions.take(np.arange(start, min(start + _BATCH, len(sessions))))


def _as_lists(sessions: Sessions) -> list[list[int]]:
    return [sessions[row].tolist() for row in range(len(sessions))]


def _shortest(
    ways: tuple[Callable[[], Answer], Callable[[], Answer]], repetitions: int
) -> tuple[tuple[float, float], tuple[Answer, Answer]]:
    """Return the shortest time of each of two ways, taken in turns, and what they answer."""
    (first, one), (second, two) = _clocked(ways[0]), _clocked(ways[1])
    for _ in range(repetitions - 1):
        first, second = min(first, _clocked(ways[0])[0]), min(second, _clocked(ways[1])[0])
    return (first, second), (one, two)


def _clocked(way: Callable[[], Answer]) -> tuple[float, Answer]:
    started = time.monotonic()
    answer = way()
    return time.monotonic() - started, answer


def _lists(
    rows: NDArray[np.int64], items: NDArray[np.int64], scores: NDArray[np.float64], n_rows: int
) -> list[list[int]]:
    """Return the best items of each row."""
    order = np.lexsort((items, -scores.round(_DIGITS), rows))
    ends = np.searchsorted(rows[order], np.arange(n_rows + 1))
    return [items[order[start:end]][:COUNT].tolist() for start, end in pairwise(ends.tolist())]


def _in_order(scores: dict[int, float]) -> list[int]:
    """Return the best items of one prefix."""
    return sorted(scores, key=lambda item: (-round(scores[item], _DIGITS), item))[:COUNT]


def _confidence(strengths: sparse.csr_array, alpha: float) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        ((1.0 + alpha * strengths.data).astype(np.float32), strengths.indices, strengths.indptr), shape=strengths.shape
    )
