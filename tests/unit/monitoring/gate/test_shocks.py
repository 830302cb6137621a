"""Likelihoods and predictions of shocks against dense matrices and laws that are known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ml_assets.monitoring.gate.shocks import CORRELATIONS, POINTS, STRENGTHS, OnGrid, Stretches, on_grid

POINTS_IN_ORDER = [(0.0, 0.0), *((strength, each) for each in CORRELATIONS for strength in STRENGTHS)]
ROWS = np.array([400.0, 900.0, 250.0, 600.0, 700.0])
DISTANCE = np.array([6.5, 5.0, 4.0, 2.0, 1.0])


def drawn(seed: int, noise: float = 1.0) -> Stretches:
    generator = np.random.default_rng(seed)
    means = generator.normal(size=(3, 5)) * 0.2
    means -= (means * ROWS).sum(axis=1, keepdims=True) / ROWS.sum()
    return Stretches(ROWS, DISTANCE, means, np.array([noise, 0.4 * noise, 2.5 * noise]))


def by_hand(means: np.ndarray, noise: float, strength: float, correlation: float) -> tuple[float, float, float]:
    """Return likelihood, shift and variance from dense matrices, with contrasts that no level moves."""
    apart = np.abs(DISTANCE[:, None] - DISTANCE)
    alike = np.where(apart == 0.0, 1.0, correlation**apart)
    covariance = noise * np.diag(1.0 / ROWS) + strength**2 * alike
    contrasts = np.linalg.svd(np.ones((1, 5)))[2][1:]
    likelihood = stats.multivariate_normal.logpdf(contrasts @ means, np.zeros(4), contrasts @ covariance @ contrasts.T)
    # The level as a shock of the same sign in all stretches, of so large a variance that nothing is known of it.
    vague = 1e6
    of_both = covariance + vague
    ahead = strength**2 * correlation**DISTANCE + vague
    weights = np.linalg.solve(of_both, ahead)
    left = strength**2 + vague - ahead @ weights
    return float(likelihood), float(weights @ means), float(left) - noise / ROWS.sum()


@pytest.mark.parametrize("point", [0, 5, 12, 20, 40, 48, POINTS - 4])
def test_against_dense_matrices(point: int) -> None:
    found, grid = drawn(1), on_grid(drawn(1))
    strength, correlation = POINTS_IN_ORDER[point]
    for place in range(3):
        likelihood, shift, variance = by_hand(found.means[place], found.noise[place], strength, correlation)
        of_none = by_hand(found.means[place], found.noise[place], 0.0, 0.0)[0]
        assert grid.log_likelihood[place, point] - grid.log_likelihood[place, 0] == pytest.approx(
            likelihood - of_none, abs=1e-6
        )
        assert grid.shift[place, point] == pytest.approx(shift, abs=1e-4)
        assert grid.variance[place, point] == pytest.approx(variance, abs=1e-4)


def test_without_shocks_nothing_is_added() -> None:
    grid = on_grid(drawn(2))
    assert grid.shift[:, 0] == pytest.approx(np.zeros(3), abs=1e-12)
    assert grid.variance[:, 0] == pytest.approx(np.zeros(3), abs=1e-12)


def test_independent_shocks_add_those_of_the_new_stretch_and_of_the_mean() -> None:
    alike = Stretches(np.full(8, 1e9), np.arange(8.0, 0.0, -1.0), np.zeros((1, 8)), np.ones(1))
    grid = on_grid(alike)
    place = POINTS_IN_ORDER.index((STRENGTHS[9], 0.0))
    assert grid.variance[0, place] == pytest.approx(STRENGTHS[9] ** 2 * (1.0 + 1.0 / 8.0), rel=1e-4)
    assert grid.shift[0, place] == pytest.approx(0.0, abs=1e-9)


def likeliest(grid: OnGrid) -> list[tuple[float, float]]:
    return [POINTS_IN_ORDER[place] for place in np.argmax(grid.log_likelihood, axis=1)]


def test_the_likeliest_point_is_that_of_the_law_drawn_from() -> None:
    generator, count = np.random.default_rng(3), 4_000
    shocks = [generator.normal(size=3) * 0.4]
    for _ in range(count - 1):
        shocks.append(0.9 * shocks[-1] + np.sqrt(1.0 - 0.9**2) * 0.4 * generator.normal(size=3))
    rows = np.full(count // 8, 500.0)
    means = np.array(shocks)[: len(rows)].T + generator.normal(size=(3, len(rows))) / np.sqrt(500.0)
    means -= means.mean(axis=1, keepdims=True)
    distance = np.arange(float(len(rows)), 0.0, -1.0)
    for strength, correlation in likeliest(on_grid(Stretches(rows, distance, means, np.ones(3)))):
        assert strength == pytest.approx(0.39, rel=0.55)
        assert correlation == 0.9
    quiet = Stretches(rows, distance, generator.normal(size=(3, len(rows))) / np.sqrt(500.0), np.ones(3))
    assert all(strength <= 0.011 for strength, _ in likeliest(on_grid(quiet)))


def test_lasting_shocks_lead_on_where_the_last_stretches_went() -> None:
    means = np.array([[-0.4, -0.3, 0.0, 0.3, 0.4]])
    found = Stretches(np.full(5, 1e6), np.arange(5.0, 0.0, -1.0), means, np.ones(1))
    far = Stretches(found.rows, found.distance + 30.0, means, np.ones(1))
    place = POINTS_IN_ORDER.index((STRENGTHS[10], 0.9))
    assert 0.25 < on_grid(found).shift[0, place] < 0.4
    assert on_grid(far).shift[0, place] == pytest.approx(0.0, abs=0.08)
    assert on_grid(far).variance[0, place] > 2.0 * on_grid(found).variance[0, place]


def test_a_score_without_noise_is_no_error() -> None:
    means = np.array([[0.0] * 5, [-0.2, 0.1, 0.0, 0.2, -0.1]])
    grid = on_grid(Stretches(ROWS, DISTANCE, means, np.zeros(2)))
    assert np.all(np.isfinite(grid.log_likelihood))
    assert np.argmax(grid.log_likelihood[0]) == 0
    assert STRENGTHS[7] <= likeliest(grid)[1][0] <= STRENGTHS[11]


def test_one_stretch_tells_nothing_of_strength() -> None:
    grid = on_grid(Stretches(np.array([500.0]), np.array([1.0]), np.zeros((1, 1)), np.ones(1)))
    assert grid.log_likelihood == pytest.approx(np.full((1, POINTS), grid.log_likelihood[0, 0]))
    place = POINTS_IN_ORDER.index((STRENGTHS[9], 0.0))
    assert grid.variance[0, place] == pytest.approx(2.0 * STRENGTHS[9] ** 2)
