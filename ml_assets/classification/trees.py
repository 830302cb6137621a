"""Random forest and boosted trees on XGBoost's histograms.

Belongs here: fit, contributions and saved form of both. Does not belong here: the search for settings (``search``),
calibration, the choice among candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import xgboost as xgb
from scipy.special import logit

from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.margins import MarginModel, base_rate
from ml_assets.config import ForestConfig, TreeConfig

FloatArray = npt.NDArray[np.float64]

BOOSTER_FILE = "booster.ubj"


@dataclass(frozen=True, slots=True)
class TreeData:
    """Training and validation rows in bins, made once for all that is grown on them.

    Attributes
    ----------
    train, validation
        Rows with labels; the bins are those of the training rows.
    start, validation_start
        Log odds of each row from which boosting starts: those of the rule.
    base_rate
        Share of yes among the training rows: where a forest starts.
    max_bin
        Bins a column.
    threads
        That grow.
    """

    train: xgb.QuantileDMatrix
    validation: xgb.QuantileDMatrix
    start: FloatArray
    validation_start: FloatArray
    base_rate: float
    max_bin: int
    threads: int

    @classmethod
    def of(
        cls,
        encoder: FeatureEncoder,
        train: tuple[Matrix, FloatArray],
        validation: tuple[Matrix, FloatArray],
        rule: MarginModel,
        max_bin: int,
        threads: int,
    ) -> Self:
        """Return matrices and labels in bins, and where the rule lets boosting start."""
        described: dict[str, Any] = {
            "feature_names": list(encoder.names),
            "feature_types": ["c" if is_category else "q" for is_category in encoder.is_category],
            "enable_categorical": True,
            "max_bin": max_bin,
            "nthread": threads,
        }
        binned = xgb.QuantileDMatrix(train[0], train[1], **described)
        return cls(
            train=binned,
            validation=xgb.QuantileDMatrix(validation[0], validation[1], ref=binned, **described),
            start=rule.margin(train[0]),
            validation_start=rule.margin(validation[0]),
            base_rate=base_rate(train[1]),
            max_bin=max_bin,
            threads=threads,
        )

    def parameters(self, seed: int) -> dict[str, Any]:
        """Return what all trees on these rows share."""
        return {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "tree_method": "hist",
            "max_bin": self.max_bin,
            "nthread": self.threads,
            "seed": seed,
        }


@dataclass(frozen=True, slots=True)
class TreeMargin:
    """Grown trees.

    Attributes
    ----------
    booster
        The trees.
    is_deep
        Whether contributions follow the path of a row and not SHAP. The latter's cost grows with the leaves of a tree
        and the square of its depth, which for a forest is hours where boosted trees take minutes.
    """

    kind: ClassVar[str] = "trees"
    booster: xgb.Booster
    is_deep: bool

    @classmethod
    def grow_forest(cls, data: TreeData, config: ForestConfig, seed: int) -> Self:
        """Return a random forest: trees side by side in one round, as ``XGBRFClassifier`` grows them."""
        data.train.set_base_margin(np.full(len(data.start), logit(data.base_rate)))
        parameters = data.parameters(seed) | {
            "base_score": data.base_rate,
            "num_parallel_tree": config.trees,
            "learning_rate": 1.0,
            "max_depth": config.max_depth,
            "min_child_weight": config.min_child_weight,
            "subsample": config.subsample,
            "colsample_bynode": config.colsample_bynode,
            "reg_lambda": 1e-5,
        }
        return cls(booster=xgb.train(parameters, data.train, num_boost_round=1), is_deep=True)

    @classmethod
    def boost(cls, data: TreeData, config: TreeConfig, seed: int, rounds: int | None = None) -> Self:
        """Return boosted trees, whose margin is to be added to that of the rule.

        Parameters
        ----------
        data
            Rows in bins.
        config
            Settings.
        seed
            Of all that is drawn.
        rounds
            How many there shall be; None lets the validation rows decide, up to the round with the least log-loss.
        """
        if rounds is None:
            booster = boosted(data, config, seed)
            return cls(booster=booster[: booster.best_iteration + 1], is_deep=False)
        data.train.set_base_margin(data.start)
        return cls(booster=xgb.train(_boosting(data, config, seed), data.train, num_boost_round=rounds), is_deep=False)

    @property
    def rounds(self) -> int:
        """Number of boosting rounds."""
        return int(self.booster.num_boosted_rounds())

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds, shape (n,), with the precision of float32."""
        return np.asarray(
            self.booster.inplace_predict(matrix, predict_type="margin", validate_features=False), dtype=np.float64
        )

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return what each column adds, and the base: exact SHAP values, or changes along the path in deep trees.

        Notes
        -----
        S. Lundberg et al., *From local explanations to global understanding with explainable AI for trees*, 2020;
        A. Saabas, *Interpreting random forests*, 2014.
        """
        rows = xgb.DMatrix(
            matrix,
            feature_names=self.booster.feature_names,
            feature_types=self.booster.feature_types,
            enable_categorical=True,
        )
        return np.asarray(
            self.booster.predict(rows, pred_contribs=True, approx_contribs=self.is_deep), dtype=np.float64
        )

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the trees in XGBoost's own format, and return how they are explained."""
        self.booster.save_model(folder / BOOSTER_FILE)
        return {"is_deep": self.is_deep}

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the trees of a folder."""
        return cls(booster=xgb.Booster(model_file=folder / BOOSTER_FILE), is_deep=state["is_deep"])


def boosted(data: TreeData, config: TreeConfig, seed: int) -> xgb.Booster:
    """Return all trees that were grown until the validation log-loss rose, with ``best_iteration``, ``best_score``."""
    data.train.set_base_margin(data.start)
    data.validation.set_base_margin(data.validation_start)
    return xgb.train(
        _boosting(data, config, seed),
        data.train,
        num_boost_round=config.max_rounds,
        evals=[(data.validation, "validation")],
        early_stopping_rounds=config.patience,
        verbose_eval=False,
    )


def _boosting(data: TreeData, config: TreeConfig, seed: int) -> dict[str, Any]:
    """Return the parameters of boosting; at a score of a half the trees add nothing to where they start."""
    return (
        data.parameters(seed) | config.model_dump(exclude={"max_rounds", "patience", "max_bin"}) | {"base_score": 0.5}
    )
