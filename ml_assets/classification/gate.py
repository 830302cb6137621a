"""The gate of a question: the newest version against the rule and the champion, on rows that neither has seen.

Belongs here: what the rule of promotion is given. Does not belong here: the rule itself (``registry.promotion``), tags
and aliases (``registry.champion``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import dagster as dg
import numpy as np

from ml_assets.classification.evaluation import RULE, Evaluation
from ml_assets.classification.fitted import UnreadableModelError
from ml_assets.classification.measure import gain
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.classification.steps import (
    TrainingRows,
    newest_version,
    register_candidate,
    stored_evaluation,
    stored_training,
    stored_training_set,
)
from ml_assets.classification.train import Training
from ml_assets.config import EvaluationConfig, PromotionConfig
from ml_assets.files import ModelFiles
from ml_assets.registry.champion import Parties, carry_out, comparison_number, rolled_back_until
from ml_assets.registry.comparisons import for_comparison
from ml_assets.registry.names import CHAMPION, LEARNED_UNTIL
from ml_assets.registry.promotion import decide
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Champion, Decision, Obstacle, Serves, Terms
from ml_assets.warehouse import Warehouse


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and the version that serves; None if nobody does."""

    decision: Decision
    serving: Version | None


def promote(
    question: Question,
    warehouse: Warehouse,
    files: ModelFiles,
    registry: ModelRegistry,
    config: GateConfig,
    run_id: str,
    now: datetime,
) -> Outcome:
    """Decide who serves, and do what was decided."""
    evaluation = stored_evaluation(question, files)
    rows, (facts, training) = stored_training_set(question, files), stored_training(question, files)
    challenger = newest_version(question, files, registry)
    champion = registry.aliased(question.name, CHAMPION)
    decision = decision_on(question, registry, config, evaluation, rows, training, challenger, champion)
    rule = None
    if decision.serves is Serves.RULE:
        rule = (
            challenger
            if training.chosen == RULE
            else register_candidate(question, files, registry, rows, facts, RULE, run_id)
        )
    serving = carry_out(
        registry, warehouse, decision, Parties(challenger, champion, rule), decided_at=now, run_id=run_id
    )
    return Outcome(decision, serving)


def decision_on(
    question: Question,
    registry: ModelRegistry,
    config: GateConfig,
    evaluation: Evaluation,
    rows: TrainingRows,
    training: Training,
    challenger: Version,
    champion: Version | None,
) -> Decision:
    """Compare the challenger with the rule and with the champion on the test window, and decide."""
    test = rows.panel.take(rows.split.test)
    number = comparison_number(registry, challenger, evaluation.folds[-1].last_period)
    measured_with = for_comparison(config.evaluation, number)
    answers = {name: training.models[name].probability(test.features) for name in {training.chosen, RULE}}
    over_rule = gain(test, answers[training.chosen], answers[RULE], measured_with) if len(test) else None
    terms = Terms(
        rule_columns={term.column for term in question.rule.terms},
        confidence=config.evaluation.confidence,
        comparison=number,
        is_age_retrain=config.is_age_retrain,
        rolled_back_until=rolled_back_until(challenger),
    )
    serves = (
        None
        if champion is None
        else champion_on(test, champion, registry, answers[training.chosen], measured_with, challenger)
    )
    return decide(evaluation, over_rule, serves, config.promotion, terms)


def champion_on(
    test: Panel,
    champion: Version,
    registry: ModelRegistry,
    answers: np.ndarray[tuple[int], np.dtype[np.float64]],
    measured_with: EvaluationConfig,
    challenger: Version,
) -> Champion:
    """Return the champion as it does on the challenger's test window, or what forbids the comparison."""
    if champion.number == challenger.number or not len(test):
        return Champion(champion.number)
    if np.datetime64(champion.tags[LEARNED_UNTIL]) > test.asked_at.min():
        return Champion(champion.number, obstacle=Obstacle.LEARNED_FROM_WINDOW)
    try:
        model = registry.load(champion)
    except UnreadableModelError:
        return Champion(champion.number, obstacle=Obstacle.CANNOT_ANSWER)
    if not set(model.feature_names) <= set(test.features.columns):
        return Champion(champion.number, obstacle=Obstacle.CANNOT_ANSWER)
    return Champion(champion.number, gain=gain(test, answers, model.probability(test.features), measured_with))
