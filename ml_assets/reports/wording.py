"""Numbers and metrics in words, the same on every page.

Belongs here: what a metric is called and means, how a figure is written, why there is none. Does not belong here:
pages, drawings, any computation of a metric.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ml_assets.classification.evaluation import FoldStatistics, Metric, Scores
from ml_assets.classification.question import Period
from ml_assets.cltv.evaluation import ValueMetric
from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.question import ClaimedMetric

# Metrics of one window, each a field of ``Scores``; the others are of the rolling origin.
TEST_METRICS = tuple(metric for metric in Metric if metric in Scores.model_fields)
# Of value, beside the metrics of one window.
POOLED_GINI = "pooled_normalised_gini"
NOT_MEASURABLE = "not measurable"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


class Tone(StrEnum):
    """How a verdict looks, a CSS class; the words beside it say the same."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What people read of a metric.

    Attributes
    ----------
    title
        Its name.
    meaning
        One sentence on what it says and which value is good.
    """

    title: str
    meaning: str


METRIC_WORDS: Mapping[str, MetricWords] = {
    Metric.LOG_LOSS: MetricWords("Log-loss", "Mean surprise in nats at what came true; lower is better."),
    Metric.AUC: MetricWords("AUC", "How often a yes is ranked above a no; 0.5 is chance, 1 is perfect."),
    Metric.AVERAGE_PRECISION: MetricWords(
        "Average precision",
        "Precision averaged over recall, of the answer of interest; its share in the rows is chance.",
    ),
    Metric.LIFT: MetricWords(
        "Lift", "How many times more answers of interest the top rows hold than all rows; 1 is chance."
    ),
    Metric.BRIER_SKILL: MetricWords(
        "Brier skill",
        "Share of the prior's squared error that is removed; 0 is no better than the prior, 1 is perfect.",
    ),
    Metric.ACCURACY: MetricWords(
        "Accuracy", "Share of rows whose likelier answer came true; always giving the commoner answer is the baseline."
    ),
    Metric.CALIBRATION_SLOPE: MetricWords(
        "Calibration slope", "1 is right; below 1 the probabilities are too bold, above 1 too timid."
    ),
    Metric.CALIBRATION_INTERCEPT: MetricWords(
        "Calibration intercept", "0 is right; below 0 the probabilities are too high, above 0 too low."
    ),
    Metric.MEAN_PERIOD_AUC: MetricWords(
        "Mean AUC of the periods", "Rolling origin: the AUC within each period, then the mean over periods."
    ),
    Metric.POOLED_AUC: MetricWords("Pooled AUC", "Rolling origin: one AUC over the rows of all its periods."),
    ValueMetric.NORMALISED_GINI: MetricWords(
        "Normalised Gini", "How well money is ranked: 0 is a constant, 1 the true order. Rows with equal scores share."
    ),
    ValueMetric.SPEARMAN: MetricWords("Spearman's correlation", "Of the ranks of all rows; 0 is chance, 1 is perfect."),
    ValueMetric.R_SQUARED: MetricWords(
        "R²", "Share of the squared error of the mean that is removed; a few large sums decide it."
    ),
    ValueMetric.TWEEDIE_DEVIANCE: MetricWords(
        "Tweedie deviance", "Distance of money from what was expected, by a law with many zeros; lower is better."
    ),
    ValueMetric.TOTAL_BIAS: MetricWords(
        "Total bias", "Expected over true money in total, less one; 0 is right, above 0 too much was expected."
    ),
    ClaimedMetric.NDCG: MetricWords(
        "NDCG@20", "Gains of hits in the first 20 places, more the higher, by those of the best order; 1 is perfect."
    ),
    ClaimedMetric.MAP: MetricWords("MAP@20", "Precision at the hits in the first 20 places, averaged; 1 is perfect."),
    ClaimedMetric.RMSE: MetricWords("RMSE", "Root of the mean squared error of a strength; a ranking has none."),
    ClaimedMetric.MAE: MetricWords("MAE", "Mean absolute error of a strength; a ranking has none."),
    POOLED_GINI: MetricWords("Pooled Gini", "Rolling origin: one normalised Gini over the rows of all its periods."),
}


def metric_title(metric: str) -> str:
    """Return what a metric is called; one that nothing is said of is called by its name."""
    return METRIC_WORDS[metric].title if metric in METRIC_WORDS else metric.replace("_", " ").capitalize()


def decimal(value: float | None, digits: int = 3) -> str:
    """Return a number with so many digits after the point, or that it is not measurable.

    A number that rounds to zero has no sign.
    """
    if value is None or not math.isfinite(value):
        return NOT_MEASURABLE
    text = f"{value:,.{digits}f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) else text.removeprefix("-")


def signed(value: float | None, digits: int = 3) -> str:
    """Return a difference with its sign, or that it is not measurable."""
    text = decimal(value, digits)
    return (
        f"+{text}"
        if value is not None and math.isfinite(value) and value > 0 and float(text.replace(",", ""))
        else text
    )


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in percent, or that it is not measurable."""
    if share is None or not math.isfinite(share):
        return NOT_MEASURABLE
    return f"{decimal(100 * share, digits)}\N{NO-BREAK SPACE}%"


def count(number: int) -> str:
    """Return a count with commas between thousands."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Return a count of things, such as "1 row" or "2,000 rows"."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def interval(estimate: Estimate, digits: int = 3) -> str:
    """Return an estimate's interval as "0.690 to 0.735"; empty without one."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{decimal(estimate.low, digits)} to {decimal(estimate.high, digits)}"


def with_interval(estimate: Estimate | None, digits: int = 3) -> str:
    """Return an estimate as "0.713 (0.690 to 0.735)", without the brackets if it has no interval."""
    if estimate is None or estimate.value is None:
        return NOT_MEASURABLE
    between = interval(estimate, digits)
    return f"{decimal(estimate.value, digits)} ({between})" if between else decimal(estimate.value, digits)


def parameter(value: float | int | str) -> str:
    """Return a parameter as it was set, floats with no more digits than tell them apart."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def period_name(period: date, period_kind: Period) -> str:
    """Return a month as "2018-03", the date of a week in full."""
    return f"{period:%Y-%m}" if period_kind is Period.MONTH else period.isoformat()


def why_not_measurable(fold: FoldStatistics) -> str:
    """Return why figures of some rows may be missing, in a sentence."""
    if fold.rows == 0:
        return f"The {fold.name} window holds no row whose answer is known."
    rarer = min(fold.positives, fold.rows - fold.positives)
    if rarer == 0:
        answer = "yes" if fold.positives else "no"
        whole = "The only row" if fold.rows == 1 else f"All {count(fold.rows)} rows"
        have = "has" if fold.rows == 1 else "have"
        return f"{whole} of the {fold.name} window {have} the answer {answer}: nothing can be ranked."
    return (
        f"The {fold.name} window holds {counted(rarer, 'row')} of the rarer answer; a figure is missing where "
        "resamples of the entities do not all allow it, or where all probabilities are alike."
    )
