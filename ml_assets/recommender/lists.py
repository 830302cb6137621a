"""Ranked lists of items for many histories at once.

Belongs here: from scores to lists, equal histories asked once. Does not belong here: scores (``methods``), popular
items and rules of serving (``serving_rules``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.scores import Scores
from ml_assets.recommender.serving_rules import Ranked
from ml_assets.recommender.sessions import Sessions, spans

# Histories that are asked about at once: enough that numpy works on long columns, few enough for the cache.
_BATCH = 400


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
