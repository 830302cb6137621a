"""Names of the candidates and how each is fitted.

Belongs here: one fit a candidate, with the settings that it was given. Does not belong here: which one is chosen
(``train``), a search for settings (``search``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

from ml_assets.classification.linear import LinearMargin
from ml_assets.classification.margins import ConstantMargin, MarginModel, RuleMargin
from ml_assets.classification.question import Rule
from ml_assets.classification.training_data import TrainingData
from ml_assets.classification.trees import TreeData, TreeMargin
from ml_assets.config import TrainingConfig

Parameters = dict[str, float | int | str]
Settings = TypeVar("Settings", bound=BaseModel)

PRIOR = "prior"
RULE = "rule"
LOGISTIC_REGRESSION = "logistic_regression"
RANDOM_FOREST = "random_forest"
BOOSTED_TREES = "boosted_trees"

# From the simplest on: of two that are equally good on the validation window the first is chosen.
LEARNED = (LOGISTIC_REGRESSION, RANDOM_FOREST, BOOSTED_TREES)
CANDIDATES = (PRIOR, RULE, *LEARNED)

ROUNDS = "rounds"


class Workbench:
    """Fits candidates to the same rows; what several need of these is made once."""

    def __init__(self, data: TrainingData, rule: Rule, config: TrainingConfig) -> None:
        """Take rows, rule and settings."""
        self.data = data
        self.rule = rule
        self.config = config

    @cached_property
    def tree_data(self) -> TreeData:
        """The rows in bins."""
        return TreeData.of(
            self.data.encoder,
            (self.data.train, self.data.train_label),
            (self.data.validation, self.data.validation_label),
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
        }[name]()

    def _prior(self) -> tuple[MarginModel, Parameters]:
        model = ConstantMargin.fit(self.data.train_label)
        return model, {"log_odds": model.log_odds}

    def _rule(self) -> tuple[MarginModel, Parameters]:
        data = self.data
        model = RuleMargin.fit(self.rule, data.encoder.names, data.train, data.train_label)
        return model, {"intercept": model.line.intercept, "slope": model.line.slope}

    def _logistic_regression(self) -> tuple[MarginModel, Parameters]:
        data, settings = self.data, self.config.logistic
        model = LinearMargin.fit(data.train, data.train_label, data.encoder.is_category, settings, self.config.threads)
        return model, settings.model_dump()

    def _random_forest(self) -> tuple[MarginModel, Parameters]:
        settings = self.config.forest
        return TreeMargin.grow_forest(self.tree_data, settings, self.config.seed), settings.model_dump()

    def _boosted_trees(self) -> tuple[MarginModel, Parameters]:
        settings = self.config.trees
        model = TreeMargin.boost(self.tree_data, settings, self.config.seed)
        return model, {**settings.model_dump(), ROUNDS: model.rounds}


def with_parameters(config: TrainingConfig, name: str, parameters: Mapping[str, Any]) -> TrainingConfig:
    """Return a configuration in which a candidate has the settings that it was fitted with before."""
    field = {LOGISTIC_REGRESSION: "logistic", RANDOM_FOREST: "forest", BOOSTED_TREES: "trees"}.get(name)
    if field is None:
        return config
    return config.model_copy(update={field: _settings(getattr(config, field), parameters)})


def _settings(settings: Settings, parameters: Mapping[str, Any]) -> Settings:
    """Return settings with the parameters of the same names; what was only an outcome stays out."""
    chosen = {key: value for key, value in parameters.items() if key in type(settings).model_fields}
    return type(settings).model_validate(settings.model_dump() | chosen)
