"""Models of the protocol and their figures, with intervals from a bootstrap over visitors.

Belongs here: fitting on pairs, figures of a window. Does not belong here: which windows, how they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from benchmarks.purchase_intent.pairs import Pairs

Scores = npt.NDArray[np.float64]
Scorer = Callable[[pd.DataFrame], Scores]

# Fewer purchases than this in a window, or in training, and a figure would be noise.
MIN_BOUGHT = 10
_SEED = 7
_RESAMPLES = 400
_ROUNDS = 400
_PATIENCE = 40
_TREES = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "eta": 0.05,
    "max_depth": 3,
    "min_child_weight": 2.0,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "reg_lambda": 5.0,
    "seed": _SEED,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model reaches on a window.

    Attributes
    ----------
    average_precision
        Area under precision and recall; ``average_precision_low`` and ``_high`` bound its 95 % interval.
    precision_at_100, recall_at_500
        Bought among the hundred pairs with the highest score; share of all bought among the first five hundred.
    """

    average_precision: float
    average_precision_low: float
    average_precision_high: float
    auc: float
    precision_at_100: float
    recall_at_500: float


def logistic_regression(train: Pairs) -> Scorer:
    """Fit a logistic regression on logarithms; what is missing is 31 days old."""
    model = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=31.0),
        FunctionTransformer(np.log1p),
        StandardScaler(),
        LogisticRegression(C=0.01, max_iter=1000),
    )
    model.fit(train.features, train.is_bought)
    return lambda features: np.asarray(model.decision_function(features), dtype=np.float64)


def boosted_trees(train: Pairs, validation: Pairs, threads: int) -> Scorer:
    """Fit boosted trees, of as many rounds as the validation window's log-loss asks for."""
    rows = xgboost.DMatrix(train.features, train.is_bought)
    model = xgboost.train(
        {**_TREES, "nthread": threads},
        rows,
        _ROUNDS,
        evals=[(xgboost.DMatrix(validation.features, validation.is_bought), "validation")],
        early_stopping_rounds=_PATIENCE,
        verbose_eval=False,
    )
    rounds = (0, model.best_iteration + 1)
    return lambda features: np.asarray(
        model.predict(xgboost.DMatrix(features), iteration_range=rounds, output_margin=True), dtype=np.float64
    )


def last_looked_at(features: pd.DataFrame) -> Scores:
    """Return the one-line rule: what lies in the cart first, then what was looked at last."""
    in_cart = (features["pair_carts"] > 0) & (features["pair_purchases"] == 0)
    return np.asarray(10.0 * in_cart - np.log1p(features["pair_last_age_days"]), dtype=np.float64)


def figures(pairs: Pairs, score: Scores) -> Figures:
    """Return the figures of a window; equal scores keep the order of visitor and item."""
    order = np.argsort(-score, kind="stable")
    bought = pairs.is_bought[order]
    low, high = average_precision_interval(pairs, score)
    return Figures(
        average_precision=float(average_precision_score(pairs.is_bought, score)),
        average_precision_low=low,
        average_precision_high=high,
        auc=float(roc_auc_score(pairs.is_bought, score)),
        precision_at_100=float(bought[:100].mean()),
        recall_at_500=float(bought[:500].sum() / bought.sum()),
    )


def average_precision_interval(pairs: Pairs, score: Scores) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % quantiles over samples of visitors, drawn with replacement."""
    visitors, of_row = np.unique(pairs.visitor, return_inverse=True)
    generator = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(_RESAMPLES):
        weight = np.bincount(generator.integers(len(visitors), size=len(visitors)), minlength=len(visitors))[of_row]
        if weight[pairs.is_bought].sum() > 0:
            drawn.append(average_precision_score(pairs.is_bought, score, sample_weight=weight))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def scorers(train: Pairs, validation: Pairs, threads: int) -> Mapping[str, Scorer]:
    """Return the rule and, where training and validation hold enough purchases, the fitted models."""
    rule: dict[str, Scorer] = {"rule: in the cart, then last looked at": last_looked_at}
    if min(train.is_bought.sum(), validation.is_bought.sum()) < MIN_BOUGHT:
        return rule
    return rule | {
        "logistic regression": logistic_regression(train),
        "XGBoost, rounds chosen on validation": boosted_trees(train, validation, threads),
    }
