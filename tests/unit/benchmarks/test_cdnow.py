"""CDNOW: what is known as of a day, that nothing later is read, and the figures that others can check."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks.cdnow.__main__ import records, table, verdict
from benchmarks.cdnow.measure import HoldoutRow, holdout
from benchmarks.cdnow.protocol import ASKED_ON, CALIBRATED_UNTIL, HOLDOUT_DAYS, HOLDOUT_UNTIL, KNOWN, QUESTION
from benchmarks.cdnow.transactions import asked, purchase_days
from ml_assets.cltv.evaluation import ValueScores
from ml_assets.cltv.rules import DECAYED_SPEND, FREQUENCY_VALUE
from ml_assets.cltv.stacking import product
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.value import normalised_gini

DAY = date(1997, 3, 1)
DAYS = pd.DataFrame(
    {
        "customer_id": ["a", "a", "a", "a", "b", "late"],
        "day": pd.to_datetime(["1997-01-30", "1997-02-19", "1997-03-01", "1997-03-31", "1997-02-01", "1997-03-02"]),
        "units": [1.0, 2.0, 1.0, 1.0, 3.0, 1.0],
        "value": [10.0, 20.0, 40.0, 5.0, 7.0, 9.0],
    }
)


def test_features_and_answers_by_hand() -> None:
    frame = asked(DAYS, [DAY], 30, date(1997, 3, 31)).set_index("customer_id")
    assert frame.index.tolist() == ["a", "b"]
    first = frame.loc["a"]
    assert (first["frequency"], first["recency"], first["age"], first["monetary_value"]) == (2, 30, 30, 30.0)
    assert (first["items_value"], first["days_since_last_order"], first["items_value_30d"]) == (70.0, 0, 60.0)
    assert first["faded_value_28d"] == pytest.approx(40 + 20 * 0.5 ** (10 / 28) + 10 * 0.5 ** (30 / 28))
    assert (first["holdout_count"], first["holdout_value"]) == (1, 5.0)
    second = frame.loc["b"]
    assert (second["frequency"], second["monetary_value"], second["holdout_value"]) == (0, 0.0, 0.0)
    assert np.isnan(second["mean_days_between_orders"])


def test_answers_that_reach_beyond_what_is_known_are_unknown() -> None:
    frame = asked(DAYS, [DAY], 30, date(1997, 3, 30))
    assert frame[["holdout_count", "holdout_value"]].isna().all().all()


def test_all_that_the_choice_asks_about_ends_within_the_calibration() -> None:
    days = purchase_days(CALIBRATED_UNTIL)
    assert days["day"].max() <= pd.Timestamp(CALIBRATED_UNTIL)
    assert (CALIBRATED_UNTIL - max(ASKED_ON)).days >= QUESTION.horizon


def test_the_data_are_those_that_others_measured() -> None:
    assert HOLDOUT_DAYS == (HOLDOUT_UNTIL - CALIBRATED_UNTIL).days == 273
    rows = holdout()
    features = rows.panel.features
    assert len(rows) == 2357
    assert int((features["frequency"] > 0).sum()) == 946
    assert rows.value.sum() == pytest.approx(70_976, abs=1)
    for rule in (FREQUENCY_VALUE, DECAYED_SPEND):
        assert normalised_gini(rows.value, product(rule, features)) == pytest.approx(KNOWN[rule.name], abs=0.002)


def row(name: str, gained: Estimate | None) -> HoldoutRow:
    figure = Estimate(value=0.7, low=0.6, high=0.8)
    figures = ValueScores(**dict.fromkeys(ValueScores.model_fields, figure))
    return HoldoutRow(name=name, validation_gini=0.5, scores=figures, gain=gained)


def test_the_verdict_names_only_what_an_interval_proves() -> None:
    rows = [
        row("blend", None),
        row("btyd", Estimate(value=0.1, low=0.02, high=0.2)),
        row("decayed_spend", Estimate(value=0.01, low=-0.02, high=0.03)),
        row("total_spend", Estimate(value=0.1, low=0.05, high=0.2)),
    ]
    assert verdict(rows) == "Its interval lies above 0 over btyd. Not shown: over decayed_spend."
    assert "| blend | 0.500 | 0.700 (0.600 to 0.800) | - | - |" in table(rows)
    assert records(rows)[1]["known_gini"] == KNOWN["btyd"]
