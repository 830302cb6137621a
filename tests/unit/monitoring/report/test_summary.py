"""The summary of both windows: counts, missing values and quantiles of all rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.report.drawn_rows import DrawnRows
from ml_assets.monitoring.report.summary import ColumnSummary, summaries
from ml_assets.reports.wording import DASH


def test_both_windows_are_told_in_numbers() -> None:
    kinds = {"price": ColumnKind.NUMERIC, "state": ColumnKind.CATEGORICAL, "gone": ColumnKind.NUMERIC}
    reference = pd.DataFrame({"price": [2.0, 2.0], "state": ["b", "a"], "gone": [np.nan, np.nan]})
    current = pd.DataFrame({"price": [1.0, 2.0, 3.0, 4.0, np.nan], "state": [*"abb", None, "c"], "gone": [np.nan] * 5})
    dashes = (DASH,) * 5
    assert summaries(DrawnRows(reference, current, kinds, {"gone": "empty"})) == (
        ColumnSummary("price", "current", 5, 0.2, 4, ("1", "1.75", "2.5", "3.25", "4"), DASH),
        ColumnSummary("price", "reference", 2, 0.0, 1, ("2", "2", "2", "2", "2"), DASH),
        ColumnSummary("state", "current", 5, 0.2, 3, dashes, "b (50.0\N{NO-BREAK SPACE}%)"),
        ColumnSummary("state", "reference", 2, 0.0, 2, dashes, "a (50.0\N{NO-BREAK SPACE}%)"),
        ColumnSummary("gone", "current", 5, 1.0, 0, dashes, DASH),
        ColumnSummary("gone", "reference", 2, 1.0, 0, dashes, DASH),
    )


def test_a_window_without_rows_has_nothing_missing() -> None:
    empty = pd.DataFrame({"price": pd.Series(dtype="float64")})
    [current, _] = summaries(DrawnRows(empty, empty, {"price": ColumnKind.NUMERIC}, {"price": "empty"}))
    assert (current.rows, current.missing, current.distinct) == (0, 0.0, 0)
