"""Made-up measurements and a classifier of two features, by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.classification.bands import Bands
from ml_assets.classification.encoding import FeatureEncoder
from ml_assets.classification.evaluation import (
    BOOSTED_TREES,
    TEST_FOLD,
    Evaluation,
    FoldStatistics,
    Gain,
    LeakFinding,
    Scores,
)
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.lines import Line
from ml_assets.classification.margins import RuleMargin
from ml_assets.classification.question import Period, Question, Rule, Term
from ml_assets.contract import TableName
from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Decision, Serves, Verdict

NAME = "churn_things"
WINDOW = date(2018, 6, 1)
FEATURES = pd.DataFrame(
    {
        "order_count": np.array([1.0, 5.0, np.nan, 2.0], dtype=np.float32),
        "state": np.array(["SP", None, "RJ", "SP"], dtype=object),
    }
)


def estimate(value: float | None, width: float = 0.01) -> Estimate:
    return Estimate(
        value=value, low=None if value is None else value - width, high=None if value is None else value + width
    )


def gain(low: float, width: float = 0.01) -> Gain:
    """Return a gain whose interval begins at a number."""
    return Gain(log_loss=estimate(low + width, width), auc=estimate(0.0))


def scores(
    *, log_loss: float | None = 0.4, slope: float | None = 1.0, intercept: float = 0.0, skill: float = 0.1
) -> Scores:
    return Scores(
        log_loss=estimate(log_loss),
        auc=estimate(0.75),
        average_precision=estimate(0.3),
        brier_skill=estimate(skill),
        calibration_slope=estimate(slope),
        calibration_intercept=estimate(intercept),
        lift=estimate(3.0),
    )


def evaluation(
    *,
    version: str = "7",
    chosen: str = BOOSTED_TREES,
    rows: int = 5000,
    positives: int = 400,
    test: Scores | None = None,
    leaks: tuple[LeakFinding, ...] = (),
    window: date = WINDOW,
) -> Evaluation:
    """Return what was measured of a sound challenger, with what a test changes."""
    fold = FoldStatistics(
        name=TEST_FOLD, first_period=date(2018, 4, 1), last_period=window, rows=rows, positives=positives, entities=rows
    )
    return Evaluation(
        model_name=NAME,
        version=version,
        fingerprint="f",
        chosen=chosen,
        candidates=(),
        folds=(fold,),
        test=test or scores(),
        baselines={},
        gain_over_rule=None,
        by_period=(),
        pooled=None,
        pooled_rule=None,
        mean_period_auc=None,
        segments=(),
        roc=None,
        precision_recall=None,
        lift_curve=None,
        calibration=(),
        importances=(),
        leaks=leaks,
        minimum_detectable_auc=None,
    )


def question(*rule_columns: str) -> Question:
    """Return a question whose rule reads some columns."""
    return Question(
        name=NAME,
        words="Will it stay?",
        population="Things.",
        source="olist",
        table=TableName("features", "things"),
        key=("thing",),
        entity="thing",
        as_of_column="as_of_date",
        as_of_is_date=True,
        period=Period.MONTH,
        label="has_churned",
        horizon_ends_column="label_known_at",
        horizon_days=30,
        observed_event="purchases",
        segment=None,
        rule=Rule("more is more", tuple(Term(column, 1.0) for column in rule_columns)),
    )


def leak(*columns: str) -> LeakFinding:
    return LeakFinding(columns=columns, auc=0.99, precision=1.0, reason="AUC of one column")


def classifier() -> FittedClassifier:
    """Return the rule: whoever has ordered often stays."""
    encoder = FeatureEncoder.fit(FEATURES, np.arange(len(FEATURES)))
    rule = Rule("few orders", (Term("order_count", -1.0),))
    model = RuleMargin.fit(rule, encoder.names, encoder.matrix(FEATURES), np.array([1.0, 0.0, 1.0, 0.0]))
    return FittedClassifier(
        question=NAME,
        name="rule",
        encoder=encoder,
        model=model,
        calibration=Line(),
        bands=Bands(high_from=0.6, medium_from=0.3),
        importances=(),
    )


def saved(folder: Path) -> Path:
    """Return a folder with the classifier in it."""
    classifier().save(folder)
    return folder


def registered(registry: ModelRegistry, folder: Path, fingerprint: str, **changes: Any) -> Version:
    """Return a version of the classifier."""
    given: dict[str, Any] = {
        "fingerprint": fingerprint,
        "input_example": FEATURES,
        "parameters": {"trees": {"depth": 5}, "seed": 7},
        "metrics": {"log_loss": 0.4},
        "tags": {"git_commit": "abc"},
        "experiment": NAME,
    }
    return registry.register(NAME, folder, **given | changes)


def decision(verdict: Verdict, serves: Serves, window: date | None = WINDOW, reason: str = "because") -> Decision:
    """Return a decision after a comparison."""
    return Decision(
        verdict=verdict,
        serves=serves,
        reason=reason,
        metric="log_loss",
        champion_value=0.42,
        challenger_value=0.4,
        gain_low=0.01,
        gain_high=0.03,
        window_to=window,
        is_compared=True,
    )
