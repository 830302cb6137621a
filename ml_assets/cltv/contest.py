"""A question of value at the gate: what a decision goes by, and the test window on which it meets a champion.

Belongs here: from an evaluation to evidence, in words too. Does not belong here: the order of the gate
(``ml_assets.family.gate``), the rule of promotion (``registry.promotion``), measuring (``measure``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.classification.evaluation import TEST_FOLD, FoldStatistics
from ml_assets.cltv.config import ValueGateConfig, ValuePromotionConfig
from ml_assets.cltv.evaluation import ValueEvaluation, ValueMetric
from ml_assets.cltv.fitted import FittedValue
from ml_assets.cltv.measure import gain
from ml_assets.cltv.panel import ValuePanel
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.steps import TrainedValue
from ml_assets.cltv.verdicts import level_fault, suspected_columns, suspicions
from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.comparisons import for_comparison
from ml_assets.registry.verdict import Evidence, Yardstick

GINI = Yardstick(ValueMetric.NORMALISED_GINI.value, "normalised Gini")


class ValueContest:
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

    def __init__(self, evaluation: ValueEvaluation, trained: TrainedValue, config: ValueGateConfig) -> None:
        self.evaluation, self.trained, self.config = evaluation, trained, config
        self.test: ValuePanel = trained.rows.panel.take(trained.rows.split.test)

    @property
    def rule(self) -> str:
        """Name of the last rule, which serves where no model beats all of them."""
        return self.trained.question.rules[-1].name

    @property
    def window_to(self) -> date | None:
        """Last period of the test window."""
        window = _window(self.evaluation)
        return window.last_period if window else None

    @property
    def asked_from(self) -> np.datetime64 | None:
        """First moment at which the test window is asked."""
        return self.test.panel.asked_at.min() if len(self.test) else None

    @property
    def entities(self) -> pd.Series[Any]:
        """Names of all entities."""
        return self.trained.rows.panel.panel.keys[self.trained.question.entity]

    def evidence(self, comparison: int) -> Evidence:
        """Return what was measured, the gain over each rule as sure as the n-th comparison must be."""
        rules = [rule.name for rule in self.trained.question.rules]
        own = self._own
        gains = {
            name: self._gain(own, self.trained.training.models[name], comparison)
            for name in rules
            if len(self.test) and name != self.evaluation.chosen
        }
        return evidence_of(self.trained.question, self.evaluation, gains, self.config)

    def gain_over(self, champion: FittedValue, comparison: int) -> Estimate | None:
        """Return by how much the Gini is higher than the champion's.

        None where columns that it reads are gone, or where it tells the money of another horizon.
        """
        has_columns = set(champion.feature_names) <= set(self.test.panel.features.columns)
        if not has_columns or champion.horizon != self.trained.question.horizon:
            return None
        return self._gain(self._own, champion, comparison)

    @property
    def _own(self) -> FittedValue:
        return self.trained.training.models[self.trained.facts.chosen]

    def _gain(self, own: FittedValue, other: FittedValue, comparison: int) -> Estimate:
        features = self.test.panel.features
        settings = for_comparison(self.config.evaluation, comparison)
        return gain(self.test, own.value(features), other.value(features), settings)


def evidence_of(
    question: ValueQuestion, evaluation: ValueEvaluation, gains: Mapping[str, Estimate], config: ValueGateConfig
) -> Evidence:
    """Return what a decision goes by.

    A version has to beat every rule. So the rule to beat is the one over which the lower bound of its gain is lowest.

    Parameters
    ----------
    question
        What is asked; its last rule cannot stand in where it reads a column that leaks.
    evaluation
        What was measured of the challenger.
    gains
        Its gain over each rule on the test window, by name; may be empty if it is a rule.
    config
        What a challenger must show.
    """
    window, promotion = _window(evaluation), config.promotion
    buyers = window.positives if window else 0
    hardest = min(gains, key=lambda name: (_low(gains[name]), name), default=None)
    doubts = suspicions(evaluation)
    return Evidence(
        version=evaluation.version,
        yardstick=GINI,
        value=evaluation.test.normalised_gini.value if evaluation.test else None,
        is_rule=evaluation.chosen in {rule.name for rule in question.rules},
        over_rule=gains[hardest] if hardest else None,
        rule_words=f"the rule {hardest.replace('_', ' ')}" if hardest else "the rule",
        confidence=config.evaluation.confidence,
        margin=promotion.non_inferiority_margin if config.is_age_retrain else None,
        window_to=window.last_period if window else None,
        suspicion=f"a leak is suspected: {'; '.join(doubts)}" if doubts else None,
        is_rule_suspect=any(factor.column in suspected_columns(evaluation) for factor in question.rules[-1].factors),
        shortage=None
        if buyers >= promotion.min_buyers
        else f"the test window has {buyers} rows with money, {promotion.min_buyers} are needed",
        fault=_fault(evaluation, promotion),
    )


def _fault(evaluation: ValueEvaluation, config: ValuePromotionConfig) -> str | None:
    if evaluation.test is None:
        return "the challenger was not measured on the test window"
    return level_fault(evaluation.test, config)


def _window(evaluation: ValueEvaluation) -> FoldStatistics | None:
    return next((fold for fold in evaluation.folds if fold.name == TEST_FOLD), None)


def _low(found: Estimate) -> float:
    """Return a lower bound; what has none is the hardest to be sure of."""
    return -math.inf if found.low is None else found.low
