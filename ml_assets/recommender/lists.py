"""Ranked lists of items for contexts: from scores, asked in bulk, filled up with what is popular.

Belongs here: the form of lists, equal histories asked once. Does not belong here: scores (``methods``), rules of serving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.scores import Scores
from ml_assets.recommender.sessions import Sessions, spans

# Histories that are asked about at once: enough that numpy works on long columns, few enough for the cache.
_BATCH = 400


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows of all contexts, best first within each."""

    context: NDArray[np.int64]
    item: NDArray[np.int64]
    score: NDArray[np.float64]
    is_fallback: NDArray[np.bool_]


def ranked_once(histories: Sessions, count: int, said: Callable[[Sessions], Scores]) -> Ranked:
    """Return the best items of each history; equal histories, such as those of one view, are asked about once.

    Parameters
    ----------
    histories
        Item numbers; context i is history i.
    count
        Items a context at most.
    said
        Scores of some histories.
    """
    distinct, same = distinct_histories(histories)
    parts = list(_batches(distinct, count, said))
    context = np.concatenate([np.empty(0, dtype=np.int64), *(part[0] for part in parts)])
    item = np.concatenate([np.empty(0, dtype=np.int64), *(part[1] for part in parts)])
    score = np.concatenate([np.empty(0), *(part[2] for part in parts)])
    starts = np.searchsorted(context, np.arange(len(distinct) + 1))
    lengths = np.diff(starts)[same]
    at = spans(starts[:-1][same], lengths)
    return Ranked(np.repeat(np.arange(len(histories)), lengths), item[at], score[at], np.zeros(len(at), dtype=np.bool_))


def distinct_histories(histories: Sessions) -> tuple[Sessions, NDArray[np.int64]]:
    """Return each different history once, and for each history the number of the one it equals."""
    lengths, longest = histories.lengths, int(histories.lengths.max(initial=0))
    padded = np.full((len(histories), longest + 1), -1, dtype=np.int32)
    padded[:, 0] = lengths
    padded[histories.rows, histories.positions + 1] = histories.items
    _, first, same = np.unique(padded, axis=0, return_index=True, return_inverse=True)
    return histories.take(first), same.reshape(-1).astype(np.int64)


def _batches(
    histories: Sessions, count: int, said: Callable[[Sessions], Scores]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    for start in range(0, len(histories), _BATCH):
        scores = said(histories.take(np.arange(start, min(len(histories), start + _BATCH))))
        ranks = scores.ranks()
        order = np.lexsort((ranks, scores.rows))
        order = order[ranks[order] < count]
        yield scores.rows[order] + start, scores.items[order], scores.values[order, 0]


def filled(
    ranked: Ranked, popular: NDArray[np.int64], popularity: NDArray[np.float64], contexts: int, count: int
) -> Ranked:
    """Return lists of ``count`` items: what is missing are the most popular items that a list has not, flagged.

    Parameters
    ----------
    ranked
        Lists, at most ``count`` items a context.
    popular
        Items, the most popular one first.
    popularity
        What stands as score of an item, by its number.
    contexts
        Number of contexts; one without a row gets popular items alone.
    count
        Items a context.
    """
    have = np.bincount(ranked.context, minlength=contexts)
    short = np.flatnonzero(have < count)
    # No list holds more than ``count`` items, so twice as many popular ones are enough.
    offered = popular[: 2 * count]
    n_items = max(len(popularity), 1)
    context, item = np.repeat(short, len(offered)), np.tile(offered, len(short))
    known = ranked.context * n_items + ranked.item
    is_new = ~np.isin(context * n_items + item, known)
    context, item = context[is_new], item[is_new]
    number = np.arange(len(context)) - np.searchsorted(context, context)
    kept = number < count - have[context]
    context, item = context[kept], item[kept]
    of = np.concatenate([ranked.context, context])
    order = np.argsort(of, kind="stable")
    return Ranked(
        of[order],
        np.concatenate([ranked.item, item])[order],
        np.concatenate([ranked.score, popularity[item]])[order],
        np.concatenate([ranked.is_fallback, np.ones(len(item), dtype=np.bool_)])[order],
    )
