"""The best items by the product of vectors, with an order of equals that depends on nothing but their numbers.

Belongs here: putting candidates that something else finds quickly into one fixed order. Does not belong here: where
vectors come from (``als``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Found = tuple[NDArray[np.int32], NDArray[np.float32]]
Ask = Callable[[NDArray[np.int64], int], Found]

# Candidates that are looked at beyond those wanted, before equal scores are put in order.
_MARGIN = 20
# Scores in single precision that are nearer to each other may be equal in double precision.
_NEAR = 1e-5
# Less is nothing: what is left of vectors that have nothing in common.
_LEAST = 1e-4
# Numbers that are held at once while scores are computed anew.
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class TopItems:
    """The best items of some rows, best first; of equal scores the lower item is first.

    Attributes
    ----------
    items
        Number of each item, -1 where a row has no more of them; shape (rows, count).
    scores
        Their scores, above 0.0001; 0 where there is no item.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.float64]


def top_items(ask: Ask, vectors: NDArray[np.float64], factors: NDArray[np.float64], count: int) -> TopItems:
    """Return the best items of each row with equal scores in order.

    What finds candidates quickly leaves open which of equals it returns, and its sums may differ in the last bit with
    the number of rows that are asked at once. So more are asked for, and scored anew in one fixed way; rows whose last
    candidate is as good as their last wanted item are asked again, for more.

    Parameters
    ----------
    ask
        Returns so many best candidates of some rows, with -1 for what is left out, and their scores in single
        precision, falling.
    vectors
        One row a list that is wanted.
    factors
        One row an item; a score is the product of a vector and these.
    count
        Items of a list.
    """
    n_rows, n_items = len(vectors), len(factors)
    best = TopItems(np.full((n_rows, count), -1, dtype=np.int64), np.zeros((n_rows, count)))
    rows, number = np.arange(n_rows), min(count + _MARGIN, n_items)
    while len(rows) and number:
        candidates, rough = ask(rows, number)
        items, scores = _in_order(vectors[rows], factors, candidates)
        kept = min(count, number)
        best.items[rows, :kept], best.scores[rows, :kept] = items[:, :kept], scores[:, :kept]
        # What was not returned scores no more than the last that was.
        is_open = (rough[:, -1] > np.maximum(scores[:, kept - 1], _LEAST) - _NEAR) & (number < n_items)
        rows, number = rows[is_open], min(4 * number, n_items)
    return best


def _in_order(
    vectors: NDArray[np.float64], factors: NDArray[np.float64], candidates: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the candidates of each row by falling score, then number, with the scores; -1 and 0 for what is out."""
    n_at_once = max(1, _AT_ONCE // (candidates.shape[1] * factors.shape[1]))
    scores = np.concatenate(
        [
            np.einsum("rf,rcf->rc", vectors[start : start + n_at_once], factors[candidates[start : start + n_at_once]])
            for start in range(0, len(vectors), n_at_once)
        ]
    )
    is_out = (candidates < 0) | (scores <= _LEAST)
    items, scores = np.where(is_out, -1, candidates).astype(np.int64), np.where(is_out, 0.0, scores)
    # Those that are out have 0, which is less than any other, so they come last.
    order = np.lexsort((items, -scores), axis=1)
    return np.take_along_axis(items, order, axis=1), np.take_along_axis(scores, order, axis=1)


def unit_length(factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors of length 1; zeros stay."""
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(factors, lengths, out=np.zeros_like(factors), where=lengths > 0)
    return unit
