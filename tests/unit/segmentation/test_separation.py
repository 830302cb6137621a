"""How well groups tell later spend apart: at the limits, and that many groups gain nothing by chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.segmentation.separation import (
    epsilon_squared,
    perfect_gini,
    rank_epsilon_squared,
    separations,
)


def gini_of(group: np.ndarray, spend: np.ndarray, seed: int = 0) -> float:
    return separations({"groups": group}, spend, 5, 20, seed)["groups"].value


def test_groups_that_are_the_spend_are_perfect() -> None:
    group = np.arange(300) % 3
    assert gini_of(group, np.array([0.0, 10.0, 50.0])[group]) == pytest.approx(1.0)


def test_one_group_for_all_says_nothing() -> None:
    assert gini_of(np.zeros(200, dtype=np.int64), np.arange(200.0)) == pytest.approx(0.0, abs=0.05)


def test_many_groups_of_noise_gain_nothing() -> None:
    generator = np.random.default_rng(0)
    spend = np.where(generator.random(4_000) < 0.2, generator.lognormal(3, 1, 4_000), 0.0)
    found = [gini_of(np.random.default_rng(seed).integers(0, 200, 4_000), spend, seed) for seed in range(8)]
    assert abs(np.mean(found)) < 0.05


def test_without_spend_there_is_no_figure() -> None:
    assert np.isnan(gini_of(np.arange(50) % 2, np.zeros(50)))


def test_the_perfect_gini_of_one_spender_among_n() -> None:
    # All but one of n spend nothing: area 1 - 1 / (2 n), so the Gini is 1 - 1 / n.
    spend = np.zeros(10)
    spend[3] = 7.0
    np.testing.assert_allclose(perfect_gini(np.ones((1, 10)), spend), [0.9])


def test_a_paired_gain_is_zero_over_itself_and_certain_over_noise() -> None:
    generator = np.random.default_rng(1)
    group = np.arange(2_000) % 2
    spend = np.where(generator.random(2_000) < np.where(group == 1, 0.5, 0.05), 10.0, 0.0)
    draws = separations({"a": group, "b": group, "noise": generator.integers(0, 2, 2_000)}, spend, 5, 100, 0)
    same = draws["a"].minus(draws["b"]).estimate(0.95)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    low = draws["a"].minus(draws["noise"]).estimate(0.95).low
    assert low is not None
    assert low > 0.1


def test_variance_shares_at_their_limits() -> None:
    group = np.arange(90) % 3
    assert epsilon_squared(group, group.astype(float)) == pytest.approx(1.0)
    assert np.isnan(epsilon_squared(group, np.ones(90)))
    assert np.isnan(epsilon_squared(np.arange(5), np.arange(5.0)))
    # By hand: both means are that of all, so that total and within are 4: 1 - (4 / 2) / (4 / 3) = -0.5.
    assert epsilon_squared(np.array([0, 0, 1, 1]), np.array([0.0, 2.0, 2.0, 0.0])) == pytest.approx(-0.5)


@given(st.integers(2, 6), st.integers(0, 1_000))
def test_rank_shares_do_not_depend_on_the_unit_of_spend(groups: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    group, spend = generator.integers(0, groups, 60), generator.lognormal(size=60)
    assert rank_epsilon_squared(group, spend) == pytest.approx(rank_epsilon_squared(group, np.log(spend)))
    assert rank_epsilon_squared(group, spend) <= 1.0
