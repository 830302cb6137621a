"""What the checks of a question say of an evaluation: words, beside whether they pass.

Belongs here: pure judgements that warn or block. Does not belong here: who serves (``registry.promotion``), Dagster.
"""

from __future__ import annotations

from ml_assets.classification.evaluation import Evaluation
from ml_assets.config import PromotionConfig
from ml_assets.family.records import Judgement
from ml_assets.metrics.estimate import Estimate


def judged_leaks(evaluation: Evaluation) -> Judgement:
    """Pass if no column, and no tree of depth two, tells the answer too well."""
    if not evaluation.leaks:
        return Judgement(True, "no column and no tree of depth two tells the answer by itself")
    found = "; ".join(f"{' and '.join(leak.columns)}: {leak.reason}" for leak in evaluation.leaks)
    return Judgement(False, f"suspected of a leak: {found}. Look where the column comes from, and take it out")


def judged_calibration(evaluation: Evaluation, config: PromotionConfig) -> Judgement:
    """Pass if the calibration line on the test window lies within tolerance, or cannot be measured there."""
    if evaluation.test is None:
        return Judgement(True, "there is no test window to measure on")
    slope, intercept = evaluation.test.calibration_slope, evaluation.test.calibration_intercept
    if slope.value is None or intercept.value is None:
        return Judgement(True, "the test window has one kind of answer only, so that there is no line")
    is_near = abs(slope.value - 1) <= config.slope_tolerance and abs(intercept.value) <= config.intercept_tolerance
    return Judgement(is_near, f"slope {in_words(slope)} (1 is right), intercept {in_words(intercept)} (0 is right)")


def judged_against_rule(evaluation: Evaluation) -> Judgement:
    """Pass if the version's log-loss on the test window is better than the rule's by a paired interval."""
    gained = evaluation.gain_over_rule
    if gained is None or gained.log_loss.low is None:
        return Judgement(False, "there is no test window on which the version could beat the rule")
    return Judgement(
        gained.log_loss.low > 0,
        f"log-loss {in_words(gained.log_loss)} better than the rule, AUC {in_words(gained.auc)} better",
    )


def in_words(estimate: Estimate) -> str:
    """Return a figure with its interval."""
    if estimate.value is None:
        return "not measurable"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.4f}"
    return f"{estimate.value:.4f} ({estimate.low:.4f} to {estimate.high:.4f})"
