"""What is known of a fitted version of value: the record that promotion, card and scoreboard read.

Belongs here: the record's types, as they are stored in JSON. Does not belong here: how its figures come about
(``measure``), drawing them.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ml_assets.classification.evaluation import Curve, FoldStatistics, Importance, LeakFinding
from ml_assets.metrics.estimate import Estimate

# Name of the best list that there could be, among ``ValueEvaluation.gain_curves``.
BEST_LIST = "best_list"


class ValueMetric(StrEnum):
    """Figures of a version: fields of ``ValueScores``."""

    NORMALISED_GINI = "normalised_gini"
    SPEARMAN = "spearman"
    R_SQUARED = "r_squared"
    TWEEDIE_DEVIANCE = "tweedie_deviance"
    TOTAL_BIAS = "total_bias"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Candidate(_Record):
    """A fitted candidate and its normalised Gini on the validation rows, None where that is undefined."""

    name: str
    validation_gini: float | None
    parameters: dict[str, float | int | str]


class ValueScores(_Record):
    """Measures of one set of predicted money on one set of rows; see ``metrics.value`` for each."""

    normalised_gini: Estimate
    spearman: Estimate
    r_squared: Estimate
    tweedie_deviance: Estimate
    total_bias: Estimate


class ValuePeriod(_Record):
    """One period of the rolling origin: the version's procedure and the last rule, fitted on what was known before."""

    period: date
    rows: int
    purchases: int
    model_name: str
    model: ValueScores
    rule: ValueScores
    gain: Estimate


class ValueSegment(_Record):
    """One segment of the test window."""

    segment: str
    rows: int
    purchases: int
    mean_predicted: float
    mean_truth: float
    normalised_gini: float | None


class Decile(_Record):
    """A tenth of the test rows, from the highest prediction down: mean predicted and mean true money."""

    rows: int
    mean_predicted: float
    mean_truth: float


class IntervalCoverage(_Record):
    """How often the truth lay within the predictive interval of the horizon.

    ``covered`` is of all rows, ``covered_if_bought`` of those that bought; where most buy nothing the first says
    little. ``median_width`` is in money.
    """

    wanted: float
    covered: Estimate
    covered_if_bought: Estimate
    median_width: float


class TellingColumn(_Record):
    """A column that alone ranks money too well; ``normalised_gini`` is of the direction in which it does."""

    column: str
    normalised_gini: float


class ValueEvaluation(_Record):
    """All that was measured of a version.

    Attributes
    ----------
    gains
        Normalised Gini of the version minus that of each other candidate, by name, on the same resamples.
    r_squared_target, is_r_squared_reached
        The claimed figure, and whether the version's interval lies above it; None where nothing was claimed.
    minimum_detectable_gain
        Gain over the last rule that would have been seen with a power of 80 %, from the width of its interval.
    gain_curves
        Share of all money of the test window that the first rows of a list hold, against the share of rows listed: of
        the version, of the last rule, and of the truth itself (``BEST_LIST``).
    telling, leaks
        Columns that alone rank money too well, and columns that alone tell too well whether anything is bought.
    """

    model_name: str
    version: str
    fingerprint: str
    chosen: str
    candidates: tuple[Candidate, ...]
    folds: tuple[FoldStatistics, ...]
    test: ValueScores | None
    baselines: dict[str, ValueScores]
    gains: dict[str, Estimate]
    by_period: tuple[ValuePeriod, ...]
    pooled: ValueScores | None
    pooled_rule: ValueScores | None
    pooled_gain: Estimate | None
    segments: tuple[ValueSegment, ...]
    deciles: tuple[Decile, ...]
    coverage: IntervalCoverage | None
    importances: tuple[Importance, ...]
    r_squared_target: float | None
    is_r_squared_reached: bool | None
    minimum_detectable_gain: float | None
    remarks: tuple[str, ...] = ()
    gain_curves: dict[str, Curve] = {}
    telling: tuple[TellingColumn, ...] = ()
    leaks: tuple[LeakFinding, ...] = ()
