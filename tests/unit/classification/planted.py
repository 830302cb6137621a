"""A panel of a question whose answer follows known columns, for the tests of all that is fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.classification.folds import Fold
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Period, Question, Rule, Term, Transform
from ml_assets.config import ForestConfig, SplitConfig, TrainingConfig, TreeConfig
from ml_assets.contract import TableName

STATES = ("SP", "RJ", "MG", "BA", "RS")
STATE_EFFECT = (0.0, 1.0, -1.0, 2.0, -0.5)

QUESTION = Question(
    name="churn_test",
    words="Will it come true?",
    population="All",
    source="test",
    table=TableName("features", "ftr_test"),
    key=("thing_id",),
    entity="thing_id",
    as_of_column="as_of_date",
    as_of_is_date=True,
    period=Period.MONTH,
    label="has_churned",
    horizon_ends_column="horizon_ends_at",
    horizon_days=30,
    observed_event="events",
    segment=None,
    rule=Rule("log of spend", (Term("spend", 1.0, Transform.LOG1P, missing=1.0),)),
)
SPLIT = SplitConfig(min_train_events=20)
CONFIG = TrainingConfig(
    threads=1,
    trees=TreeConfig(max_rounds=60, learning_rate=0.2, patience=5, min_child_weight=5.0),
    forest=ForestConfig(trees=20, max_depth=4),
)


def features_of(rows: int, seed: int) -> pd.DataFrame:
    """Return two numbers that matter, one that does not, and a text column that matters; some values missing."""
    rng = np.random.default_rng(seed)
    spend = rng.lognormal(3.0, 1.5, rows).astype(np.float32)
    spend[rng.random(rows) < 0.1] = np.nan
    state = np.array(STATES, dtype=object)[rng.integers(0, len(STATES), rows)]
    state[rng.random(rows) < 0.05] = None
    return pd.DataFrame(
        {
            "spend": spend,
            "state": pd.Series(state, dtype="object"),
            "days": rng.uniform(0, 90, rows).astype(np.float32),
            "noise": rng.normal(size=rows).astype(np.float32),
        }
    )


def panel_of_truth(rows: int = 3_000, seed: int = 0) -> Panel:
    """Return a panel whose label is drawn from ``features_of`` by known log odds; 500 entities, six months."""
    features = features_of(rows, seed)
    rng = np.random.default_rng(seed + 1)
    effect = features["state"].map(dict(zip(STATES, STATE_EFFECT, strict=True))).fillna(0.0).to_numpy(dtype=float)
    log_odds = np.nan_to_num(np.log1p(features["spend"].to_numpy(dtype=float)), nan=3.0) - 4.5 + effect
    log_odds += features["days"].to_numpy(dtype=float) / 45
    month = np.sort(np.arange(rows) % 6).astype("timedelta64[M]") + np.datetime64("2018-01")
    entity = rng.integers(0, 500, rows)
    asked_at = month.astype("datetime64[us]")
    return Panel(
        keys=pd.DataFrame({"thing_id": [f"thing-{number}" for number in entity], "as_of_date": asked_at}),
        asked_at=asked_at,
        period=month.astype("datetime64[D]"),
        horizon_ends_at=(month + np.timedelta64(1, "M")).astype("datetime64[us]"),
        entity=entity,
        label=(rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.float64),
        features=features,
    )


def fold_of(panel: Panel, *, train_months: int = 3) -> Fold:
    """Return the first months as training rows and the next one as validation rows."""
    month = panel.period.astype("datetime64[M]").astype(int)
    month = month - month.min()
    return Fold(train=month < train_months, validation=month == train_months, known=month <= train_months)
