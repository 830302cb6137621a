"""Measures of predicted money: how well it ranks, and how far it is off.

Belongs here: measures of one set of predictions, NaN where they are undefined. Does not belong here: intervals
(``bootstrap``), which measures a model is judged by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.metrics import mean_tweedie_deviance

FloatArray = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]

DECILES = 10
TWEEDIE_POWER = 1.5


@dataclass(frozen=True, slots=True)
class GiniOrder:
    """Rows sorted once by a score, to be weighed as often as a bootstrap asks.

    The Gini is that of the Lorenz curve of money along the order: 2 A - 1, with A the area below the curve that tells
    which share of the money the best-scored share of the rows holds. Rows with equal scores share their places, so
    that no order among them counts.

    Attributes
    ----------
    order
        Positions of the rows, highest score first.
    money
        Money of the rows that have any, in that order.
    at, first, last
        Their places in the order, and the first and the last place of the rows with the same score, shape (m,).
    """

    order: Positions
    money: FloatArray
    at: Positions
    first: Positions
    last: Positions

    @classmethod
    def of(cls, truth: FloatArray, score: FloatArray) -> GiniOrder:
        """Return rows in the order of a score.

        Raises
        ------
        ValueError
            If the lengths differ, a number is not finite, or money is negative.
        """
        _check(truth, score)
        order = np.argsort(-score, kind="stable")
        descending = score[order]
        starts = np.flatnonzero(np.append(True, descending[1:] != descending[:-1])[: len(order)])
        ends = np.append(starts[1:], len(order)) - 1
        at = np.flatnonzero(truth[order] > 0)
        group = np.searchsorted(starts, at, side="right") - 1
        return cls(order=order, money=truth[order][at], at=at, first=starts[group], last=ends[group])

    def gini(self, weights: FloatArray) -> FloatArray:
        """Return the Gini of each weighting; NaN without money or with a single row.

        Parameters
        ----------
        weights
            Shape (weightings, rows), in the order of ``order``.
        """
        reached = np.zeros((len(weights), weights.shape[1] + 1))
        np.cumsum(weights, axis=1, out=reached[:, 1:])
        middle = (reached[:, self.first] + reached[:, self.last + 1]) / 2
        money = weights[:, self.at] * self.money
        total, sum_of_money = reached[:, -1], money.sum(axis=1)
        behind = np.einsum("bm,bm->b", money, total[:, None] - middle)
        return _ratio(2 * behind, total * sum_of_money) - 1


@dataclass(frozen=True, slots=True)
class NormalisedGini:
    """The Gini of a score over that of the truth itself, for many weightings of the same rows.

    Attributes
    ----------
    by_score, by_truth
        The rows in both orders.
    """

    by_score: GiniOrder
    by_truth: GiniOrder

    @classmethod
    def of(cls, truth: FloatArray, score: FloatArray) -> NormalisedGini:
        """Return the measure of a score; errors are those of ``GiniOrder.of``."""
        return cls(by_score=GiniOrder.of(truth, score), by_truth=GiniOrder.of(truth, truth))

    def of_weights(self, by_score: FloatArray, by_truth: FloatArray) -> FloatArray:
        """Return the figure of each weighting; weights of shape (weightings, rows), in each of the two orders."""
        return _ratio(self.by_score.gini(by_score), self.by_truth.gini(by_truth))


def normalised_gini(truth: FloatArray, predicted: FloatArray) -> float:
    """Return how well predictions rank money: 1 the perfect order, 0 a constant, -1 the order turned round.

    It is (2 sum(cumulative share of money) / n - 1) over the same for the true order, with the sum taken by trapezoids:
    each row's own share counts half. That leaves 1/n out above and below the line, so that a constant gives exactly 0.
    Rows with equal predictions share their places. NaN where the truth has no money or is the same for all.

    Parameters
    ----------
    truth
        Money, at least 0, shape (n,).
    predicted
        Finite scores, shape (n,).

    Notes
    -----
    X. Wang, T. Liu and J. Miao, *A deep probabilistic model for customer lifetime value prediction*, 2019, section 4.
    """
    if not len(truth):
        return float("nan")
    ones = np.ones((1, len(truth)))
    return float(NormalisedGini.of(truth, predicted).of_weights(ones, ones)[0])


def spearman(truth: FloatArray, predicted: FloatArray) -> float:
    """Return the correlation of ranks, equal values sharing theirs; NaN where either is the same for all."""
    return _correlation(rankdata(truth), rankdata(predicted)) if len(truth) else float("nan")


def tweedie_deviance(truth: FloatArray, predicted: FloatArray, power: float = TWEEDIE_POWER) -> float:
    """Return the mean deviance of a Tweedie distribution; 0 is perfect.

    NaN without rows, and where a prediction is not above 0: a law of money excludes that, however small it is.
    """
    if not len(truth) or not (predicted > 0).all():
        return float("nan")
    return float(mean_tweedie_deviance(truth, predicted, power=power))


def total_bias(truth: FloatArray, predicted: FloatArray) -> float:
    """Return by which share the sum of the predictions is above that of the truth; NaN where that is 0."""
    total = float(truth.sum())
    return float(predicted.sum()) / total - 1 if total else float("nan")


def r_squared(truth: FloatArray, predicted: FloatArray) -> float:
    """Return the share of the variance of the truth that predictions explain; NaN where the truth is constant.

    It is below 0 where the mean of the truth would have been nearer.
    """
    if len(truth) < 2:
        return float("nan")
    spread = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float(((truth - predicted) ** 2).sum()) / spread if spread else float("nan")


@dataclass(frozen=True, slots=True)
class DecileCalibration:
    """A tenth of the rows by their prediction.

    Attributes
    ----------
    rows
        Number of rows.
    mean_predicted, mean_truth
        Mean money, predicted and true.
    """

    rows: int
    mean_predicted: float
    mean_truth: float


def decile_calibration(truth: FloatArray, predicted: FloatArray) -> tuple[DecileCalibration, ...]:
    """Return the tenths of the rows from the highest prediction to the lowest; fewer where there are fewer rows.

    Rows with the same prediction cannot be told apart. Where a tenth ends among them, each tenth gets the mean truth of
    all of them for its part.
    """
    _check(truth, predicted)
    order = np.argsort(-predicted, kind="stable")
    _, group, sizes = np.unique(-predicted[order], return_inverse=True, return_counts=True)
    shared = (np.bincount(group, weights=truth[order], minlength=len(sizes)) / sizes)[group]
    return tuple(
        DecileCalibration(
            rows=len(part), mean_predicted=float(predicted[order[part]].mean()), mean_truth=float(shared[part].mean())
        )
        for part in np.array_split(np.arange(len(order)), DECILES)
        if len(part)
    )


def _check(truth: FloatArray, score: FloatArray) -> None:
    if len(truth) != len(score):
        raise ValueError(f"{len(score)} predictions for {len(truth)} rows: measure the rows that were predicted.")
    if not (np.isfinite(truth).all() and np.isfinite(score).all()):
        raise ValueError("A truth or a prediction is not finite: take the rows whose holdout is known, and look there.")
    if (truth < 0).any():
        raise ValueError("Money of a holdout is at least 0: look at the prices of the units.")


def _correlation(first: FloatArray, second: FloatArray) -> float:
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / scale if scale else float("nan")


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Return the quotients, NaN where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator != 0)
