"""Measures that depend on the order of scores only: sorted once, then weighed as often as a bootstrap asks.

Belongs here: one sort and the measures that follow from cumulative sums along it. Does not belong here: measures of
the probabilities themselves (``classification``, ``calibration``), drawing weights (``bootstrap``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cumulated:
    """Weights from the highest score down to the end of each group of equal scores.

    Attributes
    ----------
    positives
        Weight of the positives so far, of shape (weightings, groups).
    totals
        Weight of all rows so far, of the same shape.
    """

    positives: FloatArray
    totals: FloatArray

    def auc(self) -> FloatArray:
        """Return the area under the ROC curve of each weighting; equal scores count half, NaN with one class only."""
        positives, negatives = self.positives, self.totals - self.positives
        pairs = (positives[:, -1:] * negatives[:, -1:])[:, 0]
        # Trapezoids: a step's negatives have all earlier positives above them and half of those of their own step.
        area = positives[:, 0] * negatives[:, 0]
        area += np.einsum("bg,bg->b", np.diff(negatives, axis=1), positives[:, 1:] + positives[:, :-1])
        return _ratio(area / 2, pairs)

    def average_precision(self) -> FloatArray:
        """Return the sum of precisions, each weighed by the recall its group of scores adds; NaN without positives."""
        precision = np.divide(self.positives, self.totals, out=np.zeros_like(self.positives), where=self.totals > 0)
        area = self.positives[:, 0] * precision[:, 0]
        area += np.einsum("bg,bg->b", np.diff(self.positives, axis=1), precision[:, 1:])
        return _ratio(area, self.positives[:, -1])

    def captured(self, share: float) -> FloatArray:
        """Return the weight of positives in the given share of the weight with the highest scores.

        Where the share ends inside a group of equal scores, the group gives its mean: what a random order within it
        gives on average.
        """
        origin = np.zeros(1)
        wanted = share * self.totals[:, -1]
        return np.array(
            [
                np.interp(until, np.concatenate([origin, totals]), np.concatenate([origin, positives]))
                for until, totals, positives in zip(wanted, self.totals, self.positives, strict=True)
            ]
        )

    def lift(self, share: float) -> FloatArray:
        """Return how often positives are in the best share of rows, as a multiple of how often they are in all."""
        return _ratio(self.captured(share), share * self.positives[:, -1])


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows from the highest score to the lowest.

    Attributes
    ----------
    order
        Positions of the rows, highest score first; equal scores in the order in which they came.
    label
        1.0 for a positive, 0.0 else, in that order.
    group_ends
        Position, in that order, of the last row of each group of equal scores.
    """

    order: npt.NDArray[np.intp]
    label: FloatArray
    group_ends: npt.NDArray[np.intp]

    @classmethod
    def of(cls, label: FloatArray, score: FloatArray) -> Ranking:
        """Return the ranking of rows by their score.

        Raises
        ------
        ValueError
            If there are no rows, if the lengths differ or if a score is NaN: an order needs numbers.
        """
        if len(label) != len(score) or not len(label):
            raise ValueError(f"A ranking needs as many scores as labels, and at least one: {len(score)}, {len(label)}.")
        if np.isnan(score).any():
            raise ValueError("A score is NaN: decide where unknown values stand before rows are ranked.")
        order = np.argsort(-score, kind="stable")
        descending = score[order]
        group_ends = np.append(np.flatnonzero(descending[1:] != descending[:-1]), len(score) - 1)
        return cls(order=order, label=np.asarray(label, dtype=np.float64)[order], group_ends=group_ends)

    def cumulate(self, weights: FloatArray) -> Cumulated:
        """Return cumulative sums for weights of shape (weightings, rows), given in the ranking's order."""
        positives, totals = np.cumsum(weights * self.label, axis=1), np.cumsum(weights, axis=1)
        if len(self.group_ends) == len(self.order):
            return Cumulated(positives, totals)
        return Cumulated(positives[:, self.group_ends], totals[:, self.group_ends])


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Return the quotients, NaN where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
