"""Sellers come from elsewhere, and answer as sellers of that place always did: seen, trained on, and not promoted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.family import QuestionFamily
from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE, RETRAINING_DECISIONS, WAREHOUSE_RESOURCE
from ml_assets.monitoring.assets import build_monitoring_assets
from ml_assets.monitoring.decision.announcement import REASONS, STATE
from ml_assets.monitoring.decision.states import Action, RealisedVerdict, State
from ml_assets.registry.verdict import Verdict
from tests.fixtures.question_home import SELLERS, QuestionHome

pytestmark = pytest.mark.slow

FAMILY = QuestionFamily(SELLERS)
MONTHS, SELLERS_A_MONTH = 24, 1600
# The first month whose sellers come from elsewhere, counted from 0.
SHIFTED_FROM = 14
_STATES = np.array(["SP", "RJ", "MG", "BA"], dtype=object)
_HORIZON_DAYS = 60
_EFFECT = np.array([-2.5, 2.5, -1.0, 1.0])
_SHARES, _SHARES_AFTER = (0.4, 0.2, 0.2, 0.2), (0.1, 0.5, 0.2, 0.2)


def month_ends() -> pd.DatetimeIndex:
    return pd.date_range("2017-01-31", periods=MONTHS, freq="ME")


def sellers(until: date) -> pd.DataFrame:
    """Return what is known on a day: sellers of one month each, who churn by their state in all months alike."""
    rng = np.random.default_rng(11)
    rows = MONTHS * SELLERS_A_MONTH
    month = np.repeat(np.arange(MONTHS), SELLERS_A_MONTH)
    before, after = (rng.choice(len(_STATES), rows, p=shares) for shares in (_SHARES, _SHARES_AFTER))
    state = np.where(month < SHIFTED_FROM, before, after)
    recency, orders = rng.integers(0, 60, rows), rng.poisson(4, rows)
    margin = recency / 60 - np.log1p(orders) + 0.8 + _EFFECT[state]
    ends = month_ends().to_numpy()[month]
    known_at = ends + np.timedelta64(1 + _HORIZON_DAYS, "D")
    answers = pd.Series(rng.random(rows) < 1 / (1 + np.exp(-margin))).astype("boolean")
    frame = pd.DataFrame(
        {
            "seller_id": [f"seller-{number:05}" for number in range(rows)],
            "as_of_date": ends.astype("datetime64[us]"),
            "seller_state": _STATES[state],
            "days_since_last_order": recency,
            "order_count_90d": orders,
            "items_value": np.round(rng.lognormal(4, 1, rows), 2),
            "has_churned": answers.where(known_at <= np.datetime64(until) + np.timedelta64(1, "D")),
            "label_known_at": known_at.astype("datetime64[us]"),
        }
    )
    return frame[ends <= np.datetime64(until)]


@pytest.fixture
def home(store_file: Path, tmp_path: Path) -> QuestionHome:
    return QuestionHome.new(tmp_path, store_file)


def watched(home: QuestionHome, until: date) -> pd.Series[Any]:
    """Land what is known on a day, watch the model, and return what was decided last."""
    home.fill(SELLERS, sellers(until), until)
    resources: Mapping[str, Any] = {
        WAREHOUSE_RESOURCE: home.warehouse,
        REGISTRY_RESOURCE: home.registry,
        FILES_RESOURCE: home.files,
    }
    result = dg.materialize(build_monitoring_assets(FAMILY, "pool", "v1"), resources=resources, raise_on_error=False)
    assert result.success
    return home.warehouse.read(RETRAINING_DECISIONS).sort_values("decided_at", ignore_index=True).iloc[-1]


def test_a_shift_of_columns_alone_is_named_trained_on_and_changes_nothing(home: QuestionHome) -> None:
    ends = [end.date() for end in month_ends()]
    quiet, first, second, not_proven, proven = (ends[place] for place in (13, 14, 15, 20, 21))
    home.fill(SELLERS, sellers(quiet), quiet)
    assert home.run().success

    decisions = {end: watched(home, end) for end in (quiet, first, second, not_proven, proven)}

    assert [(each[STATE], each["decision"]) for each in decisions.values()] == [
        (State.QUIET, Action.NONE),
        (State.DETECTED, Action.WAIT),
        (State.WAITING_FOR_LABELS, Action.WAIT),
        (State.WAITING_FOR_LABELS, Action.WAIT),
        (State.TRAINING, Action.RETRAIN),
    ]
    assert "2 of 5 columns moved: prediction score (" in decisions[first][REASONS]
    assert "; seller_state (share of 'RJ': 18.7%, now 47.6%, from sellers.seller_state)" in decisions[first][REASONS]
    # What was promised of the scores holds for sellers of other places too.
    assert {each["performance_verdict"] for each in list(decisions.values())[1:]} == {RealisedVerdict.HELD}
    assert home.run().success
    promotion = home.promotions().iloc[-1]
    assert (promotion["champion_version"], promotion["challenger_version"]) == ("1", "2")
    assert promotion["verdict"] == Verdict.KEPT
    assert promotion["gain_low"] <= 0
    assert home.champion() == "1"
