"""Measures of ranked lists: how well they hold what was wanted, how much of the catalogue they show.

Belongs here: measures of lists, each a number a list, and their means with intervals. Does not belong here: who made
the lists, which measures a model is judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]
Items = npt.NDArray[np.integer]

# Stands in a list where there is no further item.
NO_ITEM = -1


@dataclass(frozen=True, slots=True)
class RankedLists:
    """Lists of items, best first, and which of them were wanted.

    An item that a list names twice is a hit at its first place only. Lists for which nothing was wanted have no
    measure: theirs is NaN.

    Attributes
    ----------
    is_hit
        Whether the item at a place was wanted, shape (lists, places).
    wanted
        How many different items were wanted, shape (lists,).
    """

    is_hit: npt.NDArray[np.bool_]
    wanted: npt.NDArray[np.int64]

    @classmethod
    def of(cls, ranked: Items, items: Items, offsets: npt.NDArray[np.int64]) -> RankedLists:
        """Return lists and what was wanted of them.

        Parameters
        ----------
        ranked
            Items from 0 on, best first, ``NO_ITEM`` where a list ends early; shape (lists, places).
        items
            Wanted items, list after list; one that is wanted twice counts once.
        offsets
            Where the wanted items of each list start, and the end of the last ones; shape (lists + 1,).

        Raises
        ------
        ValueError
            If there are not as many lists as stretches of wanted items.
        """
        n_lists, places = ranked.shape
        if len(offsets) != n_lists + 1:
            raise ValueError(f"{n_lists} lists need {n_lists + 1} offsets of wanted items, not {len(offsets)}.")
        # Numbers instead of items, so that list and item make one key.
        known, numbers = np.unique(np.concatenate([ranked.ravel(), items]), return_inverse=True)
        shown = numbers[: ranked.size] + np.repeat(np.arange(n_lists), places) * len(known)
        wanted = np.unique(numbers[ranked.size :] + np.repeat(np.arange(n_lists), np.diff(offsets)) * len(known))
        is_first = np.zeros(ranked.size, dtype=np.bool_)
        is_first[np.unique(shown, return_index=True)[1]] = True
        is_hit = np.isin(shown, wanted).reshape(ranked.shape) & is_first.reshape(ranked.shape) & (ranked != NO_ITEM)
        return cls(is_hit, np.bincount(wanted // max(len(known), 1), minlength=n_lists))

    @classmethod
    def of_single(cls, ranked: Items, target: Items) -> RankedLists:
        """Return lists of which one item each was wanted."""
        return cls.of(ranked, target, np.arange(len(target) + 1))

    def hit_rate(self, k: int) -> FloatArray:
        """Return 1 for each list with something wanted among its first k, 0 for the others."""
        return self._defined(np.asarray(self.is_hit[:, :k].any(axis=1), dtype=np.float64))

    def recall(self, k: int) -> FloatArray:
        """Return the share of what was wanted that is among the first k."""
        return self._by(self.is_hit[:, :k].sum(axis=1), self.wanted)

    def reciprocal_rank(self, k: int) -> FloatArray:
        """Return one by the place, from 1 on, of the first hit among the first k; 0 without one."""
        head = self.is_hit[:, :k]
        if not head.shape[1]:
            return self._defined(np.zeros(len(head)))
        reciprocal = np.zeros(len(head))
        np.divide(1.0, head.argmax(axis=1) + 1, out=reciprocal, where=head.any(axis=1))
        return self._defined(reciprocal)

    def average_precision(self, k: int) -> FloatArray:
        """Return the precisions at the hits among the first k, added up, by the most hits that k places can have."""
        head = self.is_hit[:, :k]
        precision = np.cumsum(head, axis=1) / np.arange(1, head.shape[1] + 1)
        return self._by((precision * head).sum(axis=1), np.minimum(self.wanted, k))

    def ndcg(self, k: int) -> FloatArray:
        """Return gains of hits among the first k, 1 / log2(place + 1) each, by those of the best order there could be.

        Järvelin and Kekäläinen, ACM TOIS 2002, with gains of 0 and 1.
        """
        discount = 1.0 / np.log2(np.arange(2, k + 2))
        head = self.is_hit[:, :k]
        ideal = np.append(0.0, np.cumsum(discount))[np.minimum(self.wanted, k)]
        return self._by(head @ discount[: head.shape[1]], ideal)

    def _by(self, numerator: npt.NDArray[np.generic], denominator: npt.NDArray[np.generic]) -> FloatArray:
        return _ratio(np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64))

    def _defined(self, values: FloatArray) -> FloatArray:
        return np.where(self.wanted > 0, values, np.nan)


def coverage(ranked: Items, k: int, n_items: int) -> float:
    """Return the share of the catalogue's items that are among the first k of at least one list; NaN without items."""
    head = ranked[:, :k]
    return len(np.unique(head[head != NO_ITEM])) / n_items if n_items else float("nan")


