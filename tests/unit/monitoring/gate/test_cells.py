"""Which cell a value lies in, by hand; that only the order of numbers and the names of categories count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ml_assets.monitoring.gate.cells import MISSING, REST, category_cells, merged, ordered_cells


def test_few_distinct_values_stay_apart_and_keep_their_order() -> None:
    cells = ordered_cells(np.array([3.0, -1.0, np.nan, 3.0, np.inf, -np.inf]), bins=4)
    assert cells.code.tolist() == [2, 1, MISSING, 2, 3, 0]
    reference, current = cells.counts(3)
    assert reference.tolist() == [0, 1, 1, 0]
    assert current.tolist() == [1, 0, 1, 1]


def test_many_distinct_values_are_divided_into_quantiles_of_all() -> None:
    cells = ordered_cells(np.arange(100.0), bins=4)
    assert cells.count == 4
    assert np.bincount(cells.code).tolist() == [25, 25, 25, 25]


def test_equal_values_share_a_cell_however_many_they_are() -> None:
    values = np.concatenate([np.zeros(900), np.arange(1.0, 101.0)])
    cells = ordered_cells(values, bins=20)
    assert set(cells.code[:900]) == {0}
    assert cells.code[900:].min() > 0
    assert cells.code[-1] == cells.count - 1


def test_nothing_known_makes_no_cell() -> None:
    assert ordered_cells(np.full(3, np.nan), bins=4).count == 0
    assert category_cells(pd.Series([None, None], dtype=object), 0.01).count == 0


@given(arrays(np.int64, st.integers(1, 60), elements=st.integers(1, 50)), st.integers(4, 20))
def test_cells_of_values_as_a_loop_finds_them(counts: np.ndarray, bins: int) -> None:
    expected, before, seen = [], 0, []
    for count in counts.tolist():
        quantile = int((before + count / 2) / int(counts.sum()) * bins)
        before += count
        if quantile not in seen:
            seen.append(quantile)
        expected.append(seen.index(quantile))
    if len(counts) <= bins:
        expected = list(range(len(counts)))
    assert merged(counts, bins).tolist() == expected


@settings(deadline=None)
@given(arrays(np.float64, st.integers(1, 200), elements=st.integers(-40, 40).map(float)))
def test_a_strictly_monotone_transform_changes_no_cell(values: np.ndarray) -> None:
    plain, bent = ordered_cells(values, 8), ordered_cells(np.exp(values / 10.0) + 3.0, 8)
    assert plain.count == bent.count
    assert plain.code.tolist() == bent.code.tolist()


def test_categories_are_named_by_frequency_and_rare_ones_are_one() -> None:
    values = pd.Series(["b"] * 50 + ["a"] * 46 + ["x", "y", "z", None])
    cells = category_cells(values, min_share=0.02)
    assert cells.names == ("b", "a", REST)
    assert cells.code[[0, 50, 96, 97, 98, 99]].tolist() == [0, 1, 2, 2, 2, MISSING]


def test_a_single_rare_category_keeps_its_name() -> None:
    assert category_cells(pd.Series(["a"] * 99 + ["b"]), min_share=0.02).names == ("a", "b")


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_categories_of_any_storage(dtype: object) -> None:
    cells = category_cells(pd.Series(["a", "b", "a", None], dtype=dtype), min_share=0.01)  # type: ignore[call-overload]
    assert cells.names == ("a", "b")
    assert cells.code.tolist() == [0, 1, 0, MISSING]


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=80))
def test_new_names_of_categories_change_no_count(values: list[str]) -> None:
    plain = category_cells(pd.Series(values), 0.2).counts(len(values) // 2)
    renamed = category_cells(pd.Series(values).map(dict(zip("abcde", "vwxyz", strict=True))), 0.2)
    assert [each.tolist() for each in plain] == [each.tolist() for each in renamed.counts(len(values) // 2)]
