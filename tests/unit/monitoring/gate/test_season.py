"""The same months of the year before: which rows, and what the reference is called."""

from __future__ import annotations

from datetime import date

import numpy as np

from ml_assets.monitoring.gate import SAME_MONTHS, same_months_of_the_year_before
from ml_assets.monitoring.window import Window
from tests.unit.monitoring.gate.windows import window

YEARS = np.repeat(np.arange("2016-06", "2018-06", dtype="datetime64[M]"), 10).astype("datetime64[D]")
REFERENCE = window({"x": np.arange(240.0)}, np.arange(240), YEARS, date(2016, 6, 1), date(2018, 5, 31))


def current(*days: str) -> Window:
    return window({"x": np.zeros(len(days))}, period=np.array(days, dtype="datetime64[D]"))


def test_rows_of_the_same_month_one_year_earlier() -> None:
    found = same_months_of_the_year_before(REFERENCE, current("2018-05-01", "2018-05-08"), min_rows=5)
    assert found.name == SAME_MONTHS
    assert np.unique(found.window.period).tolist() == [date(2017, 5, 1)]
    assert found.window.entity.tolist() == list(range(110, 120))
    assert found.window.frame["x"].tolist() == list(range(110, 120))
    assert (found.window.first, found.window.last) == (date(2017, 5, 1), date(2017, 5, 31))


def test_a_window_over_the_turn_of_the_year() -> None:
    found = same_months_of_the_year_before(REFERENCE, current("2017-12-20", "2018-01-03"), min_rows=5)
    assert np.unique(found.window.period).tolist() == [date(2016, 12, 1), date(2017, 1, 1)]
    assert (found.window.first, found.window.last) == (date(2016, 12, 1), date(2017, 1, 31))


def test_the_reference_ends_where_it_ended() -> None:
    found = same_months_of_the_year_before(REFERENCE, current("2019-05-01"), min_rows=5)
    assert found.window.last == date(2018, 5, 31)


def test_too_few_rows_leave_the_whole_reference_and_say_so() -> None:
    for asked, least in (("2018-05-01", 11), ("2030-05-01", 1)):
        found = same_months_of_the_year_before(REFERENCE, current(asked), least)
        assert found.window is REFERENCE
        assert SAME_MONTHS in found.name
        assert "only" in found.name
