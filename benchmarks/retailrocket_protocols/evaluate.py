"""Figures of both protocols, from answers.

Belongs here: next-item figures, figures over the rest of a session, the mean over slices. Does not belong here: asking.

Sources: ``evaluation/metrics/accuracy.py`` and ``accuracy_multiple.py`` of ``rn5l/session-rec`` for P1,
``evaluation.py`` of ``hidasib/GRU4Rec`` for P2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.retailrocket_protocols.answers import Answers
from ml_assets.metrics.recommendation import RankedLists
from ml_assets.recommender.sessions import NextItems, Sessions, offsets_of, spans

HIT_RATE = "HR"
RECIPROCAL_RANK = "MRR"
PRECISION = "P"
RECALL = "R"
AVERAGE_PRECISION = "MAP"
STANDARD = "standard "

Figures = Mapping[str, float]


def at(name: str, k: int) -> str:
    """Return how a figure over the first k places is called."""
    return f"{name}@{k}"


def listed_ranks(answers: Answers, targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the place of the item that came next in the list, from 1 on; infinite where it is not on the list."""
    is_hit = answers.top == targets[:, None]
    return np.where(is_hit.any(axis=1), is_hit.argmax(axis=1) + 1.0, np.inf)


def standard_ranks(answers: Answers) -> NDArray[np.float64]:
    """Return 1 + the number of items that score higher: ties count for the model.

    Where a model scores all items apart, this is the rank. Where it names a few candidates, all others are tied at 0,
    just below them: with nineteen candidates, any item is a hit among the first twenty.
    """
    return 1.0 + answers.better.astype(np.float64)


def conservative_ranks(answers: Answers) -> NDArray[np.float64]:
    """Return the number of items that score as high or higher, the asked one included: ties count against the model."""
    return standard_ranks(answers) + answers.tied


def next_item_figures(ranks: NDArray[np.float64], hit_name: str, ks: Sequence[int], prefix: str = "") -> Figures:
    """Return the share of pairs whose rank is at most k, and their mean of 1 / rank with 0 beyond k.

    Parameters
    ----------
    ranks
        Rank of the item that came next, shape (pairs,), at least one pair.
    hit_name
        What the protocol calls that share.
    ks
        Lengths of lists.
    prefix
        Goes before each name.
    """
    figures: dict[str, float] = {}
    for k in ks:
        is_hit = ranks <= k
        figures[prefix + at(hit_name, k)] = float(is_hit.mean())
        figures[prefix + at(RECIPROCAL_RANK, k)] = float((is_hit / ranks).mean())
    return figures


def rest_figures(answers: Answers, pairs: NextItems, test: Sessions, k: int) -> Figures:
    """Return precision, recall and average precision over all that is still to come in the session.

    The published definitions, which are not the textbook's. Hits are different items of the rest on the list. Precision
    divides them by k, recall by the number of events of the rest, repeats included. Average precision adds up, over the
    first k - 1 places, precision times the step of recall, with a precision that is always divided by k. With h hits in
    those places the sum is (1 + 2 + ... + h) / (k * events of the rest).

    Parameters
    ----------
    answers
        Lists of k items or more.
    pairs
        What was asked: all pairs of ``test``, in order.
    test
        The sessions asked about.
    k
        Length of the list.
    """
    asked_after = pairs.prefixes.lengths
    left = test.lengths[pairs.session] - asked_after
    rest = test.items[spans(test.offsets[pairs.session] + asked_after, left)]
    is_hit = RankedLists.of(answers.top[:, :k], rest, offsets_of(left)).is_hit
    hits, early_hits = is_hit.sum(axis=1), is_hit[:, : k - 1].sum(axis=1)
    return {
        at(PRECISION, k): float((hits / k).mean()),
        at(RECALL, k): float((hits / left).mean()),
        at(AVERAGE_PRECISION, k): float((early_hits * (early_hits + 1) / (2 * k * left)).mean()),
    }


def mean_over_slices(slices: Sequence[Figures]) -> Figures:
    """Return the plain mean of each figure over slices; a slice with more pairs weighs no more.

    Raises
    ------
    ValueError
        If there is no slice, or slices have different figures.
    """
    if not slices or any(each.keys() != slices[0].keys() for each in slices):
        raise ValueError("A mean needs one slice or more, all with the same figures.")
    return {name: float(np.mean([each[name] for each in slices])) for name in slices[0]}
