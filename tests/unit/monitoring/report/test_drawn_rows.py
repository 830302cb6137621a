"""The rows that are drawn: types, a fixed sample, cut tails, common categories."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.report import drawn_rows
from ml_assets.monitoring.report.drawn_rows import DRAWN_CATEGORIES, all_rows, chart_rows
from ml_assets.monitoring.window import Window

EMPTY = "has no value in one of the windows"
NUMBER, CATEGORY = ColumnKind.NUMERIC, ColumnKind.CATEGORICAL


def window(**columns: object) -> Window:
    frame = pd.DataFrame(columns)
    days = np.datetime64("2018-01-01") + np.arange(len(frame))
    return Window(frame, np.arange(len(frame)), days, date(2018, 1, 1), date(2018, 1, 31))


def test_numbers_are_floats_and_infinities_are_missing() -> None:
    side = window(a=pd.array([1, None, 3], dtype="Int64"), b=[np.inf, -np.inf, 0.5], c=[True, False, True])
    rows = all_rows(side, side, dict.fromkeys("abc", NUMBER))
    expected = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": [np.nan, np.nan, 0.5], "c": [1.0, 0.0, 1.0]})
    pd.testing.assert_frame_equal(rows.current.reset_index(drop=True), expected)
    assert list(rows.current.index) == list(pd.date_range("2018-01-01", periods=3))
    assert rows.current.index.name == "period"


def test_categories_are_text_and_missing_ones_stay_missing() -> None:
    values = pd.Series(["x", None, 7, np.nan, True], dtype="object")
    rows = all_rows(window(a=values), window(a=pd.Categorical(["x", "y"])), {"a": CATEGORY})
    assert rows.reference["a"].tolist() == ["x", None, "7", None, "True"]
    assert rows.current["a"].tolist() == ["x", "y"]


def test_rare_categories_of_both_windows_are_one_the_first_by_name_among_equals() -> None:
    names = [f"c{number:02d}" for number in range(DRAWN_CATEGORIES + 3)]
    rows = all_rows(window(a=[*names, "c22", "c22"]), window(a=[*names, "c21"]), {"a": CATEGORY})
    kept = {"c22", "c21", *names[: DRAWN_CATEGORIES - 3]}
    assert set(rows.current["a"]) == kept | {"4 others"}
    assert (rows.current["a"] == "4 others").sum() == 4


def test_a_column_without_a_value_in_one_window_is_named() -> None:
    full, gone = window(a=[1.0, 2.0], b=["x", "y"]), window(a=[np.nan, np.inf], b=["x", None])
    rows = all_rows(full, gone, {"a": NUMBER, "b": CATEGORY})
    assert rows.unseen == {"a": EMPTY}
    assert rows.visible == {"b": CATEGORY}
    nothing = full.part(np.zeros(2, dtype=bool), full.first, full.last)
    assert chart_rows(all_rows(full, nothing, rows.kinds)).unseen == {"a": EMPTY, "b": EMPTY}


def test_long_tails_are_cut_at_quantiles_of_both_windows() -> None:
    rows = all_rows(window(a=np.arange(1000.0)), window(a=[1e9, -1e9, 5.0, np.nan]), {"a": NUMBER})
    drawn = chart_rows(rows)
    # 0.5 % and 99.5 % of the 1,003 values: the sixth from either end.
    assert drawn.current["a"].tolist()[:3] == [995.0, 4.0, 5.0]
    assert np.isnan(drawn.current["a"].iloc[3])
    assert (drawn.reference["a"].min(), drawn.reference["a"].max()) == (4.0, 995.0)


def test_few_other_values_beside_one_are_not_cut_away() -> None:
    values = np.zeros(1000)
    values[0] = 5.0
    assert chart_rows(all_rows(window(a=values), window(a=values), {"a": NUMBER})).current["a"].max() == 5.0


def test_the_sample_is_the_same_at_every_call_and_in_the_order_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_rows, "DRAWN_ROWS", 10)
    rows = all_rows(window(a=np.arange(100.0)), window(a=np.arange(5.0)), {"a": NUMBER})
    first, second = chart_rows(rows), chart_rows(rows)
    pd.testing.assert_frame_equal(first.reference, second.reference)
    assert len(first.reference) == 10
    assert first.reference.index.is_monotonic_increasing
    assert len(first.current) == 5


def test_columns_of_one_kind_only_can_be_drawn() -> None:
    side = window(a=["x", "y"])
    assert chart_rows(all_rows(side, side, {"a": CATEGORY})).current["a"].tolist() == ["x", "y"]


@pytest.mark.parametrize(
    ("values", "is_drawn"),
    [
        ([1e16, 1e16 + 2.0], False),
        ([1e16, 1e16], False),
        ([1e101, 0.0], False),
        ([1e-101, 0.0], False),
        ([1.5e9, 1.5e9], True),
        ([1e9, 1e9 + 1.0], True),
        ([-1e99, 1e99], True),
        ([0.0, 0.0], True),
    ],
)
def test_values_that_cannot_be_divided_into_bins_are_not_drawn(values: list[float], is_drawn: bool) -> None:
    usual = window(a=[1.0, 2.0])
    for sides in ((usual, window(a=values)), (window(a=values), usual), (window(a=values), window(a=values))):
        assert ("a" in chart_rows(all_rows(*sides, {"a": NUMBER})).visible) is is_drawn
