"""Weights of entities: what is held, what varies, and the intervals that follow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.metrics import bootstrap
from ml_assets.metrics.bootstrap import EntityBootstrap, estimate


def row_weights(entity: list[int], period: list[int], resamples: int = 50, seed: int = 1) -> npt.NDArray[np.float64]:
    made = EntityBootstrap.of(np.array(entity), np.array(period), resamples, seed)
    blocks = [block.of_rows(np.arange(len(entity))) for block in made.blocks()]
    return np.concatenate([np.empty((0, len(entity))), *blocks])


ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=40)


@given(ROWS)
def test_a_period_keeps_its_number_of_rows(rows: list[tuple[int, int]]) -> None:
    entity, period = [row[0] for row in rows], [row[1] for row in rows]
    weights = row_weights(entity, period)
    for each in set(period):
        inside = np.array(period) == each
        sums = weights[:, inside].sum(axis=1)
        assert np.all(np.isclose(sums, inside.sum()) | (sums == 0))


@given(ROWS)
def test_rows_of_an_entity_in_a_period_weigh_the_same(rows: list[tuple[int, int]]) -> None:
    weights = row_weights([row[0] for row in rows], [row[1] for row in rows])
    for group in set(rows):
        same = np.flatnonzero([row == group for row in rows])
        assert np.array_equal(weights[:, same], weights[:, [same[0]] * len(same)])


def test_entities_of_one_period_are_drawn_within_it_and_counted_whole() -> None:
    weights = row_weights([0, 1, 2, 3, 4], [0, 0, 0, 1, 1], resamples=200)
    assert np.all(weights[:, :3].sum(axis=1) == 3)
    assert np.all(weights[:, 3:].sum(axis=1) == 2)
    assert np.array_equal(weights, weights.round())
    assert len({tuple(row) for row in weights}) > 10


def test_an_entity_is_drawn_once_for_all_of_its_periods() -> None:
    # Everybody is in both periods: an entity that was not drawn is missing in both.
    weights = row_weights([0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 1])
    assert np.array_equal(weights[:, :3], weights[:, 3:])


def test_the_mean_of_one_row_per_entity_varies_as_theory_says() -> None:
    values = np.random.default_rng(5).normal(size=400)
    weights = row_weights(list(range(400)), [0] * 400, resamples=2000)
    assert (weights @ values / 400).std() == pytest.approx(values.std() / 20, rel=0.05)


def test_rows_repeated_within_entities_do_not_narrow_the_interval() -> None:
    values = np.random.default_rng(5).normal(size=100)
    once = row_weights(list(range(100)), [0] * 100, resamples=1000) @ values / 100
    fourfold = row_weights(list(np.repeat(range(100), 4)), [0] * 400, resamples=1000) @ np.repeat(values, 4) / 400
    assert fourfold.std() == pytest.approx(once.std())


def test_blocks_do_not_change_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = row_weights([3, 1, 3, 7], [0, 0, 1, 1])
    monkeypatch.setattr(bootstrap, "_BLOCK_SIZE", 12)
    assert np.array_equal(row_weights([3, 1, 3, 7], [0, 0, 1, 1]), whole)


def test_the_seed_decides() -> None:
    first = row_weights([0, 1, 2], [0, 0, 0], seed=1)
    assert np.array_equal(first, row_weights([0, 1, 2], [0, 0, 0], seed=1))
    assert not np.array_equal(first, row_weights([0, 1, 2], [0, 0, 0], seed=2))


def test_one_entity_gives_nothing_to_draw_from() -> None:
    assert not list(EntityBootstrap.of(np.array([4, 4]), np.array([0, 1]), 10, 1).blocks())


def test_interval_lies_between_the_outer_quantiles() -> None:
    made = estimate(50.0, np.arange(101.0), confidence=0.9)
    assert (made.value, made.low, made.high) == pytest.approx((50, 5, 95))


@pytest.mark.parametrize(
    ("value", "draws", "expected"),
    [
        pytest.param(np.nan, [1.0, 2.0], (None, None, None), id="undefined"),
        pytest.param(1.0, [], (1.0, None, None), id="no resamples"),
        pytest.param(1.0, [1.0] * 8 + [np.nan] * 2, (1.0, None, None), id="undefined too often"),
        pytest.param(1.0, [1.0] * 19 + [np.nan], (1.0, 1.0, 1.0), id="undefined once"),
    ],
)
def test_interval_only_where_the_data_allow_it(
    value: float, draws: list[float], expected: tuple[float | None, ...]
) -> None:
    made = estimate(value, np.array(draws), confidence=0.95)
    assert (made.value, made.low, made.high) == expected
