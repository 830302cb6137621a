"""What both windows hold of each column, in numbers.

Belongs here: counts, missing values and quantiles of all rows. Does not belong here: whether they differ (``gate``).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.report.drawn_rows import DrawnRows
from ml_assets.reports.wording import DASH, percent

_QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """A column in one window.

    Attributes
    ----------
    name
        The column.
    window
        Which window, in a word.
    rows
        Rows of the window.
    missing
        Share of rows without a value, infinite ones among them, 0 to 1; 0 without rows.
    distinct
        Number of distinct values; of categories, as they are drawn.
    quantiles
        Minimum, quartiles and maximum as they are to be read; dashes for categories.
    commonest
        The commonest category with its share of the values; a dash for numbers.
    """

    name: str
    window: str
    rows: int
    missing: float
    distinct: int
    quantiles: tuple[str, ...]
    commonest: str


def summaries(rows: DrawnRows) -> tuple[ColumnSummary, ...]:
    """Return each column in the current window, then in the reference."""
    return tuple(
        _summary(frame[name], kind, window)
        for name, kind in rows.kinds.items()
        for window, frame in (("current", rows.current), ("reference", rows.reference))
    )


def _summary(values: pd.Series, kind: ColumnKind, window: str) -> ColumnSummary:
    present = values.dropna()
    is_number = kind is ColumnKind.NUMERIC and not present.empty
    return ColumnSummary(
        name=str(values.name),
        window=window,
        rows=len(values),
        missing=float(values.isna().mean()) if len(values) else 0.0,
        distinct=int(present.nunique()),
        quantiles=tuple(f"{value:,.4g}" for value in present.quantile(list(_QUANTILES)))
        if is_number
        else (DASH,) * len(_QUANTILES),
        commonest=_commonest(present) if kind is ColumnKind.CATEGORICAL and not present.empty else DASH,
    )


def _commonest(present: pd.Series) -> str:
    shares = present.value_counts(normalize=True)
    # The first by name among equals.
    name = shares.index[shares == shares.iloc[0]].min()
    return f"{name} ({percent(float(shares.iloc[0]))})"
