"""Thresholds against exact tails of rare values, what widens them, and their limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.components import ordered_components, share_components
from ml_assets.monitoring.gate.entities import Spread
from ml_assets.monitoring.gate.laws import Mixture
from ml_assets.monitoring.gate.thresholds import thresholds

NO_FLOORS = DriftConfig(location_floor=0.0, shape_floor=0.0, share_floor=0.0, floor_errors=0.0)


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


def test_rows_of_one_entity_need_more() -> None:
    components = ordered_components(np.full(10, 900.0), np.full(10, 100.0))
    plain = thresholds(components, 0.001, NO_FLOORS)
    clustered = thresholds(components, 0.001, NO_FLOORS, Spread(np.full(3, 4.0), np.full(3, np.inf)))
    few = thresholds(components, 0.001, NO_FLOORS, Spread(np.full(3, 4.0), np.full(3, 5.0)))
    assert clustered == pytest.approx(2.0 * plain, rel=0.05)
    tail = 0.001 * 0.5 / 2
    assert few[0] / clustered[0] == pytest.approx(stats.t.isf(tail, 5) / stats.norm.isf(tail))


def shocks(shift: float, variance: float) -> Mixture:
    """Return shocks of the location that are known, of a column whose spread and shape have none."""
    return Mixture(np.ones((3, 1)), np.array([[shift], [0.0], [0.0]]), np.array([[variance], [0.0], [0.0]]))


def test_shocks_of_periods_need_more_and_bend_spread_and_shape() -> None:
    components = ordered_components(np.full(10, 900.0), np.full(10, 100.0))
    plain = thresholds(components, 0.001, NO_FLOORS)
    variance = 3.0 * float(components.error[0]) ** 2
    shaken = thresholds(components, 0.001, NO_FLOORS, shocks=shocks(0.0, variance))
    assert shaken[0] == pytest.approx(2.0 * plain[0], rel=0.01)
    # Three quarters of the variance are shocks, whose square may stand in spread and shape.
    assert shaken[1:] == pytest.approx(plain[1:] + 0.75 * shaken[0] ** 2, rel=0.01)
    none = thresholds(components, 0.001, NO_FLOORS, shocks=shocks(0.0, 0.0))
    assert none == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize(("moved", "led"), [(1.0, 0.2), (-1.0, 0.0)])
def test_where_shocks_led_more_is_needed_but_not_less_the_other_way(moved: float, led: float) -> None:
    slope = np.linspace(-moved, moved, 10)
    components = ordered_components(np.full(10, 900.0), 100.0 + slope)
    plain = thresholds(components, 0.001, NO_FLOORS)
    assert thresholds(components, 0.001, NO_FLOORS, shocks=shocks(0.2, 0.0))[0] == pytest.approx(
        plain[0] + led, rel=1e-3
    )


def test_a_component_that_does_not_exist_can_never_be_drift() -> None:
    components = ordered_components(np.array([10.0, 20.0]), np.array([10.0, 20.0]))
    limits = thresholds(components, 0.01, DriftConfig(), Spread(np.ones(3), np.array([np.inf, 3.0, np.inf])))
    assert np.isfinite(limits[0])
    assert np.all(np.isinf(limits[1:]))
