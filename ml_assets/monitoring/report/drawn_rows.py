"""The rows that a page is made from, as Evidently can read them.

Belongs here: types, common categories; for charts a fixed sample and the middle of long tails. Does not belong here: a
figure that anything is judged by (``gate``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.window import Window

# A histogram of so many rows looks the same as one of a million.
DRAWN_ROWS = 20_000
# More bars than this cannot be told apart.
DRAWN_CATEGORIES = 20
# A long tail would press all else into one bar: what lies beyond is drawn at the edge.
DRAWN_QUANTILES = (0.005, 0.995)
_EMPTY = "has no value in one of the windows"
_EXTREME = "has values too close together, too large or too small for a chart"
# Least width of all values together, in units of the largest of them: a double has some sixteen digits, and bins need
# a few. Least and largest value: their cubes, which Doane's rule takes, have to be doubles too.
_LEAST_WIDTH = 1e-12
_SIZES = (1e-100, 1e100)
_SEED = 20180831
# Name of the rows' index, which Evidently writes beside a chart over time.
_PERIOD = "period"


@dataclass(frozen=True, slots=True)
class DrawnRows:
    """Rows of both windows; the index is the period of a row.

    Attributes
    ----------
    reference, current
        Numeric columns as float, categorical ones as text; missing and infinite values are NaN or None.
    kinds
        Kind of each column.
    unseen
        Why a chart cannot show a column, by its name.
    """

    reference: pd.DataFrame
    current: pd.DataFrame
    kinds: Mapping[str, ColumnKind]
    unseen: Mapping[str, str]

    @property
    def visible(self) -> dict[str, ColumnKind]:
        """The columns that a chart can show, with their kinds."""
        return {name: kind for name, kind in self.kinds.items() if name not in self.unseen}


def all_rows(reference: Window, current: Window, kinds: Mapping[str, ColumnKind]) -> DrawnRows:
    """Return all rows of both windows with these columns."""
    pairs = {
        name: _numbers(reference.frame[name], current.frame[name])
        if kind is ColumnKind.NUMERIC
        else _categories(reference.frame[name], current.frame[name])
        for name, kind in kinds.items()
    }
    frames = [
        pd.DataFrame({name: pair[side] for name, pair in pairs.items()}).set_axis(_index(window))
        for side, window in enumerate((reference, current))
    ]
    empty = {name: _EMPTY for name in kinds if any(frame[name].isna().all() for frame in frames)}
    return DrawnRows(frames[0], frames[1], kinds, empty)


def chart_rows(rows: DrawnRows) -> DrawnRows:
    """Return at most ``DRAWN_ROWS`` rows of each window, the same ones at every call, with long tails cut.

    Values beyond the ``DRAWN_QUANTILES`` of both windows together are moved to them.
    """
    numeric = [name for name, kind in rows.visible.items() if kind is ColumnKind.NUMERIC]
    frames = [_sampled(frame) for frame in (rows.reference, rows.current)]
    pooled = pd.concat([frame[numeric] for frame in frames])
    low, high = (pooled.quantile(share, interpolation="nearest") for share in DRAWN_QUANTILES)
    # Where nearly all values are one, the few others are what there is to see.
    low, high = low.where(low < high, pooled.min()), high.where(low < high, pooled.max())
    cut = [pd.concat((frame[numeric].clip(low, high, axis=1), frame.drop(columns=numeric)), axis=1) for frame in frames]
    unseen = {name: _EMPTY for name in rows.visible if any(frame[name].isna().all() for frame in cut)}
    extreme = dict.fromkeys(_extreme([each[numeric] for each in (*cut, pd.concat(cut))]), _EXTREME)
    return DrawnRows(cut[0], cut[1], rows.kinds, {**rows.unseen, **extreme, **unseen})


def _extreme(frames: Iterable[pd.DataFrame]) -> set[str]:
    """Return columns that cannot be divided into bins in one of the frames, for want of digits or of exponents.

    A column of one value is drawn as a bin of width one.
    """
    found: set[str] = set()
    for frame in frames:
        low, high = frame.min(), frame.max()
        size = pd.concat((low.abs(), high.abs()), axis=1).max(axis=1)
        width = (high - low).where(high > low, 1.0)
        is_extreme = (width < _LEAST_WIDTH * size) | (size > _SIZES[1]) | ((size > 0.0) & (size < _SIZES[0]))
        found.update(map(str, size.index[is_extreme]))
    return found


def _index(window: Window) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(window.period.astype("datetime64[s]"), name=_PERIOD)


def _sampled(frame: pd.DataFrame) -> pd.DataFrame:
    if len(frame) <= DRAWN_ROWS:
        return frame
    rows = np.random.default_rng(_SEED).choice(len(frame), DRAWN_ROWS, replace=False)
    return frame.iloc[np.sort(rows)]


def _numbers(*sides: pd.Series) -> tuple[pd.Series, ...]:
    """Return each side as float, infinities as missing."""
    return tuple(each.astype("float64").replace([-np.inf, np.inf], np.nan) for each in sides)


def _categories(*sides: pd.Series) -> tuple[pd.Series, ...]:
    """Return each side as text, all but the commonest categories of both together taken as one."""
    codes, values = pd.factorize(pd.concat([each.astype("object") for each in sides], ignore_index=True))
    names = np.array([str(value) for value in values], dtype="object")
    if len(names) > DRAWN_CATEGORIES:
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        # By count, then by name, so that equal counts do not change places.
        rare = np.lexsort((names, -counts))[DRAWN_CATEGORIES - 1 :]
        names[rare] = f"{len(rare)} others"
    # A missing value has the code -1, and with it the last name.
    texts = np.append(names, np.array([None], dtype="object"))[codes]
    ends = np.cumsum([len(each) for each in sides])[:-1]
    return tuple(pd.Series(part, dtype="object") for part in np.split(texts, ends))
