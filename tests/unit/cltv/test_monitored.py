"""What a model of value is compared by, and how its past expectations are settled."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.evaluation import TEST_FOLD, Importance
from ml_assets.cltv.evaluation import ValueEvaluation
from ml_assets.cltv.monitored import MonitoredValue, feature_shares
from ml_assets.cltv.panel import HISTORY
from ml_assets.cltv.performance import judged_rows
from ml_assets.cltv.question import CLTV_OLIST_CUSTOMERS
from ml_assets.metrics.value import r_squared
from ml_assets.monitoring.decision.situation import LabelDelay
from ml_assets.monitoring.monitored import Settled
from ml_assets.predictions import AS_OF_DATE, SCORE
from ml_assets.registry.names import CANDIDATE, CHAMPION
from tests.unit.cltv.value_home import LAST, SELLERS, ValueHome, seller_months


def test_what_is_made_of_a_history_counts_for_its_parts() -> None:
    importances = (
        Importance(column="btyd_expected_value", share=0.4),
        Importance(column="customer_state", share=0.5),
        Importance(column="frequency", share=0.1),
    )
    shares = feature_shares(importances, (*HISTORY, "customer_state"))
    assert shares == pytest.approx(
        {"customer_state": 0.5, "frequency": 0.2, "recency": 0.1, "age": 0.1, "monetary_value": 0.1}
    )


def test_a_holdout_has_to_pass_twice_and_the_test_window_between() -> None:
    assert MonitoredValue(CLTV_OLIST_CUSTOMERS).delay == LabelDelay(horizon=180, gap=180, test_window=93)


def test_past_expectations_are_judged_as_r_squared_does() -> None:
    question = CLTV_OLIST_CUSTOMERS
    rows = pd.DataFrame(
        {
            question.entity: ["a", "b", "a"],
            AS_OF_DATE: pd.to_datetime(["2018-01-31", "2018-01-31", "2018-02-28"]),
            question.value_column: [0.0, 30.0, 90.0],
            SCORE: [10.0, 20.0, 70.0],
        }
    )
    judged = judged_rows(question, rows)
    assert judged.loss.tolist() == [100.0, 100.0, 400.0]
    assert judged.reference_loss.tolist() == [1600.0, 100.0, 2500.0]
    assert judged.entity[0] == judged.entity[2] != judged.entity[1]
    assert judged.period.astype(str).tolist() == ["2018-01-01", "2018-01-01", "2018-02-01"]
    assert judged.is_event is None
    expected = r_squared(np.array([0.0, 30.0, 90.0]), np.array([10.0, 20.0, 70.0]))
    assert 1 - judged.loss.sum() / judged.reference_loss.sum() == pytest.approx(expected)


def settled_now(home: ValueHome) -> Settled:
    """Return the past expectations of the version that serves."""
    champion = home.inner.registry.aliased(SELLERS.name, CHAMPION)
    assert champion is not None
    evaluation = home.inner.files.evaluation(SELLERS.name).read_text()
    return MonitoredValue(SELLERS).settled(home.inner.warehouse, champion.number, champion.tags[CANDIDATE], evaluation)


def test_rows_by_which_a_version_came_to_serve_are_no_past_expectations(serving: ValueHome) -> None:
    settled = settled_now(serving)
    assert len(settled.rows) == 0
    assert settled.promised.skill.value is not None
    measured = ValueEvaluation.model_validate_json(serving.inner.files.evaluation(SELLERS.name).read_text())
    [test] = [fold for fold in measured.folds if fold.name == TEST_FOLD]
    assert test.last_period is not None
    is_tested = serving.scores()[AS_OF_DATE] <= pd.Timestamp(test.last_period) + pd.offsets.MonthEnd()
    assert is_tested.any(), "such rows are among the scores"
    # A year later the money of all that was asked is known.
    rows = seller_months()
    known = {name: rows[name].fillna(1.0) for name in SELLERS.holdout_columns}
    serving.fill(rows.assign(**known), LAST + timedelta(days=365))
    later = settled_now(serving)
    assert len(later.rows) == (~is_tested).sum() > 0
    assert later.rows.period.min() > np.datetime64(test.last_period)
