"""What is known of a fitted version: the record that promotion, card and scoreboard read.

Belongs here: the record's types, as they are stored in JSON. Does not belong here: how its figures come about
(``measure``), drawing them (``reports``).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.estimate import Estimate

# Names of the candidates that every training fits: those of ``Evaluation.baselines`` and ``Candidate.name``.
PRIOR = "prior"
RULE = "rule"
LOGISTIC_REGRESSION = "logistic_regression"
RANDOM_FOREST = "random_forest"
BOOSTED_TREES = "boosted_trees"
BLEND = "blend"
SURVIVAL_TREES = "survival_trees"
SURVIVAL_BLEND = "survival_blend"


class Metric(StrEnum):
    """Figures of a version: fields of ``Scores``, and below them what the rolling origin gives."""

    LOG_LOSS = "log_loss"
    AUC = "auc"
    AVERAGE_PRECISION = "average_precision"
    LIFT = "lift"
    BRIER_SKILL = "brier_skill"
    ACCURACY = "accuracy"
    CALIBRATION_SLOPE = "calibration_slope"
    CALIBRATION_INTERCEPT = "calibration_intercept"
    MEAN_PERIOD_AUC = "mean_period_auc"
    POOLED_AUC = "pooled_auc"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# Name of the part of the rows on which nothing was fitted or chosen.
TEST_FOLD = "test"


class FoldStatistics(_Record):
    """A part of the rows: which periods it covers, how many rows, yes answers and entities it has."""

    name: str
    first_period: date | None
    last_period: date | None
    rows: int
    positives: int
    entities: int


class Scores(_Record):
    """Measures of one set of probabilities on one set of rows.

    ``average_precision`` and ``lift`` are of the answer of interest (see ``Question.is_no_of_interest``); all others
    are of the answer yes. ``lift`` is that of the share of rows that ``EvaluationConfig.lift_share`` names.
    ``accuracy`` is the share of rows whose answer is the one that the probability finds likelier (0.5 says yes); None
    where nobody asked for it.
    """

    log_loss: Estimate
    auc: Estimate
    average_precision: Estimate
    brier_skill: Estimate
    calibration_slope: Estimate
    calibration_intercept: Estimate
    lift: Estimate
    accuracy: Estimate | None = None


class Gain(_Record):
    """By how much one set of probabilities is better than another on the same rows, by a paired bootstrap.

    Both are positive where the first is better: log-loss of the other minus its own, its own AUC minus the other's.
    """

    log_loss: Estimate
    auc: Estimate


class PeriodScores(_Record):
    """One period of the rolling origin: the version's procedure fitted on what was known before it."""

    period: date
    rows: int
    positives: int
    model: Scores
    rule: Scores


class SegmentScores(_Record):
    """One segment of the test window."""

    segment: str
    rows: int
    positives: int
    mean_probability: float
    observed_share: float
    auc: float | None
    log_loss: float | None


class Curve(_Record):
    """Points of a drawing, at most some hundred."""

    x: tuple[float, ...]
    y: tuple[float, ...]


class CalibrationBin(_Record):
    """Rows with similar probabilities: their mean probability and what came true, with a Wilson interval."""

    mean_probability: float
    observed_share: float
    low: float
    high: float
    rows: int


class Candidate(_Record):
    """A fitted candidate.

    Attributes
    ----------
    validation_log_loss
        Mean of its log-losses on the validation windows, by which is chosen; None where there are no rows.
    parameters
        Settings, and what was found on the newest window.
    window_log_losses
        Log-loss on each validation window, the newest first.
    """

    name: str
    validation_log_loss: float | None
    parameters: dict[str, float | int | str]
    window_log_losses: tuple[float, ...] = ()


class LeakFinding(_Record):
    """A column, or a tree of depth two, that alone tells the answer too well."""

    columns: tuple[str, ...]
    auc: float
    precision: float
    reason: str


class Importance(_Record):
    """Share of a column in what moves the margin: its mean absolute contribution over that of all columns."""

    column: str
    share: float


class Evaluation(_Record):
    """All that was measured of a version."""

    model_name: str
    version: str
    fingerprint: str
    chosen: str
    candidates: tuple[Candidate, ...]
    folds: tuple[FoldStatistics, ...]
    test: Scores | None
    baselines: dict[str, Scores]
    gain_over_rule: Gain | None
    by_period: tuple[PeriodScores, ...]
    pooled: Scores | None
    pooled_rule: Scores | None
    mean_period_auc: Estimate | None
    segments: tuple[SegmentScores, ...]
    roc: Curve | None
    precision_recall: Curve | None
    lift_curve: Curve | None
    calibration: tuple[CalibrationBin, ...]
    importances: tuple[Importance, ...]
    leaks: tuple[LeakFinding, ...]
    minimum_detectable_auc: float | None
    remarks: tuple[str, ...] = ()
