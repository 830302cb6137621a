"""Histories refuse what cannot be one, and are compressed without loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.cltv.btyd.histories import Histories, different_rows

FloatArray = npt.NDArray[np.float64]


def column(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ((1.5, 2.0, 5.0, 3.0), "whole number"),
        ((-1.0, 0.0, 5.0, 0.0), "whole number"),
        ((1.0, 6.0, 5.0, 3.0), "recency <= age"),
        ((0.0, 2.0, 5.0, 0.0), "recency is 0 without repeat"),
        ((1.0, 0.0, 5.0, 3.0), "recency is 0 without repeat"),
        ((1.0, 2.0, 5.0, -3.0), "monetary_value"),
        ((0.0, 0.0, 5.0, 3.0), "monetary_value"),
        ((0.0, 0.0, np.nan, 0.0), "finite"),
    ],
    ids=["half", "negative", "after_the_end", "recency", "no_recency", "negative_value", "value", "nan"],
)
def test_what_is_no_history_is_refused(row: tuple[float, ...], broken: str) -> None:
    good = (2.0, 3.0, 5.0, 10.0)
    with pytest.raises(ValueError, match=rf"{broken}.*\(1 of 2 rows\)"):
        Histories(*(column(*pair) for pair in zip(good, row, strict=True)))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        Histories(column(0.0), column(0.0), column(1.0, 2.0), column(0.0))


def test_equal_histories_are_counted() -> None:
    histories = Histories(column(1, 0, 1, 0, 1), column(2, 0, 2, 0, 3), column(5, 4, 5, 4, 5), column(10, 0, 20, 0, 0))
    different = histories.compressed()
    assert different.frequency.tolist() == [0, 1, 1]
    assert different.recency.tolist() == [0, 2, 3]
    assert different.age.tolist() == [4, 5, 5]
    assert different.counts.tolist() == [2, 2, 1]
    assert different.inverse.tolist() == [1, 0, 1, 0, 2]


def test_no_history_at_all_is_compressed_to_none() -> None:
    empty = column()
    assert len(Histories(empty, empty, empty, empty).compressed()) == 0


def test_some_histories_are_taken_by_mask_and_position() -> None:
    histories = Histories(column(0, 1), column(0, 2), column(4, 5), column(0, 7))
    assert histories.take(histories.has_repeat).age.tolist() == [5]
    assert histories.take(np.array([1, 0])).age.tolist() == [5, 4]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.5, -2.25, 1e9])), min_size=1, max_size=40))
def test_different_rows_are_those_that_numpy_finds(rows: list[tuple[int, float]]) -> None:
    table = np.array(rows, dtype=np.float64)
    unique, first, inverse, counts = np.unique(
        table, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    found = different_rows(table[:, 0], table[:, 1])
    for ours, theirs in zip(found, (first, inverse, counts), strict=True):
        assert ours.tolist() == theirs.reshape(-1).tolist()
    assert table[found[0]][found[1]].tolist() == table.tolist()
    assert table[found[0]].tolist() == unique.tolist()
