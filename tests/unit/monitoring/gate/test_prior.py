"""Which strengths are usual: most columns none and a few strong ones, nobody by its own word alone."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.monitoring.gate.prior import independent_number, posteriors
from ml_assets.monitoring.gate.shocks import CORRELATIONS, POINTS, STRENGTHS, Stretches, on_grid

COUNT, ROWS = 24, 600.0
STRENGTH = np.array([0.0, *STRENGTHS * len(CORRELATIONS)])


def likelihoods(shocks: np.ndarray, seed: int) -> np.ndarray:
    """Return the log-likelihoods of columns, 12 stretches each, whose shocks have these standard deviations."""
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(len(shocks), 12)) * np.sqrt(shocks[:, None] ** 2 + 1.0 / ROWS)
    means -= means.mean(axis=1, keepdims=True)
    found = Stretches(np.full(12, ROWS), np.arange(12.0, 0.0, -1.0), means, np.ones(len(shocks)))
    return on_grid(found).log_likelihood


def expected_strength(likelihood: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    counts = np.ones(len(likelihood)) if weight is None else weight
    return np.asarray(np.sqrt(posteriors(likelihood, counts, np.arange(len(likelihood))) @ STRENGTH**2))


def test_most_columns_can_have_no_shocks_and_a_few_strong_ones() -> None:
    shocks = np.where(np.arange(COUNT) < 3, 0.5, 0.0)
    found = expected_strength(likelihoods(shocks, 1))
    assert np.all(found[3:] < 0.03)
    assert np.all((found[:3] > 0.3) & (found[:3] < 1.0))


def test_columns_tell_each_other_how_strong_shocks_usually_are() -> None:
    # A column whose twelve stretches happened to be calm, among others that are not, is not taken at its word.
    likelihood = likelihoods(np.full(COUNT, 0.2), 2)
    calm = likelihoods(np.zeros(1), 3)
    among, alone = expected_strength(np.vstack([calm, likelihood]))[0], expected_strength(calm)[0]
    assert among > alone
    spread = np.log(expected_strength(likelihood))
    apart = np.log([expected_strength(each[None])[0] for each in likelihood])
    assert spread.std() < 0.7 * apart.std()


def test_a_column_does_not_tell_of_itself() -> None:
    quiet, loud = likelihoods(np.zeros(COUNT), 4), likelihoods(np.full(1, 0.5), 5)
    both = np.vstack([quiet, loud])
    with_own = posteriors(both, np.ones(COUNT + 1), np.arange(COUNT + 1))
    without = posteriors(both, np.append(np.ones(COUNT), 0.0), np.arange(COUNT + 1))
    assert with_own[-1] == pytest.approx(without[-1], abs=0.02)


def test_what_does_not_count_tells_nothing_and_is_told_all_the_same() -> None:
    quiet, loud = likelihoods(np.zeros(COUNT), 6), likelihoods(np.full(COUNT, 0.5), 7)
    counts = np.repeat([1.0, 0.0], COUNT)
    found = posteriors(np.vstack([quiet, loud]), counts, np.arange(2 * COUNT))
    alone = posteriors(quiet, np.ones(COUNT), np.arange(COUNT))
    assert found[:COUNT] == pytest.approx(alone)
    assert np.all(np.sqrt(found[COUNT:] @ STRENGTH**2) > 0.2)


def test_probabilities_are_positive_and_sum_to_one() -> None:
    found = posteriors(likelihoods(np.linspace(0.0, 1.0, COUNT), 8), np.full(COUNT, 0.4), np.arange(COUNT) // 3)
    assert found.shape == (COUNT, POINTS)
    assert found.sum(axis=1) == pytest.approx(np.ones(COUNT))
    flat = posteriors(np.zeros((2, POINTS)), np.ones(2), np.arange(2))
    assert flat == pytest.approx(np.full((2, POINTS), 1.0 / POINTS))


def test_number_of_independent_series() -> None:
    generator = np.random.default_rng(9)
    one, series = generator.normal(size=(1, 13)), generator.normal(size=(40, 13))
    weight = np.full(40, 0.5)
    assert independent_number(series, weight) == pytest.approx(20.0)
    assert independent_number(np.repeat(one, 40, axis=0), weight) == pytest.approx(1.0)
    halves = np.repeat(generator.normal(size=(2, 400)), 20, axis=0)
    assert independent_number(halves, weight) == pytest.approx(2.0, rel=0.05)
    assert independent_number(np.ones((4, 13)), np.ones(4)) == 0.0


def test_gaps_in_a_series_are_no_error() -> None:
    series = np.random.default_rng(10).normal(size=(6, 13))
    series[2, :5] = np.nan
    assert 3.0 < independent_number(series, np.ones(6)) <= 6.0
