"""A search for better settings of the boosted trees, on the validation window.

Belongs here: which settings are tried, and in which order. Does not belong here: any row outside training and
validation, other candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_assets.classification.trees import TreeData, TreeMargin
from ml_assets.config import TrainingConfig, TreeConfig

if TYPE_CHECKING:
    import optuna


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
    first = config.trees.model_dump(include=set(_ranges()))
    study.enqueue_trial(first)
    study.optimize(
        lambda trial: _loss(data, _tried(trial, config.trees), config.seed),
        n_trials=config.search.trials,
        timeout=config.search.seconds,
    )
    return config.trees.model_copy(update=study.best_params)
