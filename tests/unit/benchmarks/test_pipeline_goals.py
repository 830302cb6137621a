"""What is said of a figure: the verdict, the ratio, and what dbt took beyond its start."""

from __future__ import annotations

import math

import pytest

from benchmarks.pipeline.goals import Figure, Goal, Verdict, net_of_start, ratio


@pytest.mark.parametrize(
    ("value", "goal", "expected"),
    [
        (2.4, Goal(2.5, "x"), Verdict.MET),
        (2.5, Goal(2.5, "x"), Verdict.MET),
        # Rounded to two digits this is the limit; the verdict goes by what was measured.
        (2.5001, Goal(2.5, "x"), Verdict.MISSED),
        (99.0, None, Verdict.REPORT),
    ],
)
def test_the_verdict_goes_by_the_measured_value(value: float, goal: Goal | None, expected: Verdict) -> None:
    assert Figure("load", "all tables", value, "x", goal).verdict is expected


def test_a_figure_is_stored_with_its_goal_and_unrounded() -> None:
    figure = Figure("load", "all tables", 2.5001, "x", Goal(2.5, "x"), "read_csv")
    assert figure.as_record() == {
        "part": "load",
        "name": "all tables",
        "value": 2.5001,
        "unit": "x",
        "goal": 2.5,
        "verdict": "missed",
        "baseline": "read_csv",
    }
    assert figure.as_row() == ("load", "all tables", "2.50 x", "<= 2.5 x", "missed", "read_csv")


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1])
def test_what_was_not_measured_gets_no_verdict(value: float) -> None:
    with pytest.raises(ValueError, match="no measured value"):
        Figure("load", "all tables", value, "x", Goal(2.5, "x"))


def test_seconds_are_not_held_against_a_goal_in_milliseconds() -> None:
    with pytest.raises(ValueError, match="measured in s, but the goal is in ms"):
        Figure("orchestration", "per step", 0.03, "s", Goal(50, "ms"))


def test_a_ratio_is_that_of_the_medians() -> None:
    # Medians 6 and 2; of the means it would be 12 / 3.
    assert ratio([6, 28, 2], [2, 6, 1]) == 3


@pytest.mark.parametrize(("measured", "baseline"), [([], [1.0]), ([1.0], []), ([1.0], [0.0])])
def test_there_is_no_ratio_without_two_sides(measured: list[float], baseline: list[float]) -> None:
    with pytest.raises(ValueError, match=r"either side|nothing to compare"):
        ratio(measured, baseline)


def test_the_start_is_taken_off() -> None:
    assert net_of_start(10.0, 7.5) == 2.5


@pytest.mark.parametrize("start", [10.0, 11.0])
def test_a_start_as_long_as_the_whole_is_no_measurement(start: float) -> None:
    with pytest.raises(ValueError, match="measure again"):
        net_of_start(10.0, start)
