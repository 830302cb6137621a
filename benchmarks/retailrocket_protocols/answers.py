"""What a model answers to each beginning of a session: its list, and where the item stands that came next.

Belongs here: asking, ranks among all items, ties. Does not belong here: figures, models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml_assets.metrics.recommendation import NO_ITEM
from ml_assets.recommender.sessions import NextItems


class NextItem(Protocol):
    """Anything that scores items for a session."""

    def scores(self, prefix: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return candidate items and their scores; all other items have a score of 0.

        Parameters
        ----------
        prefix
            Items of the session so far, numbers from 0 on, at least one.
        """


class Ranks(Protocol):
    """Anything that lists items for a session."""

    def rank(self, prefix: Sequence[int], count: int = 20) -> NDArray[np.int32]:
        """Return up to so many items, best first."""


@dataclass(frozen=True, slots=True)
class ListScores:
    """Lets a ranked list be asked like scores: the first of n items scores n, the last 1.

    Attributes
    ----------
    model
        Whose lists.
    count
        Their length.
    """

    model: Ranks
    count: int

    def scores(self, prefix: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the items of the list and their scores."""
        items = np.asarray(self.model.rank(prefix.tolist(), self.count), dtype=np.int32)
        return items, np.arange(len(items), 0, -1, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model answered, one row a pair.

    Attributes
    ----------
    top
        The first items among all, equal scores in the order of item numbers; shape (pairs, length of the list). Where
        there are fewer items than places, ``NO_ITEM``.
    better
        Number of items that score higher than the one that came next, shape (pairs,).
    tied
        Number of other items that score the same as that one, shape (pairs,).
    """

    top: NDArray[np.int32]
    better: NDArray[np.int64]
    tied: NDArray[np.int64]


def answers(model: NextItem, pairs: NextItems, item_count: int, length: int) -> Answers:
    """Ask a model for all pairs.

    Parameters
    ----------
    model
        Whom to ask.
    pairs
        Beginnings of sessions and what came next, items as numbers below ``item_count``.
    item_count
        Number of items that are ranked, candidates or not.
    length
        Length of the lists.

    Raises
    ------
    ValueError
        If a model gives scores that are not one a candidate or not finite, a candidate twice, or one that there is not.
    """
    top = np.full((len(pairs), length), NO_ITEM, dtype=np.int32)
    better, tied = np.zeros((2, len(pairs)), dtype=np.int64)
    for row, target in enumerate(pairs.targets):
        items, scores = _by_item(*model.scores(pairs.prefixes[row]), item_count)
        first = _first(items, scores, item_count, length)
        top[row, : len(first)] = first
        better[row], tied[row] = _beside(items, scores, item_count, int(target))
    return Answers(top, better, tied)


def _by_item(
    candidates: NDArray[np.int32], given: NDArray[np.float64], item_count: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return candidates and scores in the order of item numbers, checked."""
    if len(candidates) != len(given) or not np.isfinite(given).all():
        raise ValueError("A model must give one finite score for each candidate.")
    order = np.argsort(candidates)
    items, scores = candidates[order], given[order]
    if len(items) and (items[0] < 0 or items[-1] >= item_count or (np.diff(items) == 0).any()):
        raise ValueError(f"A model must name each candidate once, by a number from 0 to {item_count - 1}.")
    return items, scores


def _first(items: NDArray[np.int32], scores: NDArray[np.float64], item_count: int, length: int) -> NDArray[np.int32]:
    """Return the first of all items; no more than ``length`` of those that are no candidates can be among them."""
    low = np.arange(min(item_count, len(items) + length), dtype=np.int32)
    others = np.setdiff1d(low, items, assume_unique=True)[:length]
    all_items = np.concatenate([items, others])
    all_scores = np.concatenate([scores, np.zeros(len(others))])
    return all_items[np.lexsort((all_items, -all_scores))[:length]]


def _beside(items: NDArray[np.int32], scores: NDArray[np.float64], item_count: int, target: int) -> tuple[int, int]:
    """Return how many items score higher than an item, and how many others the same."""
    at = int(np.searchsorted(items, target))
    is_candidate = at < len(items) and items[at] == target
    score = float(scores[at]) if is_candidate else 0.0
    others = item_count - len(items)
    higher = int((scores > score).sum()) + others * (score < 0)
    equal = int((scores == score).sum()) + others * (score == 0)
    return higher, equal - 1
