"""Alarms held against what is known of the world, by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pytest

from ml_assets.replay.alarms import AlarmFigures, Truth, alarm_figures
from ml_assets.replay.records import StepRecord
from tests.unit.replay.made_records import a_day

FIRST = date(2018, 1, 1)
# A year and a day of the calendar, so that rates are numbers of alarms but for a little.
DAYS = [FIRST + timedelta(days=days) for days in (0, 100, 200, 366)]
A_YEAR = 365.25 / 366


def year(alarms: Collection[int]) -> list[StepRecord]:
    return [a_day(day, is_alarm=place in alarms) for place, day in enumerate(DAYS)]


def test_where_nobody_knows_alarms_are_counted_and_none_is_false() -> None:
    found = alarm_figures(year({1, 3}), Truth())
    assert found == AlarmFigures(alarms=2, a_year=found.a_year)
    assert found.a_year == pytest.approx(2 * A_YEAR)
    assert not Truth().is_known


def test_where_nothing_changes_every_alarm_is_false() -> None:
    found = alarm_figures(year({1, 3}), Truth(is_steady=True))
    assert (found.alarms, found.false, found.delay_days) == (2, 2, None)
    assert found.false_a_year == pytest.approx(2 * A_YEAR)


def test_an_alarm_before_the_shift_is_false_and_the_first_one_after_it_is_the_detection() -> None:
    shift = DAYS[1] + timedelta(days=10)
    found = alarm_figures(year({1, 2, 3}), Truth(shift_from=shift))
    assert (found.alarms, found.false, found.delay_days) == (3, 1, 90)
    # Calm days are those before the shift: 110 of them.
    assert found.false_a_year == pytest.approx(365.25 / 110)


def test_an_alarm_on_the_first_day_of_the_shift_comes_without_delay() -> None:
    found = alarm_figures(year({1}), Truth(shift_from=DAYS[1]))
    assert (found.false, found.delay_days) == (0, 0)


def test_a_shift_that_nobody_saw_has_no_delay() -> None:
    found = alarm_figures(year({1}), Truth(shift_from=DAYS[2]))
    assert (found.false, found.delay_days) == (1, None)


def test_there_is_no_rate_of_no_time() -> None:
    shift_at_once = alarm_figures(year(set()), Truth(shift_from=FIRST))
    assert (shift_at_once.false, shift_at_once.false_a_year) == (0, None)
    one_day = alarm_figures(year(set())[:1], Truth())
    assert one_day == AlarmFigures(alarms=0, a_year=None)


def test_a_shift_after_the_last_day_leaves_all_days_calm() -> None:
    found = alarm_figures(year({3}), Truth(shift_from=DAYS[-1] + timedelta(days=1)))
    assert (found.false, found.delay_days) == (1, None)
    assert found.false_a_year == pytest.approx(A_YEAR)
