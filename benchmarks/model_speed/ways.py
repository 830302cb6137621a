"""The two ways from a question's rows to probabilities: the platform's, and XGBoost alone on a matrix that is there.

Belongs here: both ways, growing the same trees. Does not belong here: clocks, tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost as xgb

from benchmarks.asked import Asked
from ml_assets.classification.candidates import ROUNDS, Workbench
from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.evaluation import BOOSTED_TREES
from ml_assets.classification.folds import Fold, for_period, split_by_time
from ml_assets.classification.train import refit
from ml_assets.classification.training_data import TrainingData
from ml_assets.config import SplitConfig, TrainingConfig, TreeConfig

FloatArray = npt.NDArray[np.float64]

_NOT_XGBOOSTS = {"max_rounds", "patience"}


class Way(StrEnum):
    """How the rows become probabilities."""

    READ = "the rows alone"
    BARE = "XGBoost alone"
    OURS = "the platform"


@dataclass(frozen=True, slots=True)
class Job:
    """Rows to train on and to score.

    Attributes
    ----------
    asked
        The question with its rows; all of them are scored.
    fold
        Rows that train, choose the number of rounds, and train at last.
    split, config
        Settings.
    """

    asked: Asked
    fold: Fold
    split: SplitConfig
    config: TrainingConfig

    @classmethod
    def of(cls, asked: Asked, config: TrainingConfig) -> Job:
        """Divide a question's rows as the platform does."""
        split = for_period(SplitConfig(), asked.question.period)
        return cls(asked, split_by_time(asked.panel, asked.until, split).fold, split, config)


@dataclass(frozen=True, slots=True)
class BareJob:
    """The same rows as matrices, so that XGBoost has nothing to do but its own work.

    Attributes
    ----------
    train, validation, known, scored
        Matrices of the parts of the fold, and of all rows; with labels of the first three.
    types
        XGBoost's types of the columns.
    rounds
        Rounds of the model that serves; the platform finds them, so that both ways grow as many trees.
    config
        Settings.
    """

    train: Matrix
    train_label: FloatArray
    validation: Matrix
    validation_label: FloatArray
    known: Matrix
    known_label: FloatArray
    scored: Matrix
    types: tuple[str, ...]
    rounds: int
    config: TrainingConfig

    @classmethod
    def of(cls, job: Job) -> BareJob:
        """Make the matrices."""
        panel, fold = job.asked.panel, job.fold
        encoder = FeatureEncoder.fit(panel.features, np.flatnonzero(fold.known))
        matrix = encoder.matrix(panel.features)
        return cls(
            train=matrix[fold.train],
            train_label=panel.label[fold.train],
            validation=matrix[fold.validation],
            validation_label=panel.label[fold.validation],
            known=matrix[fold.known],
            known_label=panel.label[fold.known],
            scored=matrix,
            types=tuple("c" if is_category else "q" for is_category in encoder.is_category),
            rounds=rounds_of(job),
            config=job.config,
        )


def ours(job: Job) -> FloatArray:
    """Encode, find the number of rounds, fit to all that was known, and score all rows."""
    question, panel = job.asked.question, job.asked.panel
    data = TrainingData.of(panel, job.fold, question.entity, job.split)
    _, parameters = Workbench(data, question, job.config).fit(BOOSTED_TREES)
    model = refit(BOOSTED_TREES, parameters, panel, job.fold, question, job.config, job.split)
    return model.probability(panel.features)


def bare(job: BareJob) -> FloatArray:
    """Grow as many trees as the search for the number of rounds does, then those that serve, and score all rows."""
    trees = job.config.trees
    described: dict[str, Any] = {
        "feature_types": list(job.types),
        "enable_categorical": True,
        "max_bin": trees.max_bin,
        "nthread": job.config.threads,
    }
    train = xgb.QuantileDMatrix(job.train, job.train_label, **described)
    validation = xgb.QuantileDMatrix(job.validation, job.validation_label, ref=train, **described)
    xgb.train(
        _parameters(job, trees),
        train,
        num_boost_round=min(trees.max_rounds, job.rounds + trees.patience),
        evals=[(validation, "validation")],
        verbose_eval=False,
    )
    known = xgb.QuantileDMatrix(job.known, job.known_label, **described)
    booster = xgb.train(_parameters(job, trees), known, num_boost_round=job.rounds)
    return np.asarray(booster.inplace_predict(job.scored, validate_features=False), dtype=np.float64)


def rounds_of(job: Job) -> int:
    """Return how many rounds the platform's way finds."""
    data = TrainingData.of(job.asked.panel, job.fold, job.asked.question.entity, job.split)
    _, parameters = Workbench(data, job.asked.question, job.config).fit(BOOSTED_TREES)
    return int(parameters[ROUNDS])


def _parameters(job: BareJob, trees: TreeConfig) -> dict[str, Any]:
    return trees.model_dump(exclude=_NOT_XGBOOSTS) | {
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "nthread": job.config.threads,
        "seed": job.config.seed,
    }
