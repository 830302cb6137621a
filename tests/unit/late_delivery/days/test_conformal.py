"""Weights, factors and their course: what a window of deliveries asks of the intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.conformal import Calibration, grid, passage_weights, recalibrate, window_factors
from ml_assets.late_delivery.days.orders import Orders, as_days, orders_of
from ml_assets.late_delivery.days.quantiles import levels_of
from tests.unit.late_delivery.days.made_rows import COMPLETE_UNTIL, rows

LEVELS = levels_of(0.9)


def test_the_ends_share_what_is_missed() -> None:
    assert levels_of(0.8) == pytest.approx((0.1, 0.5, 0.9))


def test_a_delivery_stands_for_all_orders_that_grew_as_old_in_the_window() -> None:
    # Window [90, 100). After 2 days come those asked about in [88, 98): three; after 20 those in [70, 80): one.
    asked = np.array([70.0, 88.0, 90.0, 91.0, 98.0])
    weights = passage_weights(np.array([2.0, 20.0]), asked, 90.0, 100.0, max_weight=100.0)
    assert weights == pytest.approx([1 / 3, 1.0])


def test_orders_still_open_count() -> None:
    delivered = np.array([2.0, 20.0])
    open_too = np.sort(np.array([75.0, 90.0, 91.0, 92.0, 71.0, 72.0, 73.0]))
    weights = passage_weights(delivered, open_too, 90.0, 100.0, max_weight=100.0)
    assert weights == pytest.approx([1 / 3, 1 / 4])


def test_no_delivery_outweighs_all_others() -> None:
    asked = np.sort(np.concatenate([np.full(1000, 96.5), [1.0]]))
    weights = passage_weights(np.array([2.0, 3.0, 2.5, 99.0]), asked, 90.0, 100.0, max_weight=5.0)
    assert weights == pytest.approx([0.001, 0.001, 0.001, 0.005])


@pytest.mark.parametrize("growth", [0.0, 0.05, -0.02])
def test_weights_undo_that_slow_orders_of_a_growing_business_are_still_open(growth: float) -> None:
    random = np.random.default_rng(3)
    day = np.arange(150)
    asked = np.repeat(day, np.round(100 * np.exp(growth * (day - 100))).astype(int)) + 0.5
    days = random.gamma(2.0, 6.0, len(asked))
    truth = np.quantile(random.gamma(2.0, 6.0, 400_000), 0.95)
    came = asked + days
    known = (came > 122) & (came <= 150)
    weights = passage_weights(days[known], np.sort(asked), 122.0, 150.0, max_weight=20.0)
    weighted = np.quantile(days[known], 0.95, weights=weights, method="inverted_cdf")
    lately = (asked > 122) & (came <= 150)
    assert weighted == pytest.approx(truth, rel=0.08)
    assert np.quantile(days[lately], 0.95) < 0.85 * truth


def test_factors_are_those_of_the_scores() -> None:
    scores = np.log(np.column_stack([np.full(200, 3.0), np.full(200, 2.0), np.full(200, 0.5)]))
    assert window_factors(scores, np.ones(200), LEVELS) == pytest.approx([3.0, 2.0, 0.5])


def test_the_next_order_counts_as_one_more() -> None:
    # Of 19 scores the 19th, for 0.95 * 20 = 19; with 20 exchangeable orders 1 in 20 lies beyond.
    scores = np.tile(np.log(np.arange(1.0, 20.0))[:, None], (1, 3))
    low, _, high = window_factors(scores, np.ones(19), LEVELS)
    assert (low, high) == pytest.approx((1.0, 19.0))


@given(
    values=st.lists(st.floats(0.1, 50), min_size=5, max_size=60),
    scale=st.floats(0.2, 5),
)
def test_factors_scale_with_the_days_and_are_in_order(values: list[float], scale: float) -> None:
    scores = np.tile(np.log(np.array(values))[:, None], (1, 3))
    weights = np.ones(len(values))
    factors = window_factors(scores, weights, LEVELS)
    assert factors[0] <= factors[1] <= factors[2]
    assert window_factors(scores + np.log(scale), weights, LEVELS) == pytest.approx(factors * scale)


def test_recalibrations_fall_on_the_same_mondays_whatever_the_start() -> None:
    end = np.datetime64("2018-02-01", "us")
    early = grid(np.datetime64("2018-01-01", "us"), end, 7)
    late = grid(np.datetime64("2018-01-09T12:00", "us"), end, 7)
    assert list(early.astype("datetime64[D]").astype(str)) == [
        "2018-01-01",
        "2018-01-08",
        "2018-01-15",
        "2018-01-22",
        "2018-01-29",
    ]
    assert (late == early[2:]).all()
    assert len(grid(end, np.datetime64("2018-01-01", "us"), 7)) == 0


def test_an_order_is_answered_by_the_latest_factors_from_before() -> None:
    moments = np.array(["2018-01-01", "2018-01-08"], dtype="datetime64[us]")
    calibration = Calibration(moments=moments, factors=np.array([[0.5, 1.0, 2.0], [0.1, 1.0, 3.0]]))
    asked = np.array(["2017-12-31T23:59:59", "2018-01-01", "2018-01-07T23:00", "2018-03-01"], dtype="datetime64[us]")
    high = calibration.applied(np.full((4, 3), 10.0), asked)[:, 2]
    assert np.isnan(high[0])
    assert list(high[1:]) == [20.0, 20.0, 30.0]


def test_ends_never_cross_the_median() -> None:
    moments = np.array(["2018-01-01"], dtype="datetime64[us]")
    calibration = Calibration(moments=moments, factors=np.array([[4.0, 1.0, 0.2]]))
    days = calibration.applied(np.array([[5.0, 10.0, 20.0]]), moments)
    assert days.tolist() == [[10.0, 10.0, 10.0]]


def made_orders(days_after: float) -> Orders:
    """Return an order an hour over 100 days, delivered after 10 days, or ``days_after`` if placed from day 60 on."""
    asked = np.datetime64("2018-01-01", "us") + np.arange(2400) * np.timedelta64(1, "h")
    days = np.where(np.arange(2400) < 60 * 24, 10.0, days_after)
    return orders_of(rows(asked, days), COMPLETE_UNTIL)


def factors_of(orders: Orders, windows: list[int], moment: str, minimum: int = 50) -> np.ndarray:
    config = DeliveryDaysConfig(windows_days=windows, min_calibration_orders=minimum)
    moments = np.array([moment], dtype="datetime64[us]")
    factors: np.ndarray = recalibrate(orders, np.full((len(orders), 3), 5.0), moments, config).factors[0]
    return factors


def test_factors_know_nothing_of_later_deliveries() -> None:
    # Day 70: orders placed from day 60 on and taking 12 or 25 days have not arrived.
    assert factors_of(made_orders(12.0), [14], "2018-03-12") == pytest.approx([2.0, 2.0, 2.0])
    assert factors_of(made_orders(25.0), [14], "2018-03-12") == pytest.approx([2.0, 2.0, 2.0])


def test_of_two_windows_the_widest_interval_counts() -> None:
    orders = made_orders(20.0)
    moment = "2018-04-02"  # Day 91: the last 10 days hold deliveries after 20 days only.
    assert factors_of(orders, [10], moment) == pytest.approx([4.0, 4.0, 4.0])
    assert factors_of(orders, [60, 10], moment) == pytest.approx([2.0, 4.0, 4.0])


def test_too_few_deliveries_say_nothing() -> None:
    assert np.isnan(factors_of(made_orders(10.0), [14], "2018-01-12", minimum=60)).all()


def test_a_moment_that_never_comes_is_infinitely_far() -> None:
    assert as_days(np.array(["1970-01-02T12:00", "NaT"], dtype="datetime64[us]")).tolist() == [1.5, np.inf]
