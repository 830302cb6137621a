"""How good predicted money is on the rows of a panel, with intervals by a bootstrap over entities.

Belongs here: the measures by which versions are compared, all on the same resamples. Does not belong here: fitting,
which rows are measured, what follows from a figure.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from ml_assets.classification.measure import NO_SEGMENT, OTHER_SEGMENTS, Measured, estimates
from ml_assets.cltv.evaluation import Decile, IntervalCoverage, ValueScores, ValueSegment
from ml_assets.cltv.panel import ValuePanel
from ml_assets.config import EvaluationConfig
from ml_assets.metrics.bootstrap import WeightBlock
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.power import POWER, SIGNIFICANCE
from ml_assets.metrics.value import (
    TWEEDIE_POWER,
    NormalisedGini,
    decile_calibration,
    normalised_gini,
    r_squared,
    spearman,
    total_bias,
    tweedie_deviance,
)

FloatArray = npt.NDArray[np.float64]


def scores(panel: ValuePanel, predicted: FloatArray, config: EvaluationConfig) -> ValueScores:
    """Measure predicted money on rows whose holdout is known.

    Resamples of Spearman's correlation weigh the ranks of all rows, which is what its sampling error mostly is.

    Parameters
    ----------
    panel
        Rows with money of the holdout; at least one.
    predicted
        Money, above 0, shape (n,).
    config
        Resamples, confidence, seed.

    Raises
    ------
    ValueError
        If a truth or a prediction is not finite, or the lengths differ.
    """
    truth = panel.value
    gini = NormalisedGini.of(truth, predicted)
    ranks = np.stack([rankdata(truth), rankdata(predicted)])
    deviances = _deviances(truth, predicted)
    sums_of = np.stack([truth, predicted, truth**2, (truth - predicted) ** 2, deviances], axis=1)
    rank_sums_of = np.stack([*ranks, ranks[0] ** 2, ranks[1] ** 2, ranks[0] * ranks[1]], axis=1)

    def measure(block: WeightBlock) -> Measured:
        weights = block.of_rows(np.arange(len(truth)))
        total = weights.sum(axis=1)
        money, expected, squares, errors, deviance = (weights @ sums_of).T
        first, second, first_squared, second_squared, both = (weights @ rank_sums_of).T / total
        spread = np.sqrt((first_squared - first**2) * (second_squared - second**2))
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "normalised_gini": gini.of_weights(weights[:, gini.by_score.order], weights[:, gini.by_truth.order]),
                "spearman": np.where(spread > 0, (both - first * second) / spread, np.nan),
                "r_squared": 1 - errors / (squares - money**2 / total),
                "tweedie_deviance": deviance / total,
                "total_bias": expected / money - 1,
            }

    point = {
        "normalised_gini": normalised_gini(truth, predicted),
        "spearman": spearman(truth, predicted),
        "r_squared": r_squared(truth, predicted),
        "tweedie_deviance": tweedie_deviance(truth, predicted),
        "total_bias": total_bias(truth, predicted),
    }
    return ValueScores(**estimates(panel.panel, config, {k: np.array([v]) for k, v in point.items()}, measure))


def gain(panel: ValuePanel, predicted: FloatArray, other: FloatArray, config: EvaluationConfig) -> Estimate:
    """Return the normalised Gini of predictions minus that of others, by the same resamples for both.

    Parameters and errors are those of ``scores``.
    """
    own, others = NormalisedGini.of(panel.value, predicted), NormalisedGini.of(panel.value, other)

    def measure(block: WeightBlock) -> Measured:
        by_truth = block.of_rows(own.by_truth.order)
        figures = [each.of_weights(block.of_rows(each.by_score.order), by_truth) for each in (own, others)]
        return {"gain": figures[0] - figures[1]}

    point = normalised_gini(panel.value, predicted) - normalised_gini(panel.value, other)
    return estimates(panel.panel, config, {"gain": np.array([point])}, measure)["gain"]


def minimum_detectable_gain(found: Estimate, confidence: float) -> float | None:
    """Return the gain that the interval's width would have let be seen, two-sided at 5 %, with a power of 80 %."""
    if found.low is None or found.high is None:
        return None
    error = (found.high - found.low) / (2 * norm.ppf((1 + confidence) / 2))
    return float(error * (norm.ppf(1 - SIGNIFICANCE / 2) + norm.ppf(POWER)))


def coverage(
    panel: ValuePanel, low: FloatArray, high: FloatArray, wanted: float, config: EvaluationConfig
) -> IntervalCoverage:
    """Return how often money of the holdout lies within an interval of which ``wanted`` is to be held."""
    inside = ((panel.value >= low) & (panel.value <= high)).astype(np.float64)
    bought = (panel.value > 0).astype(np.float64)
    columns = np.stack([inside, inside * bought, bought], axis=1)

    def of_sums(sums: FloatArray, totals: FloatArray) -> Measured:
        with np.errstate(divide="ignore", invalid="ignore"):
            return {"covered": sums[:, 0] / totals, "covered_if_bought": sums[:, 1] / sums[:, 2]}

    def measure(block: WeightBlock) -> Measured:
        weights = block.of_rows(np.arange(len(panel)))
        return of_sums(weights @ columns, weights.sum(axis=1))

    point = of_sums(columns.sum(axis=0)[None], np.array([float(len(panel))]))
    return IntervalCoverage(
        wanted=wanted,
        median_width=float(np.median(high - low)),
        **estimates(panel.panel, config, point, measure),
    )


def deciles(panel: ValuePanel, predicted: FloatArray) -> tuple[Decile, ...]:
    """Return the tenths of the rows by their prediction, as the record has them."""
    return tuple(
        Decile(rows=each.rows, mean_predicted=each.mean_predicted, mean_truth=each.mean_truth)
        for each in decile_calibration(panel.value, predicted)
    )


def segment_scores(
    panel: ValuePanel, predicted: FloatArray, column: str, minimum_rows: int = 50
) -> tuple[ValueSegment, ...]:
    """Measure each segment of the rows, largest first; those with fewer rows than the minimum together."""
    values = panel.panel.features[column]
    segment = values.astype("object").where(values.notna(), NO_SEGMENT).astype(str).to_numpy()
    _, number, rows = np.unique(segment, return_inverse=True, return_counts=True)
    segment = np.where(rows[number] < minimum_rows, OTHER_SEGMENTS, segment)
    measured = [
        _segment(str(name), panel.value[at], predicted[at]) for name in set(segment) for at in [segment == name]
    ]
    return tuple(sorted(measured, key=lambda each: (-each.rows, each.segment)))


def _segment(name: str, truth: FloatArray, predicted: FloatArray) -> ValueSegment:
    gini = normalised_gini(truth, predicted)
    return ValueSegment(
        segment=name,
        rows=len(truth),
        purchases=int((truth > 0).sum()),
        mean_predicted=float(predicted.mean()),
        mean_truth=float(truth.mean()),
        normalised_gini=None if np.isnan(gini) else gini,
    )


def _deviances(truth: FloatArray, predicted: FloatArray) -> FloatArray:
    """Return each row's Tweedie deviance (B. Jørgensen, *The theory of dispersion models*, 1997); NaN at 0 or less."""
    power = TWEEDIE_POWER
    expected = np.where(predicted > 0, predicted, np.nan)
    saturated = truth ** (2 - power) / ((1 - power) * (2 - power))
    return np.asarray(
        2 * (saturated - truth * expected ** (1 - power) / (1 - power) + expected ** (2 - power) / (2 - power)),
        dtype=np.float64,
    )
