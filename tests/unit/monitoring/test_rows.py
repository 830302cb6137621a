"""Entities have the same number in every window, and a large window is thinned out always alike."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.monitoring.rows import entity_numbers, limited, window_of
from ml_assets.monitoring.window import Window

FIRST, LAST = date(2018, 1, 1), date(2018, 3, 31)


def window(entities: list[str], months: list[int]) -> Window:
    period = np.array([f"2018-{month:02}-01" for month in months], dtype="datetime64[D]")
    frame = pd.DataFrame({"row": np.arange(len(entities))})
    return window_of(frame, pd.Series(entities), period, FIRST, LAST)


def test_an_entity_has_one_number_whoever_stands_beside_it() -> None:
    first, second = entity_numbers(pd.Series(["a", "b", "a"])), entity_numbers(pd.Series(["c", "a"]))
    assert first[0] == first[2] == second[1]
    assert len({*first, *second}) == 3


def test_a_window_keeps_its_rows_in_order() -> None:
    made = window(["a", "b"], [1, 2])
    assert made.frame["row"].tolist() == [0, 1]
    assert made.period.dtype == np.dtype("datetime64[D]")
    assert (made.first, made.last) == (FIRST, LAST)


def test_a_small_window_stays_whole() -> None:
    made = window(["a", "b", "c"], [1, 1, 2])
    assert limited(made, 3) is made


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), min_size=8, max_size=60, unique=True), st.randoms())
def test_a_large_window_keeps_the_same_rows_in_whatever_order_they_come(
    rows: list[tuple[int, int]], random: np.random.RandomState
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    kept = []
    for each in (rows, shuffled):
        made = limited(window([str(entity) for entity, _ in each], [month for _, month in each]), 7)
        kept.append({(int(entity), str(day)) for entity, day in zip(made.entity, made.period, strict=True)})
        assert len(made.frame) == 7
    assert kept[0] == kept[1]


def test_rows_of_one_entity_in_one_period_stay_together() -> None:
    made = limited(window(["a"] * 5 + ["b"] * 5, [1] * 10), 3)
    assert len(made.frame) == 5
    assert len(set(made.entity)) == 1


def test_thinning_out_takes_from_all_periods_alike() -> None:
    entities = [str(number) for number in range(2_000)] * 3
    made = limited(window(entities, [1] * 2_000 + [2] * 2_000 + [3] * 2_000), 3_000)
    counts = np.unique(made.period, return_counts=True)[1]
    # Binomial with 2,000 trials of one half: a standard deviation of 22.
    assert np.abs(counts - 1_000).max() < 100
    # Nearly all are there once or more, where a third of all whole entities would be half.
    assert len(set(made.entity)) > 1_600
