"""Effects and their moments against plain loops and all divisions of a few rows; what leaves them unmoved."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ml_assets.monitoring.gate.components import (
    Components,
    indicator_scores,
    ordered_components,
    polynomial_scores,
    share_components,
)

COUNTS = arrays(np.float64, 6, elements=st.integers(1, 40).map(float))


def test_effects_of_two_cells_by_hand() -> None:
    # Shares of the second cell: 10 of 40, 30 of 60; pooled 0.4, with a standard deviation of sqrt(0.24).
    reference, current = np.array([30.0, 10.0]), np.array([30.0, 30.0])
    expected = 0.25 / np.sqrt(0.24)
    for components in (ordered_components(reference, current), share_components(reference, current)):
        assert components.effect[0] == pytest.approx(expected)
        assert components.third_moment[0] == pytest.approx((1.0 - 2.0 * 0.4) / np.sqrt(0.24))
        assert components.weight[0] == 1.0


def test_a_normal_shift_has_nearly_its_size() -> None:
    edges = stats.norm.ppf(np.linspace(0, 1, 65))
    reference, current = np.diff(stats.norm.cdf(edges)) * 1e6, np.diff(stats.norm.cdf(edges - 0.1)) * 1e6
    location, spread, shape = ordered_components(reference, current).effect
    assert location == pytest.approx(0.098, abs=0.001)
    assert abs(spread) < 0.001
    assert abs(shape) < 0.02


def test_spread_is_told_from_location() -> None:
    reference, current = np.array([10.0, 30.0, 20.0, 30.0, 10.0]), np.array([30.0, 10.0, 20.0, 10.0, 30.0])
    location, spread, shape = ordered_components(reference, current).effect
    assert location == pytest.approx(0.0, abs=1e-12)
    assert shape == pytest.approx(0.0, abs=1e-12)
    assert spread > 0.5


@given(COUNTS)
def test_scores_are_orthonormal_in_both_windows_together(pooled: np.ndarray) -> None:
    share = pooled / pooled.sum()
    scores = np.vstack([np.ones(6), polynomial_scores(pooled)])
    assert scores * share @ scores.T == pytest.approx(np.eye(4), abs=1e-8)
    indicators = indicator_scores(pooled)
    assert indicators @ share == pytest.approx(np.zeros(6), abs=1e-12)
    assert indicators**2 @ share == pytest.approx(np.ones(6))


@given(COUNTS, COUNTS)
def test_scores_are_polynomials_of_mid_ranks(reference: np.ndarray, current: np.ndarray) -> None:
    pooled = reference + current
    middle, below = [], 0.0
    for count in pooled.tolist():
        middle.append(below + count / 2)
        below += count
    powers = np.vander(np.array(middle) / below, 4, increasing=True) * np.sqrt(pooled / below)[:, None]
    basis = np.linalg.qr(powers)[0].T[1:] / np.sqrt(pooled / below)
    expected = np.abs(basis @ (current / current.sum() - reference / reference.sum()))
    assert np.abs(ordered_components(reference, current).effect) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("measure", [ordered_components, share_components])
def test_moments_are_those_of_all_divisions_of_the_rows(measure: object) -> None:
    rows, size = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3]), 3
    found = [_components(measure, rows, chosen) for chosen in combinations(range(len(rows)), size)]
    effects = np.array([each.effect for each in found])
    assert effects.mean(axis=0) == pytest.approx(np.zeros(effects.shape[1]), abs=1e-12)
    assert effects.std(axis=0) == pytest.approx(np.full(effects.shape[1], found[0].error[0]))
    assert stats.skew(effects, axis=0) == pytest.approx(found[0].skewness, abs=1e-9)


def _components(measure: object, rows: np.ndarray, chosen: tuple[int, ...]) -> Components:
    is_current = np.isin(np.arange(len(rows)), chosen)
    counts = [np.bincount(rows[part], minlength=4).astype(np.float64) for part in (~is_current, is_current)]
    result: Components = measure(*counts)  # type: ignore[operator]
    return result


@given(COUNTS)
def test_equal_windows_have_no_effect_and_swapped_ones_the_opposite(counts: np.ndarray) -> None:
    other = counts[::-1].copy()
    for measure in (ordered_components, share_components):
        assert measure(counts, counts * 3).effect == pytest.approx(0.0, abs=1e-9)
        assert measure(counts, other).effect == pytest.approx(-measure(other, counts).effect, abs=1e-9)


@settings(deadline=None)
@given(arrays(np.float64, (3, 2, 5), elements=st.integers(1, 30).map(float)))
def test_many_draws_at_once_are_the_same_as_one_by_one(counts: np.ndarray) -> None:
    for measure in (ordered_components, share_components):
        together = measure(counts[:, 0], counts[:, 1])
        for place in range(3):
            alone = measure(counts[place, 0], counts[place, 1])
            assert together.effect[place] == pytest.approx(alone.effect)
            assert together.error[place] == pytest.approx(alone.error)
            assert together.skewness[place] == pytest.approx(alone.skewness)
            assert together.weight[place] == pytest.approx(alone.weight)


@pytest.mark.parametrize(("cells", "existing"), [(1, 0), (2, 1), (3, 2), (4, 3), (9, 3)])
def test_few_cells_have_few_components(cells: int, existing: int) -> None:
    components = ordered_components(np.arange(2.0, cells + 2), np.arange(cells + 1, 1.0, -1))
    assert np.count_nonzero(components.weight) == existing
    assert components.weight.sum() == pytest.approx(1.0 if existing else 0.0)


def test_a_cell_that_holds_all_rows_or_none_is_no_component() -> None:
    components = share_components(np.array([9.0, 0.0, 0.0]), np.array([4.0, 0.0, 0.0]))
    assert components.weight.tolist() == [0.0, 0.0, 0.0]
    assert components.effect.tolist() == [0.0, 0.0, 0.0]
