"""Thresholds against published laws, exact tails of rare values, and their limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.components import ordered_components, share_components
from ml_assets.monitoring.gate.thresholds import critical_value, thresholds

NO_FLOORS = DriftConfig(location_floor=0.0, shape_floor=0.0, share_floor=0.0, floor_errors=0.0)


@pytest.mark.parametrize("skewness", [-1.5, -0.3, 0.0, 0.3, 1.5])
def test_quantiles_are_those_of_pearson_type_three(skewness: float) -> None:
    tails = np.array([1e-5, 1e-3, 0.1])
    found = critical_value(tails, np.full(3, skewness))
    assert found == pytest.approx(stats.pearson3.isf(tails, skewness), rel=1e-6)


@pytest.mark.parametrize("expected", [1, 3, 10, 100])
@pytest.mark.parametrize(("reference_rows", "current_rows"), [(20_000, 500), (20_000, 5_000), (500, 20_000)])
def test_rare_values_alarm_as_often_as_said(reference_rows: int, current_rows: int, expected: int) -> None:
    # Of all divisions of the rows, by the hypergeometric law: as many as said, or fewer, since counts are whole.
    alpha, rows = 4e-4, reference_rows + current_rows
    ones = expected * rows // min(reference_rows, current_rows)
    counts = np.arange(min(ones, current_rows) + 1.0)
    current = np.stack([current_rows - counts, counts], axis=-1)
    reference = np.stack([reference_rows - (ones - counts), ones - counts], axis=-1)
    is_possible = reference.min(axis=-1) >= 0
    components = share_components(reference[is_possible], current[is_possible])
    is_alarm = np.abs(components.effect) >= thresholds(components, alpha, NO_FLOORS)
    chance = stats.hypergeom.pmf(counts[is_possible], rows, ones, current_rows)[is_alarm[:, 0]].sum()
    assert chance <= 1.3 * alpha


def test_more_rows_need_less_until_the_floor() -> None:
    config = DriftConfig()
    shape = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    limits = [thresholds(ordered_components(shape * n, shape * n), 0.001, config) for n in (500, 5_000, 10**9)]
    assert np.all(limits[0] > limits[1])
    assert np.all(limits[1] > limits[2])
    assert limits[2] == pytest.approx([config.location_floor, config.shape_floor, config.shape_floor], rel=1e-3)


def test_a_share_has_its_own_floor() -> None:
    config = DriftConfig()
    components = share_components(np.array([5e8, 5e8]), np.array([5e8, 5e8]))
    assert thresholds(components, 0.001, config)[0] == pytest.approx(config.share_floor, rel=1e-2)


def test_rows_that_hang_together_need_more() -> None:
    components = ordered_components(np.full(10, 900.0), np.full(10, 100.0))
    plain = thresholds(components, 0.001, NO_FLOORS)
    clustered = thresholds(components, 0.001, NO_FLOORS, inflation=np.full(3, 4.0))
    few = thresholds(components, 0.001, NO_FLOORS, inflation=np.full(3, 4.0), freedom=np.full(3, 5.0))
    assert clustered[0] == pytest.approx(2.0 * plain[0], rel=0.05)
    # Three quarters of the variance are shocks, whose square may stand in spread and shape.
    assert clustered[1:] == pytest.approx(2.0 * plain[1:] + 0.75 * clustered[0] ** 2, rel=0.05)
    tail = 0.001 * 0.5 / 2
    assert few[0] / clustered[0] == pytest.approx(stats.t.isf(tail, 5) / stats.norm.isf(tail))


def test_beyond_the_ceiling_an_effect_is_drift_however_little_is_known_of_months() -> None:
    config = DriftConfig()
    components = ordered_components(np.full(10, 900.0), np.full(10, 100.0))
    unsure = thresholds(components, 0.001, config, inflation=np.full(3, 10.0), freedom=np.full(3, 1.0))
    assert unsure == pytest.approx([config.ceiling] * 3)
    # Months that differ by as much as that are no news, however well that is known.
    differing = thresholds(components, 0.001, config, inflation=np.full(3, 1e3), freedom=np.full(3, 1.0))
    known = thresholds(components, 0.001, NO_FLOORS, inflation=np.full(3, 1e3))
    assert differing[0] == pytest.approx(1.4 * known[0])
    assert differing[0] > 2.0 * config.ceiling


def test_a_component_that_does_not_exist_can_never_be_drift() -> None:
    components = ordered_components(np.array([10.0, 20.0]), np.array([10.0, 20.0]))
    limits = thresholds(components, 0.01, DriftConfig(), freedom=np.array([np.inf, 3.0, np.inf]))
    assert np.isfinite(limits[0])
    assert np.all(np.isinf(limits[1:]))
