"""From rows of the feature table to orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml_assets.late_delivery.days.orders import SeveralDecisionPointsError, orders_of
from tests.unit.late_delivery.days.made_rows import COMPLETE_UNTIL, rows

ASKED = np.array(["2018-03-02", "2018-03-01", "2018-12-20"], dtype="datetime64[us]")


def frame() -> pd.DataFrame:
    return rows(ASKED, np.array([np.nan, 4.0, np.nan]), void=np.array([True, False, True]))


def test_orders_stand_by_moment_and_know_their_delivery() -> None:
    orders = orders_of(frame(), COMPLETE_UNTIL)
    assert orders.asked_at.tolist() == np.sort(ASKED).tolist()
    assert orders.days[0] == 4.0
    assert orders.delivered_at[0] == np.datetime64("2018-03-05")
    assert np.isnan(orders.days[1:]).all()
    assert np.isnat(orders.delivered_at[1:]).all()


def test_an_order_without_label_is_void_only_once_its_promise_is_over() -> None:
    assert orders_of(frame(), COMPLETE_UNTIL).is_void.tolist() == [False, True, False]


def test_no_outcome_and_no_time_of_it_is_a_feature() -> None:
    orders = orders_of(frame(), COMPLETE_UNTIL, left_out=["purchase_month"])
    assert list(orders.features.columns) == ["customer_state", "item_count"]


def test_rows_of_two_decision_points_are_refused() -> None:
    both = pd.concat([frame(), frame().assign(decision_point="handover")])
    with pytest.raises(SeveralDecisionPointsError, match="handover, purchase"):
        orders_of(both, COMPLETE_UNTIL)


def test_no_rows_are_no_orders() -> None:
    assert len(orders_of(frame().iloc[:0], COMPLETE_UNTIL)) == 0
