"""Stretches of the reference by hand, and their means and noise against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Block, blocks
from ml_assets.monitoring.gate.periods import Clusters, between, clusters, distances, stretches
from tests.unit.monitoring.gate.windows import numeric, window

MONTHS = np.arange("2017-01", "2018-02", dtype="datetime64[M]").astype("datetime64[D]")
WEEKS = np.datetime64("2015-05-03") + 7 * np.arange(12)
ROWS = 500
STRETCH = np.repeat(np.arange(12), ROWS)


def block_of(reference: np.ndarray, current: np.ndarray) -> Block:
    return blocks(window({"x": reference}), window({"x": current}), numeric("x"), DriftConfig())[0]


def laid(stretch: np.ndarray, entity: np.ndarray | None = None) -> Clusters:
    owners = np.arange(len(stretch)) if entity is None else entity
    return clusters(stretch, owners, np.arange(float(stretch.max() + 1), 0.0, -1.0))


def test_stretches_are_as_long_as_the_current_window_counted_from_the_end() -> None:
    assert stretches(MONTHS[:5], MONTHS[5:6]).tolist() == [0, 1, 2, 3, 4]
    assert stretches(MONTHS[:5], MONTHS[5:7]).tolist() == [0, 0, 0, 1, 1]
    assert stretches(MONTHS[[4, 0, 1, 3, 3]], MONTHS[5:7]).tolist() == [1, 0, 0, 1, 1]
    assert stretches(MONTHS[:3], MONTHS[5:12]).tolist() == [0, 0, 0]


def distance(reference: np.ndarray, current: np.ndarray) -> list[float]:
    return [float(each) for each in distances(reference, current, stretches(reference, current))]


def test_distances_are_counted_in_stretches() -> None:
    assert distance(WEEKS[:4], WEEKS[4:5]) == [4.0, 3.0, 2.0, 1.0]
    assert distance(WEEKS[[3, 0, 1, 2, 2]], WEEKS[9:10]) == [9.0, 8.0, 7.0, 6.0]
    assert distance(WEEKS[:6], WEEKS[6:8]) == [3.0, 2.0, 1.0]
    assert distance(MONTHS[:12], MONTHS[12:]) == pytest.approx(np.arange(12, 0, -1), abs=0.25)


def test_distances_know_of_stretches_that_are_lacking() -> None:
    assert distance(WEEKS[[0, 1, 2, 5, 6]], WEEKS[7:8]) == [7.0, 6.0, 5.0, 2.0, 1.0]


def test_a_window_within_the_reference_or_before_it_has_a_distance_too() -> None:
    assert distance(WEEKS[2:6], WEEKS[4:5]) == [2.0, 1.0, 0.0, -1.0]
    assert distance(WEEKS[2:6], WEEKS[:1]) == [-2.0, -3.0, -4.0, -5.0]
    assert distance(WEEKS[:1], WEEKS[2:3]) == [14.0]


def test_nearly_empty_stretches_are_not_compared() -> None:
    rows = laid(np.repeat(np.arange(5), [24, 25, 100, 100, 130]))
    assert rows.is_compared.tolist() == [False, True, True, True, True]
    assert rows.stretch_count == 4
    values = np.random.default_rng(1).normal(size=479)
    found = between(block_of(values[:379], values[379:]), rows)
    assert found.rows.tolist() == [25.0, 100.0, 100.0, 130.0]
    assert found.distance.tolist() == [4.0, 3.0, 2.0, 1.0]


def test_stretches_without_a_value_are_left_out() -> None:
    values = np.random.default_rng(2).normal(size=(13, ROWS))
    values[:9] = np.nan
    values[9, ::2] = np.nan
    found = between(block_of(values[:12].ravel(), values[12]), laid(STRETCH))
    assert found.rows.tolist() == [ROWS / 2, ROWS, ROWS]
    assert found.distance.tolist() == [3.0, 2.0, 1.0]
    assert (found.rows * found.means).sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-9)


def test_means_and_noise_by_a_loop() -> None:
    generator = np.random.default_rng(3)
    values = generator.normal(size=(13, ROWS)) + generator.normal(size=(13, 1)) * 0.2
    block = block_of(values[:12].ravel(), values[12])
    entity = generator.integers(0, 300, size=12 * ROWS)
    found = between(block, laid(STRETCH, entity))
    for place, scores in enumerate(block.components.scores):
        score = scores[block.code[: 12 * ROWS]]
        score = score - score.mean()
        noise = 0.0
        for stretch in range(12):
            inside = score[stretch == STRETCH]
            assert found.means[place, stretch] == pytest.approx(inside.mean())
            owners = entity[stretch == STRETCH]
            totals = [(inside - inside.mean())[owners == owner].sum() for owner in range(300)]
            noise += sum(total**2 for total in totals) / ROWS / 12
        assert found.noise[place] == pytest.approx(noise)


def test_rows_of_one_entity_in_a_period_are_noise() -> None:
    values = np.repeat(np.random.default_rng(4).normal(size=(13, ROWS // 10)), 10, axis=1)
    block = block_of(values[:12].ravel(), values[12])
    alone, together = (between(block, laid(STRETCH, each)) for each in (None, np.repeat(np.arange(600), 10)))
    assert together.noise == pytest.approx(10.0 * alone.noise)
    assert together.means.tolist() == alone.means.tolist()
