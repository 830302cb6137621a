"""On which days a replay stops to look."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_assets.replay.days import NothingToReplayError, chosen_days, event_span, period_ends
from ml_assets.classification.question import Period

MONTHS = [date(2018, 1, 31), date(2018, 2, 28), date(2018, 3, 31), date(2018, 4, 30), date(2018, 5, 31)]


def test_months_end_on_their_last_day() -> None:
    assert period_ends(Period.MONTH, date(2018, 1, 31), date(2018, 4, 29)) == MONTHS[:3]


def test_weeks_end_on_sundays() -> None:
    sundays = [date(2015, 7, 5), date(2015, 7, 12)]
    assert period_ends(Period.WEEK, date(2015, 7, 5), date(2015, 7, 18)) == sundays


def test_the_first_half_of_history_is_there_to_learn_from() -> None:
    assert chosen_days(MONTHS, None, None, 1) == MONTHS[2:]


@pytest.mark.parametrize(
    ("since", "until", "every", "expected"),
    [
        (date(2018, 2, 1), None, 1, MONTHS[1:]),
        (MONTHS[0], MONTHS[3], 1, MONTHS[:4]),
        (MONTHS[0], None, 2, [MONTHS[0], MONTHS[2], MONTHS[4]]),
        (None, MONTHS[3], 1, MONTHS[2:4]),
    ],
)
def test_days_may_be_asked_for(since: date | None, until: date | None, every: int, expected: list[date]) -> None:
    assert chosen_days(MONTHS, since, until, every) == expected


@pytest.mark.parametrize(("since", "until", "every"), [(None, MONTHS[2], 1), (MONTHS[4], None, 1), (None, None, 3)])
def test_one_day_is_no_replay(since: date | None, until: date | None, every: int) -> None:
    with pytest.raises(NothingToReplayError, match="there are 1: periods end between 2018-01-31 and 2018-05-31; ask"):
        chosen_days(MONTHS, since, until, every)


def test_without_a_whole_period_there_is_nothing_to_replay() -> None:
    with pytest.raises(NothingToReplayError, match="there are 0: periods end between no days"):
        chosen_days([], None, None, 1)


def test_time_is_that_of_orders_and_clicks(sample_raw_dir: Path) -> None:
    assert event_span(sample_raw_dir, "olist", 0.01) == (date(2016, 9, 4), date(2018, 10, 17))
    assert event_span(sample_raw_dir, "retailrocket", 0.01) == (date(2015, 5, 3), date(2015, 9, 17))
