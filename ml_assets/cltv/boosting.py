"""Boosted trees on top of another margin, for money, counts and mean values.

Belongs here: the three laws and how trees are grown under them. Does not belong here: what they are put on top of
(``challenger``), their margin and saved form (``classification.trees``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost as xgb

from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.trees import TreeMargin
from ml_assets.config import TreeConfig

FloatArray = npt.NDArray[np.float64]


class Law(Enum):
    """Objective and measure of XGBoost; all have the logarithm as link."""

    MONEY = ("reg:tweedie", "tweedie-nloglik@{power}")
    COUNT = ("count:poisson", "poisson-nloglik")
    MEAN_VALUE = ("reg:gamma", "gamma-nloglik")


@dataclass(frozen=True, slots=True)
class Grown:
    """Rows that trees are grown on, or stopped by.

    Attributes
    ----------
    matrix
        Shape (n, p).
    target
        What is expected, shape (n,).
    start
        Logarithm of what is expected already, shape (n,).
    weight
        Of the rows; None for equal ones.
    """

    matrix: Matrix
    target: FloatArray
    start: FloatArray
    weight: FloatArray | None = None

    def take(self, rows: npt.NDArray[np.bool_], target: FloatArray, weight: FloatArray) -> Grown:
        """Return some rows with another target and weights."""
        return Grown(self.matrix[rows], target[rows], self.start[rows], weight[rows])

    @property
    def mean(self) -> float:
        """Weighted mean of the target; 1 without rows."""
        return float(np.average(self.target, weights=self.weight)) if len(self.target) else 1.0


def grow(
    law: Law,
    encoder: FeatureEncoder,
    train: Grown,
    validation: Grown | None,
    config: TreeConfig,
    *,
    power: float,
    seed: int,
    threads: int,
    rounds: int | None = None,
) -> TreeMargin:
    """Return trees whose margin is to be added to the start of each row.

    The target is divided by its mean, because XGBoost's ``min_child_weight`` counts curvature of the loss, which for
    money depends on the currency.

    Parameters
    ----------
    law
        Of the target.
    encoder
        Names and kinds of the columns.
    train, validation
        Rows to grow on, and rows whose measure decides where to stop.
    config
        Settings.
    power
        Of the Tweedie law.
    seed, threads
        Of XGBoost.
    rounds
        How many there shall be; None lets the validation rows decide.
    """
    objective, measure = law.value
    unit = train.mean
    described: dict[str, Any] = {
        "feature_names": list(encoder.names),
        "feature_types": ["c" if is_category else "q" for is_category in encoder.is_category],
        "enable_categorical": True,
        "nthread": threads,
    }

    def binned(rows: Grown, reference: xgb.QuantileDMatrix | None) -> xgb.QuantileDMatrix:
        return xgb.QuantileDMatrix(
            rows.matrix,
            rows.target / unit,
            weight=rows.weight,
            base_margin=rows.start - np.log(unit),
            ref=reference,
            max_bin=config.max_bin,
            **described,
        )

    # At a score of 1, whose logarithm is 0, the trees add nothing to where they start.
    parameters = config.model_dump(exclude={"max_rounds", "patience"}) | {
        "objective": objective,
        "eval_metric": measure.format(power=power),
        "base_score": 1.0,
        "tree_method": "hist",
        "nthread": threads,
        "seed": seed,
    }
    if law is Law.MONEY:
        parameters["tweedie_variance_power"] = power
    rows = binned(train, None)
    if rounds is not None or validation is None:
        booster = xgb.train(parameters, rows, num_boost_round=config.max_rounds if rounds is None else rounds)
        return TreeMargin(booster=booster, is_deep=False)
    booster = xgb.train(
        parameters,
        rows,
        num_boost_round=config.max_rounds,
        evals=[(binned(validation, rows), "validation")],
        early_stopping_rounds=config.patience,
        verbose_eval=False,
    )
    return TreeMargin(booster=booster[: booster.best_iteration + 1], is_deep=False)
