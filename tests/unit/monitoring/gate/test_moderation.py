"""Variances that are alike are drawn together, those that are not keep their own; against the published formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from ml_assets.monitoring.gate.moderation import independent_number, moderated

ALL = np.ones(200, dtype=np.bool_)


def variances(generator: np.random.Generator, true: np.ndarray, freedom: int) -> np.ndarray:
    return np.asarray(true * stats.chi2.rvs(freedom, size=len(true), random_state=generator) / freedom)


def independent(generator: np.random.Generator, count: int) -> np.ndarray:
    return np.asarray(generator.normal(size=(count, 13)))


def test_variances_that_differ_by_chance_become_one() -> None:
    generator = np.random.default_rng(1)
    found = moderated(variances(generator, np.full(200, 3.0), 12), np.full(200, 12.0), independent(generator, 200), ALL)
    assert np.median(found.ratio) == pytest.approx(3.0, rel=0.1)
    assert np.quantile(found.ratio, 0.9) < 3.5
    assert np.median(found.freedom) > 60


def test_variances_of_a_known_law_are_worth_what_it_says() -> None:
    generator = np.random.default_rng(2)
    prior, typical = 6.0, 2.0
    true = typical * prior / stats.chi2.rvs(prior, size=4_000, random_state=generator)
    raw, all_of_them = variances(generator, true, 12), np.ones(4_000, dtype=np.bool_)
    found = moderated(raw, np.full(4_000, 12.0), independent(generator, 4_000), all_of_them)
    ordinary = raw < np.quantile(raw, 0.8)
    expected = (prior * typical + 12.0 * raw) / (prior + 12.0)
    assert found.ratio[ordinary] == pytest.approx(expected[ordinary], rel=0.2)
    assert np.median(found.freedom) == pytest.approx(prior + 12.0, rel=0.2)


def test_a_variance_far_above_the_rest_keeps_its_own() -> None:
    generator = np.random.default_rng(3)
    raw = variances(generator, np.ones(200), 12)
    raw[7] = 40.0
    found = moderated(raw, np.full(200, 12.0), independent(generator, 200), ALL)
    assert found.ratio[7] == 40.0
    assert found.freedom[7] == 12.0
    assert found.ratio[8] == pytest.approx(1.0, rel=0.2)


def test_one_variance_alone_stands_for_itself() -> None:
    generator = np.random.default_rng(4)
    found = moderated(np.array([5.0]), np.array([11.0]), independent(generator, 1), np.ones(1, dtype=np.bool_))
    assert found.ratio.tolist() == [5.0]
    assert found.freedom.tolist() == [11.0]


def test_columns_that_move_together_tell_no_more_than_one() -> None:
    generator = np.random.default_rng(5)
    one = generator.normal(size=(1, 13))
    found = moderated(np.full(200, 2.0), np.full(200, 12.0), np.repeat(one, 200, axis=0), ALL)
    assert found.freedom == pytest.approx(np.full(200, 12.0))


def test_a_component_that_never_moved_is_no_error() -> None:
    raw = np.array([0.0, 1.0, 1.2, 0.9])
    found = moderated(raw, np.full(4, 9.0), independent(np.random.default_rng(6), 4), np.ones(4, dtype=np.bool_))
    assert np.all(np.isfinite(found.ratio))
    assert np.all(found.ratio > 0.0)


def test_number_of_independent_series() -> None:
    series = np.array([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [-1.0, -1.0, 1.0, 1.0], [5.0, 5.0, 5.0, 5.0]])
    assert independent_number(series[:2]) == pytest.approx(2.0)
    assert independent_number(series[1:3]) == pytest.approx(1.0)
    assert independent_number(series) == pytest.approx(9 / 5)
    assert independent_number(series[3:]) == 1.0


def test_logarithms_of_variances_have_the_mean_that_the_formula_takes_out() -> None:
    raw = variances(np.random.default_rng(7), np.ones(100_000), 5)
    assert np.log(raw).mean() == pytest.approx(special.digamma(2.5) - np.log(2.5), abs=0.01)
