"""Tails and quantiles against the library's Pearson laws, and mixtures of them by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from ml_assets.monitoring.gate.laws import Mixture, critical_value, mixture_quantile, tail_beyond


@pytest.mark.parametrize("skewness", [-1.5, -0.3, 0.0, 0.3, 1.5])
def test_quantiles_are_those_of_pearson_type_three(skewness: float) -> None:
    tails = np.array([1e-5, 1e-3, 0.1])
    found = critical_value(tails, np.full(3, skewness))
    assert found == pytest.approx(stats.pearson3.isf(tails, skewness), rel=1e-6)


@pytest.mark.parametrize("skewness", [-1.5, -0.3, 0.0, 0.3, 1.5])
def test_tails_are_those_of_pearson_type_three(skewness: float) -> None:
    values = np.array([-2.0, 0.5, 1.0, 4.0])
    found = tail_beyond(values, np.full(4, skewness))
    assert found == pytest.approx(stats.pearson3.sf(values, skewness), rel=1e-6, abs=1e-15)


def test_a_single_law_has_its_own_quantile() -> None:
    tail, error, skewness = np.array([1e-4, 1e-3]), np.array([0.02, 0.3]), np.array([0.4, -0.2])
    none = Mixture(np.ones((2, 1)), np.zeros((2, 1)), np.zeros((2, 1)))
    found = mixture_quantile(tail, error, skewness, np.full(2, 3.0), none)
    assert found == pytest.approx(critical_value(tail, skewness) * error, rel=1e-5)


def test_a_mixture_by_hand() -> None:
    probability, shift, variance = np.array([0.7, 0.2, 0.1]), np.array([0.0, 0.1, 0.3]), np.array([0.0, 0.01, 0.25])
    error, tail = 0.05, 1e-3

    def excess(value: float) -> float:
        return float(probability @ stats.norm.sf(value, shift, np.sqrt(error**2 + variance))) - tail

    mixture = Mixture(probability[None], shift[None], variance[None])
    found = mixture_quantile(np.array([tail]), np.array([error]), np.zeros(1), np.zeros(1), mixture)
    assert found[0] == pytest.approx(optimize.brentq(excess, 0.0, 10.0), rel=1e-5)


def quantile_of_one_shock(skewness: float, third_moment: float) -> float:
    """Return the quantile where rows and shocks have the same variance, 0.01."""
    known = Mixture(np.ones((1, 1)), np.zeros((1, 1)), np.full((1, 1), 0.01))
    return float(
        mixture_quantile(np.array([1e-3]), np.array([0.1]), np.array([skewness]), np.array([third_moment]), known)[0]
    )


def test_shocks_are_not_skewed_like_rows() -> None:
    # Half the variance is the rows', so their third moment counts 1 / sqrt(8) as much.
    expected = np.sqrt(0.02) * stats.pearson3.isf(1e-3, 0.8 / np.sqrt(8.0))
    assert quantile_of_one_shock(0.8, 0.0) == pytest.approx(expected, rel=1e-5)
    assert quantile_of_one_shock(0.8, -2.0) == pytest.approx(expected, rel=1e-5)


def test_shocks_of_rare_values_are_skewed() -> None:
    expected = np.sqrt(0.02) * stats.pearson3.isf(1e-3, 3.0 * 4.0 * 0.1 / np.sqrt(8.0))
    assert quantile_of_one_shock(0.0, 4.0) == pytest.approx(expected, rel=1e-5)


def test_shocks_of_log_odds_are_as_skewed_as_said() -> None:
    # A share of 0.05 whose log-odds differ by a standard deviation of 0.2 from month to month.
    generator, share = np.random.default_rng(5), 0.05
    scale = np.sqrt(share * (1.0 - share))
    log_odds = np.log(share / (1.0 - share)) + 0.2 * generator.normal(size=400_000)
    score = (1.0 / (1.0 + np.exp(-log_odds)) - share) / scale
    third_moment = (1.0 - 2.0 * share) / scale
    assert stats.skew(score) == pytest.approx(3.0 * third_moment * score.std(), rel=0.1)
