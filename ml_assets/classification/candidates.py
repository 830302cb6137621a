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
    SURVIVAL_BLEND,
    SURVIVAL_TREES,
)
from ml_assets.classification.linear import LinearMargin
from ml_assets.classification.margins import ConstantMargin, MarginModel, RuleMargin, log_losses
from ml_assets.classification.question import Question
from ml_assets.classification.survival import SurvivalMargin
from ml_assets.classification.training_data import TrainingData
from ml_assets.classification.trees import TreeData, TreeMargin
from ml_assets.config import TrainingConfig

Parameters = dict[str, float | int | str]
Settings = TypeVar("Settings", bound=BaseModel)

# From the simplest on: of two that are equally good on the validation window the first is chosen.
_ALWAYS = (LOGISTIC_REGRESSION, RANDOM_FOREST, BOOSTED_TREES)
LEARNED = (*_ALWAYS, BLEND, SURVIVAL_TREES, SURVIVAL_BLEND)

ROUNDS = "rounds"
# The boosted trees in a candidate, whose number of rounds is found once for all candidates that hold them.
_TREES_IN = {
    BOOSTED_TREES: BOOSTED_TREES,
    BLEND: BOOSTED_TREES,
    SURVIVAL_TREES: SURVIVAL_TREES,
    SURVIVAL_BLEND: SURVIVAL_TREES,
}
_LOGISTIC, _FOREST, _TREES, _SURVIVAL = "logistic", "forest", "trees", "survival"
_SETTINGS_OF = {
    LOGISTIC_REGRESSION: (_LOGISTIC,),
    RANDOM_FOREST: (_FOREST,),
    BOOSTED_TREES: (_TREES,),
    BLEND: (_LOGISTIC, _TREES),
    SURVIVAL_TREES: (_SURVIVAL,),
    SURVIVAL_BLEND: (_LOGISTIC, _SURVIVAL),
}


def candidates_of(question: Question) -> tuple[str, ...]:
    """Return the candidates of a question, from the simplest on.

    Where yes means that something takes longer than it may, trees that foresee how long take the place of the others
    in the blend.
    """
    more = (BLEND,) if question.duration is None else (SURVIVAL_TREES, SURVIVAL_BLEND)
    return (PRIOR, RULE, *_ALWAYS, *more)


