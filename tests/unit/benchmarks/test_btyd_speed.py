"""Both ways that are timed find the same law, on customers who follow it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.btyd_speed.__main__ import Measured, alone, measured, ours, table
from benchmarks.btyd_speed.worlds import WORLDS, World, simulated

MUSIC = next(each for each in WORLDS if each.name == "music shop")


def test_both_ways_find_the_law_that_was_simulated() -> None:
    histories = simulated(MUSIC, 20_000, seed=1)
    found, other = ours(histories), alone(histories)
    for name, value in found.items():
        assert value == pytest.approx(other[name], rel=1e-3)
        assert value == pytest.approx(getattr(MUSIC, name), rel=0.3)


def test_simulated_purchases_are_one_a_day_within_the_days_watched() -> None:
    eager = World("eager", r=50.0, alpha=10.0, a=0.5, b=50.0, days=20)
    histories = simulated(eager, 500, seed=2)
    assert np.all(histories.frequency <= histories.recency)
    assert np.all(histories.recency <= histories.age)
    assert histories.age.max() <= 20
    assert histories.frequency.max() >= 15


def test_a_world_is_measured() -> None:
    found = measured(MUSIC, 2_000, repetitions=1)
    assert found.different < found.customers == 2_000
    assert found.largest_difference < 1e-3
    assert found.times_as_fast == found.alone_seconds / found.our_seconds


def test_the_table_says_which_goal_was_missed() -> None:
    quick = Measured("quick", 10, 5, alone_seconds=10.0, our_seconds=1.0, largest_difference=1e-5)
    slow = Measured("slow", 10, 5, alone_seconds=9.0, our_seconds=1.0, largest_difference=2e-3)
    lines = table([quick, slow]).splitlines()
    assert "10.0 | met | 1e-05 | met" in lines[2]
    assert "9.0 | missed | 2e-03 | missed" in lines[3]
