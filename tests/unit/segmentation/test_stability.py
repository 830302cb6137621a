"""Stability beside a null: groups exceed it, and a cloud, a square or a single rank do not."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.segmentation.config import StabilityConfig
from ml_assets.segmentation.k_means import KMeansMethod
from ml_assets.segmentation.partition import Placed
from ml_assets.segmentation.stability import Stability, exceeding, mean_estimate, silhouette, stability, structureless
from tests.unit.segmentation.made import blobs

CONFIG = StabilityConfig(rows=300, pairs=6)
NORMAL, RANKS = np.array([False, False]), np.array([True, True])


def test_groups_are_found_again_and_exceed_the_null() -> None:
    found = stability(blobs(300, [(0, 0), (5, 0), (0, 5)])[0], NORMAL, KMeansMethod(3, 3), CONFIG, 1)
    assert found.found.min() > 0.95
    assert exceeding([found], 0.95, 1) == [True]
    assert found.gain > 0.8


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_quarters_of_a_square_are_stable_and_do_not_exceed_the_null_of_ranks(seed: int) -> None:
    square = np.random.default_rng(seed).random((2_000, 2))
    found = stability(square, RANKS, KMeansMethod(4, 3), StabilityConfig(rows=2_000, pairs=4), seed)
    assert found.found.mean() > 0.8
    assert exceeding([found], 0.98, seed) == [False]


def test_the_null_has_the_moments_of_the_data_and_no_groups() -> None:
    rows = blobs(3_000, [(0, 0), (5, 5)])[0]
    null = structureless(rows, NORMAL, np.random.default_rng(0))
    np.testing.assert_allclose(null.mean(axis=0), rows.mean(axis=0), atol=0.2)
    np.testing.assert_allclose(np.cov(null.T), np.cov(rows.T), rtol=0.1)
    ranks = structureless(rows, RANKS, np.random.default_rng(0))
    np.testing.assert_allclose(ranks.std(axis=0), rows.std(axis=0), rtol=0.05)
    assert np.ptp(ranks[:, 0]) <= np.sqrt(12.0) * rows[:, 0].std()
    constant = structureless(np.ones((5, 2)), NORMAL, np.random.default_rng(0))
    np.testing.assert_array_equal(constant, np.ones((5, 2)))


def test_the_same_seed_gives_the_same_figures() -> None:
    rows = blobs(200, [(0, 0), (2, 0)])[0]
    first, second = (stability(rows, NORMAL, KMeansMethod(2, 2), CONFIG, 3) for _ in range(2))
    np.testing.assert_array_equal(first.found, second.found)
    np.testing.assert_array_equal(first.null, second.null)


def test_gain_is_the_share_of_the_way_from_the_null_to_one() -> None:
    assert Stability(np.array([0.9, 0.9]), np.array([0.5, 0.7])).gain == pytest.approx(0.75)
    assert Stability(np.ones(3), np.ones(3)).gain == 0.0


def test_what_never_varies_exceeds_the_null_only_where_it_is_above_it() -> None:
    assert exceeding([Stability(np.ones(4), np.zeros(4)), Stability(np.ones(4), np.ones(4))], 0.95, 0) == [True, False]
    assert exceeding([Stability(np.zeros(4), np.ones(4))], 0.95, 0) == [False]
    assert exceeding([], 0.95, 0) == []


def test_a_lead_counts_against_the_largest_of_all_that_were_tried() -> None:
    """Three pairs allow twenty divisions: alone the lead is the largest of them, among noisy settings it is not."""
    lead = Stability(np.array([0.8, 0.81, 0.82]), np.array([0.7, 0.71, 0.72]))
    assert exceeding([lead], 0.95, 0) == [True]
    noise = [
        Stability(np.roll(values, shift)[:3], np.roll(values, shift)[3:])
        for values in (np.array([0.1, 0.11, 0.12, 0.9, 0.91, 0.92]),)
        for shift in range(6)
    ]
    assert exceeding([lead, *noise], 0.95, 0)[0] is False


def test_without_structure_seldom_any_of_many_settings_exceeds_the_null() -> None:
    """At 0.9, at most about a tenth of worlds; without regard to the number of settings it would be nearly all."""
    worlds = np.random.default_rng(5).normal(0.7, 0.1, (150, 20, 12))
    together = [any(exceeding([Stability(each[:6], each[6:]) for each in world], 0.9, 3)) for world in worlds]
    alone = [any(exceeding([Stability(each[:6], each[6:])], 0.9, 3) == [True] for each in world) for world in worlds]
    assert np.mean(together) <= 0.16
    assert np.mean(alone) > 0.6


def test_settings_that_say_the_same_cost_nothing() -> None:
    found = np.random.default_rng(1).normal(0.8, 0.05, 8)
    one = Stability(found, found - 0.06)
    assert exceeding([one], 0.95, 0) == [True]
    assert exceeding([one] * 12, 0.95, 0) == [True] * 12


def test_a_mean_without_spread_has_an_interval_of_no_length() -> None:
    found = mean_estimate(np.full(5, 0.8), 0.95)
    assert found.low == pytest.approx(0.8)
    assert found.high == pytest.approx(0.8)


def test_the_silhouette_leaves_noise_out_and_needs_two_segments() -> None:
    rows, group = blobs(60, [(0, 0), (9, 0)])
    label = group.astype(np.int64)
    inside = Placed(label, np.zeros(60, bool), np.ones(60))
    value = silhouette(rows, inside, 1_000, 0)
    assert value is not None
    assert value > 0.9
    assert silhouette(rows, Placed(label, label == 1, np.ones(60)), 1_000, 0) is None
