"""The grid of quintiles: its cells by hand, the names of cells, and the grid as segments that serve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.grid import fit_grid
from ml_assets.segmentation.profile import mean_spends
from ml_assets.segmentation.question import Scale
from ml_assets.segmentation.questions import BUYING_HABITS_OLIST_CUSTOMERS
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from ml_assets.segmentation.quintiles import QuintileGrid
from ml_assets.segmentation.rules import came_back_by_recency_half, rfm_grid
from tests.unit.segmentation.made import AS_OF, QUICK, customers


def five(orders: list[int]) -> pd.DataFrame:
    """Return five customers, the first of whom came last and spent least."""
    return pd.DataFrame(
        {
            "days_since_last_order": [10, 20, 30, 40, 50],
            "order_day_count": orders,
            "items_value": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )


def test_customers_of_different_fifths_stand_in_cells_of_their_own() -> None:
    np.testing.assert_array_equal(rfm_grid(five([1, 2, 3, 4, 5]), QUESTION), [0, 1, 2, 3, 4])


def test_equal_values_are_never_divided() -> None:
    frame = five([1, 1, 1, 1, 1]).assign(days_since_last_order=30, items_value=[1.0, 1.0, 1.0, 1.0, 9.0])
    np.testing.assert_array_equal(rfm_grid(frame, QUESTION), [0, 0, 0, 0, 1])


def test_an_unknown_value_is_a_cell_of_its_own() -> None:
    frame = five([1, 1, 1, 1, 1]).assign(days_since_last_order=30, items_value=[1.0, 1.0, 1.0, 1.0, np.nan])
    np.testing.assert_array_equal(rfm_grid(frame, QUESTION), [0, 0, 0, 0, 1])


def test_the_rough_rule_has_four_groups() -> None:
    frame = five([1, 1, 3, 1, 2]).assign(days_since_last_order=[10, 20, 15, 90, 95])
    np.testing.assert_array_equal(came_back_by_recency_half(frame, QUESTION), [0, 1, 2, 1, 3])


def test_mean_spend_of_each_group_lies_within_its_interval() -> None:
    group = np.repeat([0, 1], 50)
    spend = np.where(group == 0, 0.0, np.tile([10.0, 30.0], 50))
    nothing, twenty, nobody = mean_spends(group, 3, spend, QUICK)
    assert (nothing.value, nothing.low, nothing.high) == (0.0, 0.0, 0.0)
    assert twenty.value == 20.0
    assert twenty.low is not None
    assert twenty.high is not None
    assert 14 < twenty.low < 20 < twenty.high < 26
    assert nobody.value is None


def test_a_cell_has_the_name_that_its_place_asks_for() -> None:
    frame = customers(1_000, seed=3)
    grid = fit_grid(QUESTION, frame, AS_OF, QUICK.bands)
    asked = pd.DataFrame(
        {
            "days_since_last_order": [1, 1, 399, 399, 200],
            "order_day_count": [3, 1, 3, 1, 1],
            "items_value": [900.0, 5.0, 300.0, 5.0, 1.0],
        }
    )
    assert list(grid.segment(asked)) == ["Champions", "New", "At risk", "Lost", "Fading"]


def test_cells_are_those_of_the_rule() -> None:
    frame = customers(700, seed=5)
    grid = fit_grid(QUESTION, frame, AS_OF, QUICK.bands)
    named = pd.Series(grid.segment(frame)).groupby(rfm_grid(frame, QUESTION)).nunique()
    assert (named == 1).all()


def test_strength_is_the_way_to_the_next_segment() -> None:
    cells = np.zeros((5, 5, 5), dtype=np.int64)
    cells[3:] = 1
    grid = QuintileGrid(np.zeros(3), cells)
    rows = [[0.59, 0.5, 0.5], [0.5, 0.5, 0.5], [0.1, 0.5, 0.5], [0.6, 0.5, 0.5], [1.0, 0.0, 1.0]]
    placed = grid.place(np.array(rows))
    np.testing.assert_array_equal(placed.label, [0, 0, 0, 1, 1])
    np.testing.assert_allclose(placed.strength, [0.1, 1.0, 1.0, 0.0, 1.0], atol=1e-9)
    assert not placed.is_noise.any()


def test_it_is_stored_and_places_a_row_alone_as_in_a_batch(tmp_path: Path) -> None:
    frame = customers(300, seed=2)
    grid = fit_grid(QUESTION, frame, AS_OF, QUICK.bands)
    grid.save(tmp_path)
    loaded = FittedSegmentation.load(tmp_path)
    expected = grid.assign(frame)
    pd.testing.assert_frame_equal(loaded.assign(frame), expected, check_exact=True)
    pd.testing.assert_frame_equal(loaded.assign(frame.iloc[[7]]), expected.iloc[[7]], check_exact=True)
    assert {"model.json"}.isdisjoint(path.name for path in tmp_path.iterdir())


def test_a_refit_calls_cells_the_same() -> None:
    grid, other = (fit_grid(QUESTION, customers(rows, seed=rows), AS_OF, QUICK.bands) for rows in (300, 500))
    assert grid.names == other.names
    frame = customers(400, seed=9)
    assert np.mean(grid.segment(frame) == other.segment(frame)) > 0.8


def test_without_customers_everybody_stands_in_the_middle() -> None:
    grid = fit_grid(QUESTION, customers(5).iloc[:0], AS_OF, QUICK.bands)
    found = grid.assign(customers(3))
    assert len(set(found["segment"])) == 1
    assert found["score"].between(0, 1).all()


def test_names_by_columns_that_the_grid_has_not_are_refused() -> None:
    with pytest.raises(ValueError, match="basket, boleto, voucher"):
        fit_grid(BUYING_HABITS_OLIST_CUSTOMERS, customers(50), AS_OF, QUICK.bands)
    shares = tuple(replace(axis, scale=Scale.MEAN) for axis in QUESTION.axes)
    with pytest.raises(ValueError, match="recent"):
        fit_grid(replace(QUESTION, axes=shares), customers(50), AS_OF, QUICK.bands)
