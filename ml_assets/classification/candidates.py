"""Names of the candidates and how each is fitted.

Belongs here: one fit a candidate, with the settings that it was given. Does not belong here: which one is chosen
(``train``), a search for settings (``search``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

from ml_assets.classification.combined import CombinedMargin
from ml_assets.classification.evaluation import (
    BLEND,
    BOOSTED_TREES,
    LOGISTIC_REGRESSION,
    PRIOR,
    RANDOM_FOREST,
    RULE,
)
from ml_assets.classification.linear import LinearMargin
from ml_assets.classification.margins import ConstantMargin, MarginModel, RuleMargin
from ml_assets.classification.question import Rule
from ml_assets.classification.training_data import TrainingData
from ml_assets.classification.trees import TreeData, TreeMargin
from ml_assets.config import TrainingConfig

Parameters = dict[str, float | int | str]
Settings = TypeVar("Settings", bound=BaseModel)

# From the simplest on: of two that are equally good on the validation window the first is chosen.
LEARNED = (LOGISTIC_REGRESSION, RANDOM_FOREST, BOOSTED_TREES, BLEND)
CANDIDATES = (PRIOR, RULE, *LEARNED)

ROUNDS = "rounds"


class Workbench:
    """Fits candidates to the same rows; what several need of these is made once.

    Parameters
    ----------
    data
        The rows.
    rule
        The one-line rule, on top of which trees are grown.
    config
        Settings.
    rounds
        How many trees are boosted; None lets the validation rows decide.
    """

    def __init__(self, data: TrainingData, rule: Rule, config: TrainingConfig, rounds: int | None = None) -> None:
        self.data = data
        self.rule = rule
        self.config = config
        self.rounds = rounds

    @cached_property
    def tree_data(self) -> TreeData:
        """The rows in bins."""
        return TreeData.of(
            self.data.encoder,
            (self.data.train, self.data.train_label),
            (self.data.validation, self.data.validation_label),
            self._ruled,
            self.config.trees.max_bin,
            self.config.threads,
        )

    def fit(self, name: str) -> tuple[MarginModel, Parameters]:
        """Return a candidate and what it was fitted with.

        Raises
        ------
        KeyError
            If no candidate has this name.
        """
        return {
            PRIOR: self._prior,
            RULE: self._rule,
            LOGISTIC_REGRESSION: self._logistic_regression,
            RANDOM_FOREST: self._random_forest,
            BOOSTED_TREES: self._boosted_trees,
            BLEND: self._blend,
        }[name]()

    @cached_property
    def _ruled(self) -> RuleMargin:
        data = self.data
        return RuleMargin.fit(self.rule, data.encoder.names, data.train, data.train_label)

    @cached_property
    def _regressed(self) -> LinearMargin:
        data = self.data
        return LinearMargin.fit(
            data.train, data.train_label, data.encoder.is_category, self.config.logistic, self.config.threads
        )

    @cached_property
    def _boosted(self) -> TreeMargin:
        return TreeMargin.boost(self.tree_data, self.config.trees, self.config.seed, self.rounds)

    def _prior(self) -> tuple[MarginModel, Parameters]:
        model = ConstantMargin.fit(self.data.train_label)
        return model, {"log_odds": model.log_odds}

    def _rule(self) -> tuple[MarginModel, Parameters]:
        line = self._ruled.line
        return self._ruled, {"intercept": line.intercept, "slope": line.slope}

    def _logistic_regression(self) -> tuple[MarginModel, Parameters]:
        return self._regressed, self.config.logistic.model_dump()

    def _random_forest(self) -> tuple[MarginModel, Parameters]:
        settings = self.config.forest
        return TreeMargin.grow_forest(self.tree_data, settings, self.config.seed), settings.model_dump()

    def _boosted_trees(self) -> tuple[MarginModel, Parameters]:
        model = CombinedMargin(parts=(self._ruled, self._boosted), weights=(1.0, 1.0))
        return model, {**self.config.trees.model_dump(), ROUNDS: self._boosted.rounds}

    def _blend(self) -> tuple[MarginModel, Parameters]:
        """Return the mean of the regression's margin and that of the boosted trees."""
        model = CombinedMargin(parts=(self._regressed, self._ruled, self._boosted), weights=(0.5, 0.5, 0.5))
        return model, {
            **self.config.logistic.model_dump(),
            **self.config.trees.model_dump(),
            ROUNDS: self._boosted.rounds,
        }


def with_parameters(config: TrainingConfig, name: str, parameters: Mapping[str, Any]) -> TrainingConfig:
    """Return a configuration in which a candidate has the settings that it was fitted with before."""
    fields = {
        LOGISTIC_REGRESSION: ("logistic",),
        RANDOM_FOREST: ("forest",),
        BOOSTED_TREES: ("trees",),
        BLEND: ("logistic", "trees"),
    }.get(name, ())
    return config.model_copy(update={field: _settings(getattr(config, field), parameters) for field in fields})


def _settings(settings: Settings, parameters: Mapping[str, Any]) -> Settings:
    """Return settings with the parameters of the same names; what was only an outcome stays out."""
    chosen = {key: value for key, value in parameters.items() if key in type(settings).model_fields}
    return type(settings).model_validate(settings.model_dump() | chosen)
