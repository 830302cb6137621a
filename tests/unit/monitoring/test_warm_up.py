"""Rows of the first days of the data: which of them, and which columns, are left out of a reference."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ecom_assets.dbt.project import project_variables
from ecom_assets.environment import DBT_PROJECT_DIR
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.warm_up import STRETCH_DAYS, began_on, reach_days, warmed_up
from ml_assets.monitoring.window import Window

WEEK = MonitoredColumn("events_last_7_days", ColumnKind.NUMERIC)
MONTH = MonitoredColumn("events_30d", ColumnKind.NUMERIC)
PLACE = MonitoredColumn("place", ColumnKind.CATEGORICAL)
SCORE = MonitoredColumn("score", ColumnKind.NUMERIC, Role.PREDICTION)
COLUMNS = (WEEK, MONTH, PLACE, SCORE)


def weeks(count: int, rows: int = 10) -> Window:
    """Return so many rows a week, from the third of May on, as of each week's Sunday."""
    first = np.datetime64("2015-05-03")
    period = np.repeat(first + 7 * np.arange(count), rows).astype("datetime64[D]")
    frame = pd.DataFrame({column.name: np.arange(len(period)) for column in COLUMNS})
    return Window(frame, np.arange(len(period)), period, date(2015, 5, 3), period[-1].astype(date))


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("events_last_30_days", 30),
        ("order_count_7d", 7),
        ("order_count_1d", 1),
        ("items_value_change_90d", 180),
        ("route_late_share_short", 30),
        ("network_outcome_count_long", 90),
        ("days_since_last_event", 0),
        ("customer_state", 0),
        ("promised_days", 0),
    ],
)
def test_a_column_says_in_its_name_how_far_it_looks_back(name: str, days: int) -> None:
    assert reach_days(name) == days


def test_rows_of_the_first_month_go_where_enough_others_stay() -> None:
    kept, columns = warmed_up(weeks(8), COLUMNS, min_rows=30)
    # The 31st of May is the 29th day, the 7th of June the 36th.
    assert kept.first == date(2015, 6, 7)
    assert sorted({str(each) for each in kept.period}) == ["2015-06-07", "2015-06-14", "2015-06-21"]
    assert len(kept.frame) == len(kept.entity) == 30
    assert columns == COLUMNS


def test_a_column_that_no_row_can_fill_is_excluded_and_so_is_what_follows_from_it() -> None:
    kept, columns = warmed_up(weeks(3), COLUMNS, min_rows=20)
    assert kept.first == date(2015, 5, 10)
    assert [column.name for column in columns if column.excluded] == ["events_30d", "score"]
    assert "30 days back" in columns[1].excluded
    assert columns[0] == WEEK


def test_with_too_few_rows_all_stay_and_only_columns_without_days_are_judged() -> None:
    kept, columns = warmed_up(weeks(2), COLUMNS, min_rows=20)
    assert len(kept.frame) == 20
    assert [column.name for column in columns if not column.excluded] == ["place"]


def test_a_column_that_is_excluded_already_leaves_no_row_out() -> None:
    old = MonitoredColumn("events_365d", ColumnKind.NUMERIC, excluded="grows")
    kept, columns = warmed_up(weeks(8), (old, PLACE, SCORE), min_rows=30)
    assert len(kept.frame) == 80
    assert columns == (old, PLACE, SCORE)


def test_stretches_that_have_names_are_as_long_as_the_features_are() -> None:
    assert project_variables(DBT_PROJECT_DIR)["lateness_window_days"] == STRETCH_DAYS


def test_months_of_an_older_reference_are_not_the_first_of_their_data() -> None:
    whole = weeks(8)
    last = whole.part(whole.period == whole.period.max(), whole.last, whole.last)
    kept, columns = warmed_up(last, COLUMNS, min_rows=5, began=began_on(whole))
    assert kept is last
    assert [column.excluded for column in columns] == [column.excluded for column in COLUMNS]
    _, alone = warmed_up(last, COLUMNS, min_rows=5)
    assert [column.excluded for column in alone] != [column.excluded for column in COLUMNS]


@pytest.mark.parametrize(("trial_rows", "first"), [(2, date(2015, 6, 7)), (3, date(2015, 5, 3))])
def test_a_trial_long_before_the_data_is_no_past(trial_rows: int, first: date) -> None:
    # Thirty days before the first week, far fewer rows than a week has: a tenth of a usual week is three.
    whole = weeks(8, rows=30)
    trial = np.full(trial_rows, np.datetime64("2015-04-03", "D"))
    period = np.concatenate([trial, whole.period])
    frame = pd.DataFrame({column.name: np.arange(len(period)) for column in COLUMNS})
    began = Window(frame, np.arange(len(period)), period, date(2015, 4, 3), whole.last)
    kept, _ = warmed_up(began, COLUMNS, min_rows=30)
    assert kept.first == first


def test_a_reference_without_rows_stays_as_it_is() -> None:
    week = weeks(1)
    nothing = week.part(np.zeros(len(week.frame), dtype=np.bool_), week.first, week.last)
    kept, columns = warmed_up(nothing, COLUMNS, min_rows=30)
    assert kept is nothing
    assert [column.name for column in columns if not column.excluded] == ["place"]
