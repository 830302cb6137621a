"""Made-up evaluations of value: one that is good, and changes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from ml_assets.classification.evaluation import TEST_FOLD, Curve, FoldStatistics, Importance
from ml_assets.cltv.evaluation import (
    BEST_LIST,
    Candidate,
    Decile,
    IntervalCoverage,
    ValueEvaluation,
    ValuePeriod,
    ValueScores,
    ValueSegment,
)
from ml_assets.cltv.question import CLTV_OLIST_SELLERS
from ml_assets.metrics.estimate import Estimate

QUESTION = CLTV_OLIST_SELLERS
RULE = QUESTION.rules[-1].name
NOTHING = Estimate(value=None)


def estimate(value: float, margin: float = 0.02) -> Estimate:
    return Estimate(value=value, low=value - margin, high=value + margin)


def scores(gini: float, bias: float = 0.1, r_squared: float = 0.46) -> ValueScores:
    """Return scores that are as good as their Gini says."""
    return ValueScores(
        normalised_gini=estimate(gini),
        spearman=estimate(gini - 0.1),
        r_squared=estimate(r_squared, 0.05),
        tweedie_deviance=estimate(60 * (1 - gini)),
        total_bias=estimate(bias, 0.08),
    )


NO_SCORES = ValueScores(
    normalised_gini=NOTHING, spearman=NOTHING, r_squared=NOTHING, tweedie_deviance=NOTHING, total_bias=NOTHING
)


def fold(name: str, month: int, rows: int, positives: int) -> FoldStatistics:
    return FoldStatistics(
        name=name,
        first_period=date(2017, month, 1),
        last_period=date(2017, month + 2, 1),
        rows=rows,
        positives=positives,
        entities=rows // 2,
    )


MEASURED = ValueEvaluation(
    model_name=QUESTION.name,
    version="4",
    fingerprint="9f2c1c6be0ab-boosted_trees",
    chosen="boosted_trees",
    candidates=(
        Candidate(name="frequency_value", validation_gini=0.64, parameters={}),
        Candidate(name="total_spend", validation_gini=0.67, parameters={}),
        Candidate(name=RULE, validation_gini=0.69, parameters={}),
        Candidate(name="btyd", validation_gini=0.74, parameters={}),
        Candidate(name="boosted_trees", validation_gini=0.76, parameters={"penalty": 0.1, "rounds": 42}),
    ),
    folds=(fold("train", 1, 900, 600), fold("validation", 4, 300, 200), fold(TEST_FOLD, 8, 1600, 900)),
    test=scores(0.84),
    baselines={
        "frequency_value": scores(0.71, 1.4, -9.0),
        "total_spend": scores(0.73, 1.2, -8.0),
        RULE: scores(0.78, 0.9, -3.0),
        "btyd": scores(0.82),
    },
    gains={
        "frequency_value": estimate(0.13),
        "total_spend": estimate(0.11),
        RULE: estimate(0.06),
        "btyd": estimate(0.02, 0.01),
    },
    by_period=tuple(
        ValuePeriod(
            period=date(2017, month, 1),
            rows=900 + month,
            purchases=500,
            model_name="boosted_trees",
            model=scores(0.8 + month / 200),
            rule=scores(0.76 + month / 200, 0.8),
            gain=estimate(0.04),
        )
        for month in range(5, 11)
    ),
    pooled=scores(0.83),
    pooled_rule=scores(0.79, 0.8),
    pooled_gain=estimate(0.04),
    segments=(
        ValueSegment(
            segment="SP", rows=1200, purchases=700, mean_predicted=1300.5, mean_truth=1250.0, normalised_gini=0.85
        ),
        ValueSegment(
            segment="all others", rows=60, purchases=0, mean_predicted=80.0, mean_truth=0.0, normalised_gini=None
        ),
    ),
    deciles=tuple(
        Decile(rows=160, mean_predicted=1100.0 * (10 - tenth) ** 2, mean_truth=1000.0 * (10 - tenth) ** 2)
        for tenth in range(10)
    ),
    coverage=IntervalCoverage(
        wanted=0.8, covered=estimate(0.81), covered_if_bought=estimate(0.71), median_width=1115.14
    ),
    importances=(Importance(column="items_value_90d", share=0.7), Importance(column="seller_state", share=0.3)),
    r_squared_target=0.45,
    is_r_squared_reached=False,
    minimum_detectable_gain=0.026,
    remarks=("history is too short to divide by time: each fifth of the entities has validated once",),
    gain_curves={
        "boosted_trees": Curve(x=(0.0, 0.2, 1.0), y=(0.0, 0.8, 1.0)),
        RULE: Curve(x=(0.0, 0.2, 1.0), y=(0.0, 0.7, 1.0)),
        BEST_LIST: Curve(x=(0.0, 0.2, 1.0), y=(0.0, 0.95, 1.0)),
    },
)


def changed(**changes: Any) -> ValueEvaluation:
    """Return the good evaluation with something else in it."""
    return MEASURED.model_copy(update=changes)


UNMEASURED = changed(
    chosen=RULE,
    folds=(fold("train", 1, 0, 0), fold("validation", 4, 0, 0), fold(TEST_FOLD, 8, 0, 0)),
    test=None,
    baselines={},
    gains={},
    by_period=(),
    pooled=None,
    pooled_rule=None,
    pooled_gain=None,
    segments=(),
    deciles=(),
    coverage=None,
    importances=(),
    is_r_squared_reached=None,
    minimum_detectable_gain=None,
    gain_curves={},
    remarks=(),
)
