"""Sessions of a week in columns, counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.recommender.clicks import AT, CART, COLUMNS, EVENT, ITEM, PURCHASE, SESSION, VIEW, VISITOR, Clicks
from ml_assets.recommender.monitored import (
    SESSION_COLUMNS,
    MonitoredRecommender,
    sessions_window,
    week_of,
    whole_weeks,
)
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET

# A Monday.
WEEK = np.datetime64("2015-06-08", "D")


def clicks(*rows: tuple[str, str, str, str, str]) -> Clicks:
    return Clicks.of(pd.DataFrame(rows, columns=list(COLUMNS)).astype({AT: "datetime64[us]"}))


ROWS = (
    # Somebody who was there before, and looked at item 1.
    ("a", "a1", "1", VIEW, "2015-06-01 10:00"),
    ("a", "a2", "1", VIEW, "2015-06-08 22:00"),
    ("a", "a2", "2", VIEW, "2015-06-08 22:10"),
    ("a", "a2", "2", CART, "2015-06-08 22:20"),
    ("a", "a2", "2", PURCHASE, "2015-06-08 22:30"),
    # Somebody new, on Sunday.
    ("b", "b1", "9", VIEW, "2015-06-14 03:00"),
    # One that began the week before, and one of the week after.
    ("c", "c1", "1", VIEW, "2015-06-07 23:50"),
    ("c", "c1", "1", VIEW, "2015-06-08 00:10"),
    ("d", "d1", "1", VIEW, "2015-06-15 00:00"),
)


def test_columns_names_are_those_of_the_clicks() -> None:
    assert COLUMNS == (VISITOR, SESSION, ITEM, EVENT, AT)


def test_sessions_of_a_week_are_counted() -> None:
    window = sessions_window(clicks(*ROWS), np.array([WEEK]))
    assert window is not None
    assert set(window.frame) == set(SESSION_COLUMNS)
    rows = window.frame.sort_values("views", ascending=False).to_dict("records")
    assert rows == [
        {
            "views": 2.0,
            "distinct_items": 2.0,
            "additions_to_cart": 1.0,
            "purchases": 1.0,
            "minutes": 30.0,
            "hour": 22.0,
            "weekday": "Mon",
            # Three of its four events are on item 2, which nobody had touched in the four weeks before.
            "share_of_new_items": 0.75,
            "is_known_visitor": 1.0,
        },
        {
            "views": 1.0,
            "distinct_items": 1.0,
            "additions_to_cart": 0.0,
            "purchases": 0.0,
            "minutes": 0.0,
            "hour": 3.0,
            "weekday": "Sun",
            "share_of_new_items": 1.0,
            "is_known_visitor": 0.0,
        },
    ]
    assert set(window.period) == {WEEK}
    assert (window.first, window.last) == (date(2015, 6, 8), date(2015, 6, 14))
    assert len(set(window.entity)) == 2


def test_what_lies_longer_ago_than_four_weeks_is_forgotten() -> None:
    window = sessions_window(
        clicks(("a", "a1", "1", VIEW, "2015-05-10 23:59"), ("a", "a2", "1", VIEW, "2015-06-09 10:00")), np.array([WEEK])
    )
    assert window is not None
    assert window.frame[["share_of_new_items", "is_known_visitor"]].to_numpy().tolist() == [[1.0, 0.0]]


def test_without_sessions_there_is_no_window() -> None:
    assert sessions_window(clicks(*ROWS[:1]), np.array([WEEK])) is None
    assert sessions_window(clicks(*ROWS), np.empty(0, dtype="datetime64[D]")) is None


@pytest.mark.parametrize(
    ("moment", "monday"),
    [("2015-06-08T00:00", "2015-06-08"), ("2015-06-14T23:59", "2015-06-08"), ("2015-06-15", "2015-06-15")],
)
def test_a_week_begins_on_monday(moment: str, monday: str) -> None:
    assert week_of(np.datetime64(moment)) == np.datetime64(monday)


def test_weeks_are_whole_and_have_four_weeks_before_them() -> None:
    began = np.datetime64("2015-05-03T03:00", "us")
    weeks = whole_weeks(began, np.datetime64("2015-06-16", "D"))
    assert weeks.astype(str).tolist() == ["2015-06-01", "2015-06-08"]
    # One that began exactly four weeks before a Monday has that week.
    assert str(whole_weeks(np.datetime64("2015-05-04", "us"), np.datetime64("2015-06-16", "D"))[0]) == "2015-06-01"


def test_columns_are_all_as_important_and_descend_from_events() -> None:
    columns = MonitoredRecommender(RECOMMENDER_RETAILROCKET).columns(None)
    assert sum(column.importance for column in columns) == pytest.approx(1.0)
    assert all(raw.startswith("events.") for column in columns for raw in column.raw_columns)
    assert {column.name for column in columns if column.kind is ColumnKind.CATEGORICAL} == {"weekday"}
    # Single days differ in volume by themselves, also where nothing changes.
    assert {column.name for column in columns if column.excluded} == {"weekday"}
