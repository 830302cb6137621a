"""Models in turn: what they may know, what they answer, what is stored of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.fitted import DATE_COLUMNS, DAYS_COLUMNS, FittedDays, delivery_dates, fit_days
from ml_assets.late_delivery.days.orders import Orders, end_of, orders_of
from ml_assets.late_delivery.days.quantiles import fit_moments, fit_quantiles, training_rows
from tests.unit.late_delivery.days.made_rows import COMPLETE_UNTIL, process, rows

SMALL = DeliveryDaysConfig(min_train_orders=300, rounds=40, max_depth=3, refit_months=3)
CUT = np.datetime64("2018-06-10")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return process(seed=1)


@pytest.fixture(scope="module")
def orders(frame: pd.DataFrame) -> Orders:
    return orders_of(frame, COMPLETE_UNTIL, SMALL.left_out)


@pytest.fixture(scope="module")
def fitted(orders: Orders) -> FittedDays:
    return fit_days(orders, COMPLETE_UNTIL, SMALL)


def test_models_begin_with_calendar_months_whatever_the_first_order() -> None:
    end = np.datetime64("2018-08-31", "us")
    expected = ["2018-04-01", "2018-07-01"]
    for first in ("2018-02-20", "2018-04-01"):
        moments = fit_moments(np.array([first], dtype="datetime64[us]"), end, 3)
        assert list(moments.astype("datetime64[D]").astype(str)) == expected
    assert len(fit_moments(np.empty(0, dtype="datetime64[us]"), end, 3)) == 0


def test_training_waits_until_slow_orders_had_their_time() -> None:
    asked = np.array(["2018-01-01", "2018-01-01", "2018-01-10", "2018-02-10"], dtype="datetime64[us]")
    orders = orders_of(rows(asked, np.array([3.0, 60.0, 3.0, 3.0])), COMPLETE_UNTIL)
    assert training_rows(orders, np.datetime64("2018-02-20", "us"), 45).tolist() == [0]
    assert training_rows(orders, np.datetime64("2018-03-05", "us"), 45).tolist() == [0, 1, 2]


def test_too_few_deliveries_make_no_model(orders: Orders) -> None:
    assert fit_quantiles(orders, np.datetime64("2017-02-01", "us"), SMALL) is None


def test_low_median_high_are_in_order_and_positive(fitted: FittedDays, orders: Orders) -> None:
    days = fitted.predict(orders.features, orders.asked_at).dropna().to_numpy()
    assert len(days) > 4_000
    assert (np.diff(days, axis=1) >= 0).all()
    assert (days > 0).all()


def test_before_the_first_recalibration_nothing_is_claimed(fitted: FittedDays, orders: Orders) -> None:
    days = fitted.predict(orders.features, orders.asked_at)
    early = orders.asked_at < fitted.models[0].known_until + np.timedelta64(SMALL.warm_up_days, "D")
    assert early.any()
    assert days[early].isna().all(axis=None)
    assert days[~early].notna().to_numpy().mean() > 0.99


def test_the_far_state_takes_longer(fitted: FittedDays, orders: Orders) -> None:
    median = fitted.predict(orders.features, orders.asked_at)[DAYS_COLUMNS[1]].to_numpy()
    state = orders.features["customer_state"].to_numpy()
    assert np.nanmean(median[state == "AM"]) > 1.5 * np.nanmean(median[state == "SP"])


def test_a_row_alone_is_the_row_in_a_batch_whatever_the_order_of_columns(fitted: FittedDays, orders: Orders) -> None:
    batch = fitted.predict(orders.features, orders.asked_at)
    for row in (1_500, len(orders) - 1):
        alone = fitted.predict(orders.features.iloc[[row], ::-1], orders.asked_at[[row]])
        pd.testing.assert_frame_equal(alone, batch.iloc[[row]], check_exact=True)


def test_twice_the_same_data_give_the_same_days(fitted: FittedDays, orders: Orders) -> None:
    again = fit_days(orders, COMPLETE_UNTIL, SMALL).predict(orders.features, orders.asked_at)
    pd.testing.assert_frame_equal(again, fitted.predict(orders.features, orders.asked_at), check_exact=True)


def test_what_is_saved_answers_the_same(fitted: FittedDays, orders: Orders, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    assert {file.suffix for file in (tmp_path / "model").iterdir()} == {".json", ".ubj"}
    loaded = FittedDays.load(tmp_path / "model")
    assert loaded.decision_point == "purchase"
    pd.testing.assert_frame_equal(
        loaded.predict(orders.features, orders.asked_at),
        fitted.predict(orders.features, orders.asked_at),
        check_exact=True,
    )


def test_models_that_never_came_about_are_saved_too(orders: Orders, tmp_path: Path) -> None:
    none = fit_days(orders, np.datetime64("2017-02-01"), SMALL)
    none.save(tmp_path)
    assert FittedDays.load(tmp_path).predict(orders.features, orders.asked_at).isna().all(axis=None)


def test_a_missing_column_is_named(fitted: FittedDays, orders: Orders) -> None:
    with pytest.raises(ValueError, match=r"days from purchase to delivery are read from customer_state"):
        fitted.predict(orders.features[["item_count"]], orders.asked_at)


def test_an_unknown_state_has_an_interval(fitted: FittedDays, orders: Orders) -> None:
    features = orders.features.tail(1).assign(customer_state="XX")
    assert fitted.predict(features, orders.asked_at[-1:]).notna().all(axis=None)


def as_known_by(frame: pd.DataFrame, end: np.datetime64) -> pd.DataFrame:
    """Return the rows as they looked at a moment: later orders gone, later deliveries and all labels unknown."""
    past = frame[frame["decision_at"] < end].copy()
    later = past["delivery_known_at"] >= end
    past.loc[later, "delivery_known_at"] = pd.NaT
    past.loc[later, "delivery_days"] = np.nan
    past["is_late"] = pd.array([pd.NA] * len(past), dtype="boolean")
    return past


def test_what_comes_later_changes_no_answer(fitted: FittedDays, frame: pd.DataFrame, orders: Orders) -> None:
    past = orders_of(as_known_by(frame, end_of(CUT)), CUT, SMALL.left_out)
    then = fit_days(past, CUT, SMALL).predict(past.features, past.asked_at)
    assert then.notna().any(axis=None)
    now = fitted.predict(orders.features, orders.asked_at).iloc[: len(past)]
    pd.testing.assert_frame_equal(then, now, check_exact=True)


def test_new_deliveries_recalibrate_without_a_new_model(orders: Orders, frame: pd.DataFrame) -> None:
    past = orders_of(as_known_by(frame, end_of(CUT)), CUT, SMALL.left_out)
    served = fit_days(past, CUT, SMALL)
    moved = served.recalibrated(orders, np.datetime64("2018-08-01"), SMALL)
    assert moved.models == served.models
    assert served.calibration.moments[-1] == np.datetime64("2018-06-11")
    assert moved.calibration.moments[-1] == np.datetime64("2018-07-30")
    known = len(served.calibration.moments)
    assert np.array_equal(moved.calibration.factors[:known], served.calibration.factors, equal_nan=True)


def test_days_become_dates() -> None:
    days = pd.DataFrame([[1.0, 2.5, 40.0], [np.nan] * 3], columns=list(DAYS_COLUMNS))
    asked = np.array(["2018-03-01T18:00", "2018-03-01T18:00"], dtype="datetime64[us]")
    dates = delivery_dates(days, asked)
    assert list(dates.columns) == list(DATE_COLUMNS)
    assert [str(date.date()) for date in dates.iloc[0]] == ["2018-03-02", "2018-03-04", "2018-04-10"]
    assert dates.iloc[1].isna().all()
