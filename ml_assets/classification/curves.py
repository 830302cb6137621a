"""Points of the drawings that show how good probabilities are.

Belongs here: curves and bins, thin enough for a page. Does not belong here: figures with intervals (``measure``),
drawing (``reports``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest
from sklearn import metrics

from ml_assets.classification.evaluation import CalibrationBin, Curve
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.metrics.ranking import Ranking

FloatArray = npt.NDArray[np.float64]

_POINTS = 200
_SMALLEST_SHARE = 0.001


def roc_curve(panel: Panel, probability: FloatArray, points: int = _POINTS) -> Curve | None:
    """Return the share of yes found over the share of no that is taken for yes; None with one answer only.

    Parameters
    ----------
    panel
        Rows that all have a label.
    probability
        Probability of yes for each of them.
    points
        At most so many points, evenly spaced along the curve.
    """
    if len(np.unique(panel.label)) < 2:
        return None
    false_positives, true_positives, _ = metrics.roc_curve(panel.label, probability)
    return _thinned(false_positives, true_positives, false_positives + true_positives, points)


def precision_recall_curve(
    panel: Panel, probability: FloatArray, question: Question, points: int = _POINTS
) -> Curve | None:
    """Return precision over recall of the answer of interest; None if it does not occur.

    Parameters are those of ``roc_curve``; the question says which answer is of interest.
    """
    label, score = _of_interest(panel, probability, question)
    if not label.any():
        return None
    precision, recall, _ = metrics.precision_recall_curve(label, score)
    return _thinned(recall[::-1], precision[::-1], recall[::-1], points)


def lift_curve(panel: Panel, probability: FloatArray, question: Question, points: int = _POINTS // 2) -> Curve | None:
    """Return the lift of the answer of interest over the share of rows with the highest scores, to all rows.

    Shares are evenly spaced by ratio, from a thousandth or one row on. None if the answer of interest does not occur.
    Parameters are those of ``precision_recall_curve``.
    """
    label, score = _of_interest(panel, probability, question)
    if not label.any():
        return None
    ranking = Ranking.of(label, score)
    cumulated = ranking.cumulate(np.ones((1, len(label))))
    shares = np.geomspace(max(_SMALLEST_SHARE, 1 / len(label)), 1.0, points)
    return _curve(shares, np.concatenate([cumulated.lift(share) for share in shares]))


def calibration_bins(
    panel: Panel, probability: FloatArray, bins: int = 10, confidence: float = 0.95
) -> tuple[CalibrationBin, ...]:
    """Return what came true in bins of rows with similar probabilities, lowest first.

    Parameters
    ----------
    panel, probability
        As in ``roc_curve``.
    bins
        Bins of equally many rows; equal probabilities share a bin, so there may be fewer.
    confidence
        Of the Wilson intervals.
    """
    if not len(panel):
        return ()
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    number = np.searchsorted(edges, probability, side="left")
    return tuple(
        _calibration_bin(panel.label[number == each], probability[number == each], confidence)
        for each in np.unique(number)
    )


def _calibration_bin(label: FloatArray, probability: FloatArray, confidence: float) -> CalibrationBin:
    positives, rows = int(label.sum()), len(label)
    interval = binomtest(positives, rows).proportion_ci(confidence_level=confidence, method="wilson")
    return CalibrationBin(
        mean_probability=float(probability.mean()),
        observed_share=positives / rows,
        low=float(interval.low),
        high=float(interval.high),
        rows=rows,
    )


def _of_interest(panel: Panel, probability: FloatArray, question: Question) -> tuple[FloatArray, FloatArray]:
    """Return label and score of the answer of interest."""
    return (1 - panel.label, -probability) if question.is_no_of_interest else (panel.label, probability)


def _thinned(x: FloatArray, y: FloatArray, along: FloatArray, points: int) -> Curve:
    """Return the points nearest to even steps of ``along``, which grows; the ends stay."""
    steps = np.linspace(along[0], along[-1], points)
    kept = np.unique(np.append(np.searchsorted(along, steps), [0, len(along) - 1]))
    return _curve(x[kept], y[kept])


def _curve(x: FloatArray, y: FloatArray) -> Curve:
    return Curve(x=tuple(x.tolist()), y=tuple(y.tolist()))
