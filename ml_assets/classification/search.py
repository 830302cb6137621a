"""A search for better settings of the boosted trees, on the validation window.

Belongs here: which settings are tried, and in which order. Does not belong here: any row outside training and
validation, other candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml_assets.classification.trees import TreeData, boosted
from ml_assets.config import TrainingConfig, TreeConfig

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True, slots=True)
class Range:
    """Where a setting is looked for, and whether by orders of magnitude."""

    low: float
    high: float
    is_log: bool = False


RANGES: Mapping[str, Range] = {
    "learning_rate": Range(0.01, 0.2, is_log=True),
    "max_depth": Range(2, 8),
    "min_child_weight": Range(1.0, 200.0, is_log=True),
    "subsample": Range(0.5, 1.0),
    "colsample_bytree": Range(0.3, 1.0),
    "reg_lambda": Range(0.1, 100.0, is_log=True),
}


def searched(data: TreeData, config: TrainingConfig) -> TreeConfig:
    """Return the settings with the least log-loss on the validation rows.

    The settings given are the first that are tried, so that no search leaves with worse ones. Bins, rounds and
    patience stay as they are: they are a matter of cost.

    Parameters
    ----------
    data
        Training and validation rows.
    config
        Settings to begin with, seed, and the limits of the search, with at least one trial.

    Raises
    ------
    ModuleNotFoundError
        If Optuna is not installed.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the search for settings of the trees needs optuna; install it, or set search.trials to 0"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=config.seed))
    study.enqueue_trial({name: getattr(config.trees, name) for name in RANGES})

    def loss(trial: optuna.Trial) -> float:
        tried = config.trees.model_copy(update=_suggested(trial))
        return float(boosted(data, tried, config.seed).best_score)

    study.optimize(loss, n_trials=config.search.trials, timeout=config.search.seconds)
    return config.trees.model_copy(update=study.best_params)


def _suggested(trial: optuna.Trial) -> dict[str, float | int]:
    """Return a value for each setting; whole numbers where the configuration has them."""
    return {
        name: trial.suggest_int(name, int(place.low), int(place.high), log=place.is_log)
        if TreeConfig.model_fields[name].annotation is int
        else trial.suggest_float(name, place.low, place.high, log=place.is_log)
        for name, place in RANGES.items()
    }
