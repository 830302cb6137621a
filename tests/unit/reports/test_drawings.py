"""Drawings: where points fall, where lines break, and that the SVG is well-formed and says what it shows."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis, spread_ticks

UNIT = Axis("share", 0.0, 1.0, ((0.0, "0"), (1.0, "1")))
NUMBERS = st.floats(-1e6, 1e6)


def tree(made: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(made.svg)  # noqa: S314 - made by the code under test


def paths(made: Drawing, look: Look) -> list[str]:
    return [each.attrib["d"] for each in tree(made).iter("path") if each.get("class") == f"line {look}"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (0.71, 0.79, (0.7, 0.72, 0.74, 0.76, 0.78, 0.8)),
        (-3.0, 8.0, (-5.0, 0.0, 5.0, 10.0)),
        (0.5, 0.5, (0.4, 0.45, 0.5, 0.55, 0.6)),
    ],
)
def test_ticks_are_round_and_hold_the_values(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert spread_ticks(low, high) == pytest.approx(ticks)


@given(NUMBERS, NUMBERS)
def test_ticks_are_few_ordered_and_around_the_values(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    ticks = spread_ticks(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert ticks[0] <= low + slack
    assert high - slack <= ticks[-1]
    assert 2 <= len(ticks) <= 9
    assert list(ticks) == sorted(set(ticks))


def test_an_axis_without_values_is_from_nought_to_one() -> None:
    axis = spread_axis("nothing", [None, math.nan])
    assert (axis.low, axis.high) == (0.0, 1.0)
    assert [label for _, label in axis.ticks] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


def test_equal_ratios_are_equally_long_on_a_logarithmic_axis() -> None:
    axis = Axis("share", 0.001, 1.0, (), is_log=True)
    assert [axis.share(value) for value in (0.001, 0.01, 0.1, 1.0)] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert axis.share(0.0) == 0.0


@pytest.mark.parametrize(("value", "share"), [(-2.0, 0.0), (0.25, 0.25), (7.0, 1.0)])
def test_what_lies_beyond_an_axis_is_drawn_at_its_end(value: float, share: float) -> None:
    assert UNIT.share(value) == share


def test_the_first_point_of_a_line_is_low_and_left_of_a_higher_one() -> None:
    [path] = paths(drawing("t", "w", UNIT, UNIT, [Series("s", Look.MODEL, (0.0, 1.0), (0.0, 1.0))]), Look.MODEL)
    (x0, y0), (x1, y1) = ([float(part) for part in point.strip("ML").split()] for point in path.split(" L"))
    assert x0 < x1
    assert y0 > y1


def test_a_line_breaks_where_a_value_is_missing() -> None:
    series = Series("s", Look.MODEL, (0.0, 0.2, 0.4, 0.6, 0.8), (0.1, 0.2, None, 0.3, math.nan))
    [path] = paths(drawing("t", "w", UNIT, UNIT, [series]), Look.MODEL)
    assert [path.count(pen) for pen in "ML"] == [2, 1]


def test_points_that_fall_together_are_written_once() -> None:
    series = Series("s", Look.RULE, (0.0, 0.0, 0.00001, 1.0), (0.0, 0.0, 0.0, 1.0))
    [path] = paths(drawing("t", "w", UNIT, UNIT, [series]), Look.RULE)
    assert path.count("L") == 1


def test_a_dot_shows_its_words_and_an_interval_only_if_it_has_one() -> None:
    dots = (Dot(0.2, 0.5, "with", 0.4, 0.6), Dot(0.4, 0.5, "without"))
    made = drawing("t", "w", UNIT, UNIT, [Series("s", Look.MODEL, dots=dots)])
    groups = [group for group in tree(made).iter("g")]
    assert [group.findtext("title") for group in groups] == ["with", "without"]
    assert [len(group.findall("path")) for group in groups] == [1, 0]


def test_a_drawing_says_what_it_shows_and_escapes_it() -> None:
    made = drawing("a < b", '"quoted" & more', UNIT, UNIT, [Series("<s>", Look.MODEL, (0.0,), (0.0,))])
    assert tree(made).attrib["aria-label"] == 'a < b. "quoted" & more'
    assert made.legend == (("<s>", "model"),)
