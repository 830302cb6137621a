"""Whether probabilities say what comes true: slope and intercept of a logistic recalibration.

Belongs here: the two fits, for many weightings at once. Does not belong here: calibrating a model.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
_MAX_ITERATIONS = 60
# A longer step could leap from one side of the logistic curve to the other, and back.
_LONGEST_STEP = 2.0
_TOLERANCE = 1e-9


def log_odds(probability: FloatArray) -> FloatArray:
    """Return ln(p / (1 - p)), with p held as far from 0 and 1 as the log-loss holds it."""
    inside = np.clip(probability, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)


def calibration_slopes(margin: FloatArray, positives: FloatArray, totals: FloatArray) -> FloatArray:
    """Return the slope of label on log odds: 1 calibrated, below 1 too extreme, above 1 too timid.

    The model is P(yes) = 1 / (1 + exp(-(a + slope * margin))), fitted by Newton's method (Cox 1958, "Two further
    applications of a model for binary regression").

    Parameters
    ----------
    margin
        Log odds of the groups of rows, of shape (groups,).
    positives, totals
        Weight of the positives and of all rows of each group, of shape (weightings, groups).

    Returns
    -------
    Slopes of shape (weightings,); NaN with one class only, where all margins are equal and where the margin separates
    the classes.
    """
    centre, spread = float(np.mean(margin)), float(np.std(margin))
    if spread <= _TOLERANCE * (1 + abs(centre)):
        return np.full(len(totals), np.nan)
    # Centred and scaled, the two parameters hardly depend on each other, and Newton's steps have a natural length.
    x = (margin - centre) / spread
    answerable = _overlap(x, positives, totals - positives)
    share = np.divide(positives.sum(axis=1), totals.sum(axis=1), out=np.full(len(totals), 0.5), where=answerable)
    constant, slope = log_odds(share), np.zeros(len(totals))
    converged = ~answerable
    for _ in range(_MAX_ITERATIONS):
        expected = _logistic(constant[:, None] + slope[:, None] * x)
        residual, information = positives - totals * expected, totals * expected * (1 - expected)
        i00, i01, i11 = information.sum(axis=1), information @ x, information @ (x * x)
        g0, g1 = residual.sum(axis=1), residual @ x
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.stack([i11 * g0 - i01 * g1, i00 * g1 - i01 * g0]) / (i00 * i11 - i01 * i01)
        step = np.where(answerable, np.clip(step, -_LONGEST_STEP, _LONGEST_STEP), 0.0)
        constant, slope = constant + step[0], slope + step[1]
        converged = np.abs(step).max(axis=0) < _TOLERANCE * (1 + np.abs(slope))
        if (converged | np.isnan(slope)).all():
            break
    return np.where(answerable & converged, slope / spread, np.nan)


def calibration_intercepts(margin: FloatArray, positives: FloatArray, totals: FloatArray) -> FloatArray:
    """Return by how much all log odds are too low: 0 calibrated, positive where yes is more frequent than said.

    It is the intercept beside a slope of 1 ("calibration in the large"; Van Calster et al. 2019, "Calibration: the
    Achilles heel of predictive analytics"). The intercept beside a free slope would be a value at a probability of a
    half, which is far from all rows where yes is rare.

    Parameters and shapes are those of ``calibration_slopes``; NaN with one class only.
    """
    answerable = _has_both(positives, totals)
    yes, intercept = positives.sum(axis=1), np.zeros(len(totals))
    converged = ~answerable
    for _ in range(_MAX_ITERATIONS):
        expected = _logistic(intercept[:, None] + margin)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (yes - (totals * expected).sum(axis=1)) / (totals * expected * (1 - expected)).sum(axis=1)
        step = np.where(answerable, np.clip(step, -_LONGEST_STEP, _LONGEST_STEP), 0.0)
        intercept = intercept + step
        converged = np.abs(step) < _TOLERANCE * (1 + np.abs(intercept))
        if (converged | np.isnan(intercept)).all():
            break
    return np.where(answerable & converged, intercept, np.nan)


def _has_both(positives: FloatArray, totals: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which weightings hold positives and negatives."""
    yes = positives.sum(axis=1)
    return np.asarray((yes > 0) & ((totals - positives).sum(axis=1) > 0))


def _overlap(x: FloatArray, positives: FloatArray, negatives: FloatArray) -> npt.NDArray[np.bool_]:
    """Return in which weightings positives and negatives overlap, without which no slope is the best one.

    With one regressor a finite maximum of the likelihood exists if each class reaches strictly beyond the lowest value
    of the other (Albert and Anderson 1984). A class without weight reaches nowhere.
    """
    highest = [np.where(weight > 0, x, -np.inf).max(axis=1) for weight in (positives, negatives)]
    lowest = [np.where(weight > 0, x, np.inf).min(axis=1) for weight in (positives, negatives)]
    return np.asarray((highest[0] > lowest[1]) & (highest[1] > lowest[0]))


def _logistic(margin: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-margin)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * margin)), dtype=np.float64)
