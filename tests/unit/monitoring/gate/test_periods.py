"""Stretches of the reference by hand; shocks that all rows of a period share widen what is put down to chance."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Block, blocks
from ml_assets.monitoring.gate.periods import Between, between, clusters, period_spread, stretches
from tests.unit.monitoring.gate.windows import numeric, window

MONTHS = np.arange("2017-01", "2018-02", dtype="datetime64[M]").astype("datetime64[D]")
ROWS = 500
STRETCH = np.repeat(np.arange(12), ROWS)


def block_of(reference: np.ndarray, current: np.ndarray) -> Block:
    (found,) = blocks(window({"x": reference}), window({"x": current}), numeric("x"), DriftConfig())
    return found


def shifted(generator: np.random.Generator, shocks: np.ndarray) -> Block:
    values = generator.normal(size=(13, ROWS)) + shocks[:, None]
    return block_of(values[:12].ravel(), values[12])


def found_of(series: list[Block], entity: np.ndarray | None = None) -> list[Between]:
    owners = np.arange(12 * ROWS) if entity is None else entity
    return [each for block in series for each in between(block, clusters(STRETCH, owners))]


def inflation(found: list[Between], least: int = 4) -> tuple[np.ndarray, np.ndarray]:
    every = np.ones(len(found), dtype=np.bool_)
    spread = period_spread(found, np.full(len(found), float(ROWS)), every, least)
    return spread.inflation, spread.freedom


def test_stretches_are_as_long_as_the_current_window_counted_from_the_end() -> None:
    assert stretches(MONTHS[:5], MONTHS[5:6]).tolist() == [0, 1, 2, 3, 4]
    assert stretches(MONTHS[:5], MONTHS[5:7]).tolist() == [0, 0, 0, 1, 1]
    assert stretches(MONTHS[[4, 0, 1, 3, 3]], MONTHS[5:7]).tolist() == [1, 0, 0, 1, 1]
    assert stretches(MONTHS[:3], MONTHS[5:12]).tolist() == [0, 0, 0]


def test_ratio_by_a_loop() -> None:
    generator = np.random.default_rng(1)
    block = shifted(generator, generator.normal(size=13) * 0.2)
    entity = generator.integers(0, 300, size=12 * ROWS)
    for scores, found in zip(block.components.scores, between(block, clusters(STRETCH, entity)), strict=True):
        score = scores[block.code[: 12 * ROWS]]
        score = score - score.mean()
        variance, expected = 0.0, 0.0
        for stretch in range(12):
            inside = score[stretch == STRETCH]
            assert found.means[stretch] == pytest.approx(inside.mean())
            variance += ROWS * inside.mean() ** 2 / 11
            owners = entity[stretch == STRETCH]
            totals = [(inside - inside.mean())[owners == owner].sum() for owner in range(300)]
            expected += sum(total**2 for total in totals) / ROWS / 12
        assert found.ratio == pytest.approx(variance / expected)


def test_periods_that_differ_by_chance_cost_next_to_nothing() -> None:
    generator = np.random.default_rng(2)
    widened, freedom = inflation(found_of([shifted(generator, np.zeros(13)) for _ in range(10)]))
    assert np.median(widened) < 1.15
    assert np.median(freedom) > 50


def test_shocks_widen_by_their_variance() -> None:
    generator = np.random.default_rng(3)
    shock = 0.3
    widened, freedom = inflation(found_of([shifted(generator, generator.normal(size=13) * shock) for _ in range(30)]))
    # Of the location: the shock's variance, for the new month and the mean of twelve, over that by rows.
    expected = 1 + (0.98 * shock) ** 2 * ROWS / (1 + shock**2)
    assert np.median(widened[::3]) == pytest.approx(expected, rel=0.3)
    assert np.median(freedom) < 60


def test_rows_of_one_entity_in_a_period_are_no_shock() -> None:
    generator = np.random.default_rng(4)
    values = np.repeat(generator.normal(size=(10, 13, ROWS // 10)), 10, axis=2)
    series = [block_of(each[:12].ravel(), each[12]) for each in values]
    entity = np.repeat(np.arange(12 * ROWS // 10), 10)
    assert np.median(inflation(found_of(series))[0]) > 5.0
    assert np.median(inflation(found_of(series, entity))[0]) < 1.2


def test_shocks_that_last_widen_more_and_are_known_less() -> None:
    generator = np.random.default_rng(5)
    fresh = generator.normal(size=(20, 13)) * 0.3
    lasting = np.cumsum(fresh, axis=1) / 2.0
    of_fresh, of_lasting = (found_of([shifted(generator, each) for each in shocks]) for shocks in (fresh, lasting))
    for_fresh, for_lasting = inflation(of_fresh), inflation(of_lasting)
    # For each part of the variance between stretches that was found, more is put down to them.
    more = (for_lasting[0][::3] - 1) / [each.ratio for each in of_lasting[::3]]
    assert np.median(more) > 1.2 * np.median((for_fresh[0][::3] - 1) / [each.ratio for each in of_fresh[::3]])
    assert np.median(for_lasting[1]) < np.median(for_fresh[1]) / 1.5


def test_a_column_with_a_trend_says_nothing_about_the_others() -> None:
    generator = np.random.default_rng(8)
    others = [shifted(generator, generator.normal(size=13) * 0.2) for _ in range(12)]
    trend = shifted(generator, np.linspace(0.0, 3.0, 13))
    without, among = inflation(found_of(others)), inflation(found_of([*others, trend]))
    assert np.median(among[0][:36:3]) == pytest.approx(np.median(without[0][::3]), rel=0.3)
    assert among[0][36] > 10.0 * np.median(among[0][:36:3])


def test_too_few_stretches_say_nothing() -> None:
    generator = np.random.default_rng(6)
    found = found_of([shifted(generator, generator.normal(size=13))])
    widened, freedom = inflation(found, least=13)
    assert widened.tolist() == [1.0, 1.0, 1.0]
    assert np.all(np.isinf(freedom))


def test_a_constant_column_and_stretches_without_a_value_are_left_out() -> None:
    generator = np.random.default_rng(7)
    constant = block_of(np.ones(12 * ROWS), np.ones(ROWS))
    values = generator.normal(size=(13, ROWS))
    values[:10] = np.nan
    late = blocks(window({"x": values[:12].ravel()}), window({"x": values[12]}), numeric("x"), DriftConfig())[0]
    widened, freedom = inflation(found_of([constant, late, *[shifted(generator, np.zeros(13)) for _ in range(5)]]))
    assert widened[:6].tolist() == [1.0] * 6
    assert np.all(np.isinf(freedom[:6]))
    assert np.all(np.isfinite(freedom[6:]))
