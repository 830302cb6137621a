"""Design effects of entities by hand, against a plain loop, and at their limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.entities import entity_spread
from ml_assets.monitoring.gate.measured import Block, blocks
from tests.unit.monitoring.gate.windows import numeric, window


def block_of(reference: np.ndarray, current: np.ndarray) -> Block:
    (found,) = blocks(window({"x": reference}), window({"x": current}), numeric("x"), DriftConfig())
    return found


def test_one_row_an_entity_changes_nothing() -> None:
    values = np.random.default_rng(1).normal(size=300)
    spread = entity_spread(block_of(values[:200], values[200:]), np.arange(300), 200)
    assert spread.inflation.tolist() == [1.0, 1.0, 1.0]
    assert np.all(np.isinf(spread.freedom))


def test_rows_four_times_each_widen_the_variance_fourfold() -> None:
    values = np.repeat(np.random.default_rng(2).normal(size=300), 4)
    spread = entity_spread(block_of(values[:800], values[800:]), np.repeat(np.arange(300), 4), 800)
    assert spread.inflation == pytest.approx([4.0, 4.0, 4.0])


def test_what_is_lasting_cancels_and_never_makes_an_effect_more_certain() -> None:
    values = np.random.default_rng(3).normal(size=300)
    spread = entity_spread(block_of(values, values), np.tile(np.arange(300), 2), 300)
    assert spread.inflation.tolist() == [1.0, 1.0, 1.0]


def test_one_large_entity_leaves_few_degrees_of_freedom() -> None:
    values = np.random.default_rng(4).normal(size=400)
    entity = np.arange(400)
    entity[:150] = entity[200:350] = 0
    spread = entity_spread(block_of(values[:200], values[200:]), entity, 200)
    assert np.all(spread.freedom < 2.0)


def test_entities_without_a_value_do_not_count() -> None:
    values = np.random.default_rng(5).normal(size=400)
    values[100:200] = values[300:] = np.nan
    entity = np.concatenate([np.arange(100), np.zeros(100), np.arange(100, 200), np.ones(100)]).astype(np.intp)
    known, missing = blocks(window({"x": values[:200]}), window({"x": values[200:]}), numeric("x"), DriftConfig())
    assert np.all(entity_spread(known, entity, 200).freedom > 150.0)
    assert entity_spread(missing, entity, 200).inflation[0] > 20.0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6), st.booleans()), min_size=20, max_size=80))
def test_against_a_loop_over_entities(rows: list[tuple[int, int, bool]]) -> None:
    rows = sorted([*rows, (1, 0, False), (2, 0, False), (1, 0, True), (2, 1, True)], key=lambda row: row[2])
    value, entity = np.array([row[0] for row in rows], dtype=np.float64), np.array([row[1] for row in rows])
    split = sum(1 for row in rows if not row[2])
    found = block_of(value[:split], value[split:])
    spread = entity_spread(found, entity.astype(np.intp), split)
    for scores, inflation in zip(found.components.scores, spread.inflation, strict=True):
        score = scores[found.code]
        means = {False: score[:split].mean(), True: score[split:].mean()}
        totals: dict[int, float] = {}
        squares = 0.0
        for place, row in enumerate(rows):
            weight = 1 / (len(rows) - split) if row[2] else -1 / split
            part = (score[place] - means[row[2]]) * weight
            totals[row[1]] = totals.get(row[1], 0.0) + part
            squares += part**2
        expected = sum(total**2 for total in totals.values()) / squares if squares > 0 else 1.0
        assert inflation == pytest.approx(max(expected, 1.0))