class Workbench:
    """Fits candidates to the same rows; what several need of these is made once.

    Parameters
    ----------
    data
        The rows.
    question
        What is asked: the rule, on top of which trees are grown, and the limit of a duration.
    config
        Settings.
    rounds
        How many trees are boosted, by candidate; the validation rows decide where nothing is said.
    """

    def __init__(
        self,
        data: TrainingData,
        question: Question,
        config: TrainingConfig,
        rounds: Mapping[str, int] | None = None,
    ) -> None:
        self.data = data
        self.question = question
        self.config = config
        self.rounds = rounds or {}

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
        ValueError
            If the candidate foresees a duration and the question is about none.
        """
        return {
            PRIOR: self._prior,
            RULE: self._rule,
            LOGISTIC_REGRESSION: self._logistic_regression,
            RANDOM_FOREST: self._random_forest,
            BOOSTED_TREES: self._boosted_trees,
            BLEND: self._blend,
            SURVIVAL_TREES: self._survival_trees,
            SURVIVAL_BLEND: self._survival_blend,
        }[name]()

    @cached_property
    def _ruled(self) -> RuleMargin:
        data = self.data
        return RuleMargin.fit(self.question.rule, data.encoder.names, data.train, data.train_label)

    @cached_property
    def _path(self) -> dict[float, LinearMargin]:
        data = self.data
        return LinearMargin.path(
            data.train, data.train_label, data.encoder.is_category, self.config.logistic, self.config.threads
        )

    @property
    def penalty_losses(self) -> dict[float, float]:
        """Log-loss of the regression on the validation rows, by inverse strength of its penalty."""
        data = self.data
        return {
            each: float(log_losses(data.validation_label, model.margin(data.validation)).mean())
            for each, model in self._path.items()
        }

    @property
    def _regressed(self) -> tuple[LinearMargin, Parameters]:
        """Return the regression with the penalty that was chosen; the strongest if none was."""
        settings = self.config.logistic
        chosen = settings.inverse_penalty or min(self._path)
        parameters = settings.model_dump(exclude={"inverse_penalties"}) | {"inverse_penalty": chosen}
        return self._path[chosen], parameters

    @cached_property
    def _boosted(self) -> TreeMargin:
        return TreeMargin.boost(self.tree_data, self.config.trees, self.config.seed, self.rounds.get(BOOSTED_TREES))

    @cached_property
    def _survived(self) -> SurvivalMargin:
        data, duration = self.data, self.question.duration
        if duration is None or data.train_duration is None or data.validation_duration is None:
            raise ValueError(f"{self.question.name} is about no duration; name its columns in Question.duration")
        return SurvivalMargin.fit(
            self.tree_data,
            (data.train, data.train_label, data.train_duration),
            (data.validation, data.validation_label, data.validation_duration),
            data.encoder.names.index(duration.limit),
            self.config.survival,
            self.config.seed,
            self.rounds.get(SURVIVAL_TREES),
        )

    def _prior(self) -> tuple[MarginModel, Parameters]:
        model = ConstantMargin.fit(self.data.train_label)
        return model, {"log_odds": model.log_odds}

    def _rule(self) -> tuple[MarginModel, Parameters]:
        line = self._ruled.line
        return self._ruled, {"intercept": line.intercept, "slope": line.slope}

    def _logistic_regression(self) -> tuple[MarginModel, Parameters]:
        return self._regressed

    def _random_forest(self) -> tuple[MarginModel, Parameters]:
        settings = self.config.forest
        return TreeMargin.grow_forest(self.tree_data, settings, self.config.seed), settings.model_dump()

    def _boosted_trees(self) -> tuple[MarginModel, Parameters]:
        model = CombinedMargin(parts=(self._ruled, self._boosted), weights=(1.0, 1.0))
        return model, {**self.config.trees.model_dump(), ROUNDS: self._boosted.rounds}

    def _blend(self) -> tuple[MarginModel, Parameters]:
        """Return the mean of the regression's margin and that of the boosted trees."""
        regressed, parameters = self._regressed
        model = CombinedMargin(parts=(regressed, self._ruled, self._boosted), weights=(0.5, 0.5, 0.5))
        return model, {**parameters, **self.config.trees.model_dump(), ROUNDS: self._boosted.rounds}

    def _survival_trees(self) -> tuple[MarginModel, Parameters]:
        return self._survived, {**self.config.survival.model_dump(), ROUNDS: self._survived.rounds}

    def _survival_blend(self) -> tuple[MarginModel, Parameters]:
        """Return the mean of the regression's margin and that of the trees that foresee a duration."""
        regressed, parameters = self._regressed
        model = CombinedMargin(parts=(regressed, self._survived), weights=(0.5, 0.5))
        return model, {**parameters, **self.config.survival.model_dump(), ROUNDS: self._survived.rounds}


def with_parameters(config: TrainingConfig, name: str, parameters: Mapping[str, Any]) -> TrainingConfig:
    """Return a configuration in which a candidate has the settings that it was fitted with before."""
    fields = _SETTINGS_OF.get(name, ())
    return config.model_copy(update={field: _settings(getattr(config, field), parameters) for field in fields})


def rounds_in(name: str, parameters: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of rounds that was found for the boosted trees in a candidate, by the trees' name."""
    return {_TREES_IN[name]: int(parameters[ROUNDS])} if ROUNDS in parameters else {}


def _settings(settings: Settings, parameters: Mapping[str, Any]) -> Settings:
    """Return settings with the parameters of the same names; what was only an outcome stays out."""
    chosen = {key: value for key, value in parameters.items() if key in type(settings).model_fields}
    return type(settings).model_validate(settings.model_dump() | chosen)
