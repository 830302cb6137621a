"""Measures of the probability of yes, one number each.

Belongs here: measures of one set of probabilities, weighted or not, NaN where they are undefined. Does not belong here:
intervals (``bootstrap``), which measures a model is judged by.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ml_assets.metrics.calibration import SMALLEST_PROBABILITY, calibration_intercepts, calibration_slopes, log_odds
from ml_assets.metrics.ranking import Cumulated, Ranking

FloatArray = npt.NDArray[np.float64]


def log_losses(label: FloatArray, probability: FloatArray) -> FloatArray:
    """Return -ln of the probability given to what came true, for each row; never infinite."""
    inside = np.clip(probability, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return np.asarray(-np.where(label > 0, np.log(inside), np.log1p(-inside)), dtype=np.float64)


def log_loss(label: FloatArray, probability: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the mean of -ln of the probability given to what came true.

    Parameters
    ----------
    label
        1.0 yes, 0.0 no.
    probability
        Probability of yes.
    weight
        Weight of each row; None for equal weights.
    """
    return _mean(log_losses(label, probability), weight)


def auc(label: FloatArray, score: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the probability that a yes scores higher than a no; equal scores count half, NaN with one class only."""
    return float(_cumulated(label, score, weight).auc()[0]) if len(label) else float("nan")


def average_precision(label: FloatArray, score: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the mean precision over recall, without interpolation; NaN without a yes."""
    return float(_cumulated(label, score, weight).average_precision()[0]) if len(label) else float("nan")


def lift_at(label: FloatArray, score: FloatArray, share: float, weight: FloatArray | None = None) -> float:
    """Return how often yes is in the share of rows with the highest scores, as a multiple of how often it is in all.

    Where the share ends inside a row or a group of equal scores, these count in part. NaN without a yes.

    Raises
    ------
    ValueError
        If the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"A share of rows lies above 0 and is at most 1, not {share}.")
    return float(_cumulated(label, score, weight).lift(share)[0]) if len(label) else float("nan")


def brier_skill(
    label: FloatArray, probability: FloatArray, prior: float | FloatArray, weight: FloatArray | None = None
) -> float:
    """Return by which share the mean squared error is less than that of a prior; 1 perfect, 0 no better than it.

    Parameters
    ----------
    label, probability, weight
        As in ``log_loss``.
    prior
        Probability that is given without looking, such as the share of yes in training; NaN where it is never wrong.
    """
    reference = _mean((label - prior) ** 2, weight)
    return 1 - _mean((label - probability) ** 2, weight) / reference if reference > 0 else float("nan")


def calibration_line(
    label: FloatArray, probability: FloatArray, weight: FloatArray | None = None
) -> tuple[float, float]:
    """Return slope and intercept of a logistic recalibration: 1 and 0 where probabilities come true.

    The slope is fitted beside a free constant, the intercept beside a slope of 1; see ``calibration``. Either is NaN
    where the data do not determine it.
    """
    if not len(label):
        return float("nan"), float("nan")
    weights = _weights(label, weight)
    margin, positives = log_odds(probability), weights * label
    return (
        float(calibration_slopes(margin, positives, weights)[0]),
        float(calibration_intercepts(margin, positives, weights)[0]),
    )


def _cumulated(label: FloatArray, score: FloatArray, weight: FloatArray | None) -> Cumulated:
    """Return the cumulative sums of one weighting along the ranking of the scores."""
    ranking = Ranking.of(label, score)
    return ranking.cumulate(_weights(label, weight)[:, ranking.order])


def _weights(label: FloatArray, weight: FloatArray | None) -> FloatArray:
    """Return the weights as one weighting of shape (1, rows)."""
    return np.ones((1, len(label))) if weight is None else np.asarray(weight, dtype=np.float64)[None, :]


def _mean(values: FloatArray, weight: FloatArray | None) -> float:
    """Return the weighted mean, NaN without any weight."""
    weights = _weights(values, weight)[0]
    total = float(weights.sum())
    return float(weights @ values) / total if total > 0 else float("nan")
