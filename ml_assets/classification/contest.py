"""A question at the gate: what of its measurement a decision goes by, and the test window on which it meets a champion.

Belongs here: from an evaluation to evidence, in words too. Does not belong here: the order of the gate
(``ml_assets.family.gate``), the rule of promotion (``registry.promotion``), measuring (``measure``).
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import dagster as dg
import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.evaluation import RULE, TEST_FOLD, Evaluation, FoldStatistics, Gain, Metric, Scores
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.measure import gain
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.classification.steps import TrainedQuestion
from ml_assets.config import EvaluationConfig, PromotionConfig
from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.comparisons import for_comparison
from ml_assets.registry.verdict import Evidence, Yardstick

LOG_LOSS = Yardstick(Metric.LOG_LOSS.value, "log-loss", is_lower_better=True)


class GateConfig(dg.Config):
    """How versions are compared, and what a challenger must show.

    Attributes
    ----------
    evaluation, promotion
        How versions are measured, and by what they are judged.
    is_age_retrain
        Whether the challenger was fitted only because the champion is old.
    """

    evaluation: EvaluationConfig = EvaluationConfig()
    promotion: PromotionConfig = PromotionConfig()
    is_age_retrain: bool = False


class QuestionContest:
    """The newest version of a question on its test window.

    Parameters
    ----------
    evaluation
        What was measured of the version.
    trained
        The candidates and the rows.
    config
        How versions are compared.
    """

    rule = RULE

    def __init__(self, evaluation: Evaluation, trained: TrainedQuestion, config: GateConfig) -> None:
        self.evaluation, self.trained, self.config = evaluation, trained, config
        self.test: Panel = trained.rows.panel.take(trained.rows.split.test)

    @property
    def window_to(self) -> date | None:
        """Last period of the test window."""
        window = _window(self.evaluation)
        return window.last_period if window else None

    @property
    def asked_from(self) -> np.datetime64 | None:
        """First moment at which the test window is asked."""
        return self.test.asked_at.min() if len(self.test) else None

    @property
    def entities(self) -> pd.Series[Any]:
        """Names of all entities."""
        return self.trained.rows.panel.keys[self.trained.question.entity]

    def evidence(self, comparison: int) -> Evidence:
        """Return what was measured, the gain over the rule as sure as the n-th comparison must be."""
        over_rule = None
        if len(self.test):
            over_rule = gain(self.test, self._own, self._answers(RULE), self._measured_with(comparison))
        return evidence_of(self.trained.question, self.evaluation, over_rule, self.config)

    def gain_over(self, champion: FittedClassifier, comparison: int) -> Estimate | None:
        """Return by how much log-loss is lower than the champion's; None where columns that it reads are gone."""
        if not set(champion.feature_names) <= set(self.test.features.columns):
            return None
        theirs = champion.probability(self.test.features)
        return gain(self.test, self._own, theirs, self._measured_with(comparison)).log_loss

    @property
    def _own(self) -> npt.NDArray[np.float64]:
        return self._answers(self.trained.facts.chosen)

    def _answers(self, candidate: str) -> npt.NDArray[np.float64]:
        return self.trained.training.models[candidate].probability(self.test.features)

    def _measured_with(self, comparison: int) -> EvaluationConfig:
        return for_comparison(self.config.evaluation, comparison)


def evidence_of(question: Question, evaluation: Evaluation, over_rule: Gain | None, config: GateConfig) -> Evidence:
    """Return what a decision goes by.

    Parameters
    ----------
    question
        What is asked; its rule cannot stand in where it reads a column that leaks.
    evaluation
        What was measured of the challenger.
    over_rule
        Its gain over the rule on the test window; may be missing if it is the rule.
    config
        What a challenger must show.
    """
    window, promotion = _window(evaluation), config.promotion
    leaking = {column for finding in evaluation.leaks for column in finding.columns}
    events = min(window.positives, window.rows - window.positives) if window else 0
    return Evidence(
        version=evaluation.version,
        yardstick=LOG_LOSS,
        value=evaluation.test.log_loss.value if evaluation.test else None,
        is_rule=evaluation.chosen == RULE,
        over_rule=over_rule.log_loss if over_rule else None,
        confidence=config.evaluation.confidence,
        margin=promotion.non_inferiority_margin if config.is_age_retrain else None,
        window_to=window.last_period if window else None,
        suspicion=_suspicion(evaluation),
        is_rule_suspect=any(term.column in leaking for term in question.rule.terms),
        shortage=None
        if events >= promotion.min_events
        else f"the test window has {events} events of the rarer answer, {promotion.min_events} are needed",
        fault=_unsound(evaluation.test, promotion),
    )


def _suspicion(evaluation: Evaluation) -> str | None:
    if not evaluation.leaks:
        return None
    return "a leak is suspected: " + "; ".join(
        f"{' and '.join(finding.columns)} (AUC {finding.auc:.3f}, {finding.reason})" for finding in evaluation.leaks
    )


def _unsound(scores: Scores | None, config: PromotionConfig) -> str | None:
    """Return what is wrong with the probabilities themselves, or None."""
    if scores is None:
        return "the challenger was not measured on the test window"
    slope, intercept = _number(scores.calibration_slope), _number(scores.calibration_intercept)
    skill = _number(scores.brier_skill)
    if not all(math.isfinite(value) for value in (_number(scores.log_loss), skill, slope, intercept)):
        return "a figure of the challenger on the test window is missing or not finite"
    if abs(slope - 1.0) > config.slope_tolerance:
        return f"the calibration slope {slope:.2f} is further than {config.slope_tolerance:g} from 1"
    if abs(intercept) > config.intercept_tolerance:
        return f"the calibration intercept {intercept:.2f} is further than {config.intercept_tolerance:g} from 0"
    if skill < config.min_brier_skill:
        return f"the Brier skill {skill:.4f} is below {config.min_brier_skill:g}"
    return None


def _window(evaluation: Evaluation) -> FoldStatistics | None:
    return next((fold for fold in evaluation.folds if fold.name == TEST_FOLD), None)


def _number(estimate: Estimate) -> float:
    """Return a figure, NaN where the data did not allow one; no comparison with it is true."""
    return math.nan if estimate.value is None else estimate.value
