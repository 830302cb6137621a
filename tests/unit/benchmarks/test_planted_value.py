"""Planted laws of buying are found again, and what the proof says of intervals follows from them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.planted_value.__main__ import summaries, table
from benchmarks.planted_value.measure import (
    Clock,
    Recovered,
    histories_in_days,
    histories_in_moments,
    planted,
    recovered,
    summarised,
)
from tests.unit.sample.worlds import world


def row(seed: int, low: float, high: float, estimate: float = 1.0, parameter: str = "r") -> Recovered:
    return Recovered(seed, Clock.DAYS, parameter, planted=1.0, estimate=estimate, low=low, high=high)


@pytest.fixture(scope="module")
def found() -> list[Recovered]:
    return [each for seed in (1, 2) for each in recovered(seed, 0.05)]


def test_all_parameters_are_found_again(found: list[Recovered]) -> None:
    names = {(each.clock, each.parameter) for each in found}
    assert len(names) == len(found) / 2 == 11
    covered = np.mean([each.is_covered for each in found])
    assert covered >= 0.8
    assert all(0.3 < each.estimate / each.planted < 3 for each in found)


def test_every_parameter_has_its_line(found: list[Recovered]) -> None:
    lines = table(summaries(found)).splitlines()[2:13]
    names = ("r", "alpha", "a", "b", "p", "q", "v", "r", "alpha", "a", "b")
    assert [line.split(" | ")[0] for line in lines] == [f"| {name}" for name in names]


def test_what_is_planted_is_one_law() -> None:
    assert planted() == {"r": 0.6, "alpha": 100.0, "a": 0.8, "b": 2.5, "p": 4.0, "q": 4.5, "v": 110.0}


def test_both_clocks_see_the_same_customers() -> None:
    _, market = world(0.05, 1, "loyal")
    by_day, by_moment = histories_in_days(market), histories_in_moments(market)
    assert len(by_day) == len(by_moment)
    assert by_day.frequency.sum() <= by_moment.frequency.sum() <= len(market.orders) - len(by_moment)
    assert np.abs(np.sort(by_day.age) - np.sort(by_moment.age)).max() < 2.0
    assert by_moment.monetary_value.sum() == 0 < by_day.monetary_value.sum()


def test_intervals_that_hold_the_truth_as_often_as_they_say_are_met() -> None:
    hit, miss = (0.9, 1.1), (1.05, 1.25)
    assert summarised([*(row(seed, *hit) for seed in range(19)), row(19, *miss)]).is_met
    assert not summarised([*(row(seed, *hit) for seed in range(8)), row(8, *miss), row(9, *miss)]).is_met
    # Intervals that always hold it say too much, and wide ones too little.
    assert not summarised([row(seed, *hit) for seed in range(20)]).is_met
    assert not summarised([*(row(seed, 0.5, 1.5) for seed in range(19)), row(19, *miss)]).is_met


def test_bias_is_the_mean_error_of_the_logarithm() -> None:
    summary = summarised([row(1, 0.9, 1.1, estimate=2.0), row(2, 0.9, 1.2, estimate=0.5)])
    assert summary.bias == pytest.approx(0.0)
    assert summary.covered == 1.0
    assert summary.median_width == pytest.approx(0.25)
