"""What intervals covered, counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml_assets.late_delivery.days.fitted import DAYS_COLUMNS
from ml_assets.late_delivery.days.orders import Orders, orders_of
from ml_assets.late_delivery.days.rolling import countable, coverage_of, rolling_coverage
from tests.unit.late_delivery.days.made_rows import COMPLETE_UNTIL, rows

ASKED = np.array(
    ["2018-03-01", "2018-03-02", "2018-03-03", "2018-03-04", "2018-03-05", "2018-04-01", "2018-11-25", "2018-12-10"],
    dtype="datetime64[us]",
)
# In March: covered, too early, too late, never, void; in April: covered; in November and December: too young.
DAYS = np.array([5.0, 1.0, 50.0, np.nan, np.nan, 20.0, 5.0, 5.0])
VOID = np.array([False, False, False, False, True, False, False, False])


@pytest.fixture
def orders() -> Orders:
    return orders_of(rows(ASKED, DAYS, void=VOID), COMPLETE_UNTIL)


@pytest.fixture
def days() -> pd.DataFrame:
    return pd.DataFrame([[2.0, 10.0, 40.0]] * len(ASKED), columns=list(DAYS_COLUMNS))


def test_an_order_counts_when_promise_and_interval_are_over(orders: Orders, days: pd.DataFrame) -> None:
    # 25 November + 40 days and 10 December + 30 days lie in January; both have arrived, which must not matter.
    assert countable(orders, days, COMPLETE_UNTIL).tolist() == [True] * 6 + [False] * 2
    days.loc[0] = np.nan
    assert not countable(orders, days, COMPLETE_UNTIL)[0]


def test_counts_are_those_by_hand(orders: Orders, days: pd.DataFrame) -> None:
    march, april = rolling_coverage(orders, days, countable(orders, days, COMPLETE_UNTIL), minimum=1)
    assert (march.month, april.month) == (date(2018, 3, 1), date(2018, 4, 1))
    assert (march.coverage.delivered, march.coverage.never_delivered, march.coverage.void) == (3, 1, 1)
    assert march.coverage.covered.value == pytest.approx(1 / 3)
    assert (march.coverage.below, march.coverage.above) == pytest.approx((1 / 3, 1 / 3))
    assert march.coverage.covered_of_all == pytest.approx(1 / 4)
    assert march.coverage.median_absolute_error == pytest.approx((5 + 9 + 40) / 3)
    assert april.coverage.covered.value == 1.0


def test_a_month_of_few_deliveries_has_no_figures(orders: Orders, days: pd.DataFrame) -> None:
    (march,) = rolling_coverage(orders, days, countable(orders, days, COMPLETE_UNTIL), minimum=2)
    assert march.month == date(2018, 3, 1)


def test_width_stands_beside_the_promise(orders: Orders, days: pd.DataFrame) -> None:
    coverage = coverage_of(orders, days, countable(orders, days, COMPLETE_UNTIL))
    assert coverage is not None
    assert (coverage.mean_width, coverage.mean_high, coverage.mean_promised) == pytest.approx((38.0, 40.0, 30.0))
    assert coverage.high_within_promise == 0.0


def test_without_a_delivery_there_is_no_coverage(orders: Orders, days: pd.DataFrame) -> None:
    assert coverage_of(orders, days, np.zeros(len(orders), dtype=bool)) is None
    assert rolling_coverage(orders, days, np.zeros(len(orders), dtype=bool), minimum=1) == ()


def test_the_wilson_interval_of_a_coverage(orders: Orders, days: pd.DataFrame) -> None:
    coverage = coverage_of(orders, days, countable(orders, days, COMPLETE_UNTIL))
    assert coverage is not None  # 2 of 4: Wilson's interval is 0.5 ± 0.35.
    assert (coverage.covered.low, coverage.covered.high) == pytest.approx((0.150, 0.850), abs=1e-3)
