"""The rows that charts are drawn from, and how their columns are made fit to draw.

Belongs here: a fixed sample, common categories, the middle of long tails. Does not belong here: a figure that anything
is judged by; charts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.window import Window

# A histogram of so many rows looks the same as one of a million.
DRAWN_ROWS = 50_000
# More bars than this cannot be told apart.
DRAWN_CATEGORIES = 20
# A long tail would press all else into one bar: what lies beyond is drawn at the edge.
DRAWN_QUANTILES = (0.005, 0.995)
_SEED = 20180831
# Name of the rows' index, which Evidently writes beside a chart over time.
_PERIOD = "period"


@dataclass(frozen=True, slots=True)
class DrawnRows:
    """Rows of both windows as charts draw them; the index is the period of a row.

    Attributes
    ----------
    reference, current
        Numeric columns as float, categorical ones as text; missing values are NaN or None.
    empty
        Columns without a single value in one of the windows, which no chart can show.
    """

    reference: pd.DataFrame
    current: pd.DataFrame
    empty: frozenset[str]


def drawn_rows(reference: Window, current: Window, kinds: Iterable[tuple[str, ColumnKind]]) -> DrawnRows:
    """Return at most ``DRAWN_ROWS`` rows of each window, the same ones at every call, with these columns."""
    sides = [_sampled(window) for window in (reference, current)]
    columns: dict[str, tuple[pd.Series, pd.Series]] = {}
    for name, kind in kinds:
        pair = (sides[0][name], sides[1][name])
        columns[name] = _numbers(*pair) if kind is ColumnKind.NUMERIC else _categories(*pair)
    empty = frozenset(name for name, pair in columns.items() if any(each.isna().all() for each in pair))
    drawn = [
        pd.DataFrame({name: pair[side] for name, pair in columns.items()}, index=sides[side].index) for side in (0, 1)
    ]
    return DrawnRows(drawn[0], drawn[1], empty)


def _sampled(window: Window) -> pd.DataFrame:
    index = pd.DatetimeIndex(window.period.astype("datetime64[ns]"), name=_PERIOD)
    frame = window.frame.set_axis(index, axis=0)
    if len(frame) <= DRAWN_ROWS:
        return frame
    rows = np.random.default_rng(_SEED).choice(len(frame), DRAWN_ROWS, replace=False)
    return frame.iloc[np.sort(rows)]


def _numbers(reference: pd.Series, current: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return both sides as float, infinities as missing, clipped to the middle of their pooled distribution."""
    pair = [each.astype("float64").replace([-np.inf, np.inf], np.nan) for each in (reference, current)]
    pooled = pd.concat(pair).dropna()
    if pooled.empty:
        return pair[0], pair[1]
    low, high = pooled.quantile(list(DRAWN_QUANTILES), interpolation="nearest")
    if low == high:
        # Nearly all values are one: the few others are what there is to see.
        low, high = pooled.min(), pooled.max()
    return pair[0].clip(low, high), pair[1].clip(low, high)


def _categories(reference: pd.Series, current: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return both sides as text, all but the commonest categories taken together."""
    pair = [each.astype("object").where(each.notna(), None).map(str, na_action="ignore") for each in (reference, current)]
    counts = pd.concat(pair).value_counts()
    # By count, then by name, so that equal counts do not change places.
    ordered = counts.sort_index().sort_values(ascending=False, kind="stable").index
    if len(ordered) <= DRAWN_CATEGORIES:
        return pair[0], pair[1]
    kept, others = ordered[: DRAWN_CATEGORIES - 1], f"{len(ordered) - DRAWN_CATEGORIES + 1} others"
    named = [each.where(each.isna() | each.isin(kept), others) for each in pair]
    return named[0], named[1]