def popularity_bias(ranked: Items, targets: Items, k: int, popularity: FloatArray) -> float:
    """Return how popular shown items are on average, as a multiple of how popular wanted ones are.

    Above 1 the lists show what is popular more than it was wanted. NaN where nothing was shown or wanted.

    Parameters
    ----------
    ranked
        Item numbers, ``NO_ITEM`` where a list ends early; shape (lists, places).
    targets
        Numbers of wanted items.
    k
        Places that count.
    popularity
        Clicks of each item, by its number.
    """
    head = ranked[:, :k]
    shown = popularity[head[head != NO_ITEM]]
    wanted = popularity[targets].mean() if len(targets) else 0.0
    return float(shown.mean() / wanted) if len(shown) and wanted > 0 else float("nan")


def mean_estimate(
    values: FloatArray, entity: npt.NDArray[np.int64], *, resamples: int, seed: int, confidence: float = 0.95
) -> Estimate:
    """Return the mean of one value a list, with an interval by a bootstrap over entities.

    The same entities and seed draw the same resamples, so the mean of differences of two ways has a paired interval.

    Parameters
    ----------
    values
        One a list; NaN is left out.
    entity
        Session or visitor of each list: an entity is drawn with all of its lists.
    resamples, seed
        Of the bootstrap.
    confidence
        Probability that the interval leaves to its inside.
    """
    defined = ~np.isnan(values)
    return mean_estimates(
        values[defined, None], entity[defined], resamples=resamples, seed=seed, confidence=confidence
    )[0]


def mean_estimates(
    values: FloatArray, entity: npt.NDArray[np.int64], *, resamples: int, seed: int, confidence: float = 0.95
) -> list[Estimate]:
    """Return the means of several values a list, with intervals by one bootstrap over entities.

    Parameters
    ----------
    values
        One row a list, one column a figure; NaN is left out.
    entity, resamples, seed, confidence
        As for ``mean_estimate``.
    """
    n_figures = values.shape[1]
    if not len(values):
        return [Estimate(value=None)] * n_figures
    bootstrap = EntityBootstrap.of(entity, np.zeros(len(entity)), resamples, seed)
    defined = ~np.isnan(values)
    known = np.where(defined, values, 0.0)
    total = np.column_stack([np.bincount(bootstrap.entity, column) for column in known.T])
    count = np.column_stack([np.bincount(bootstrap.entity, column) for column in defined.T])
    draws = np.concatenate(
        [
            np.empty((0, n_figures)),
            *(_ratio(block.of_entity @ total, block.of_entity @ count) for block in bootstrap.blocks()),
        ]
    )
    means = _ratio(known.sum(axis=0), defined.sum(axis=0))
    return [estimate(float(mean), draws[:, figure], confidence) for figure, mean in enumerate(means)]


def _ratio(numerator: FloatArray, denominator: FloatArray | npt.NDArray[np.int64]) -> FloatArray:
    """Return the ratio, NaN where nothing is divided by."""
    ratio = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio
