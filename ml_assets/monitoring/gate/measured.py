"""A column of two windows, measured: its values' components, and its missing share's.

Belongs here: from a frame's column to components. Does not belong here: the components' statistics (``components``),
judgement over columns (``judge``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.cells import MISSING, Cells, category_cells, ordered_cells
from ml_assets.monitoring.gate.components import Components, ordered_components, share_components
from ml_assets.monitoring.window import Window

IntArray = npt.NDArray[np.intp]

ORDERED_PARTS = ("location", "spread", "shape")
MISSING_PART = "missing share"
# Part of a column's chance of a false alarm that goes to its missing share, where values are missing at all.
_MISSING_WEIGHT = 0.2
# Fewer rows have no second or third moment.
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """Components that are measured on the same rows.

    Attributes
    ----------
    parts
        What each component is called, one a component.
    code
        Cell of each row, reference first, shape (n,); ``MISSING`` for rows that are not among those measured.
    components
        Their effects.
    weight
        Part of the column's chance of a false alarm, 0 to 1.
    """

    parts: tuple[str, ...]
    code: IntArray
    components: Components
    weight: float


def blocks(reference: Window, current: Window, column: MonitoredColumn, config: DriftConfig) -> tuple[Block, ...]:
    """Return what can be measured of a column: nothing, its values, its missing share, or both.

    Parameters
    ----------
    reference, current
        Windows with at least one row each.
    column
        Which column, and how its values are compared.
    config
        Bins and least shares.

    Raises
    ------
    ValueError
        If a window lacks the column, or a numeric one holds other things than numbers.
    """
    rows = len(reference.frame)
    values = pd.concat([_values(reference, column), _values(current, column)], ignore_index=True)
    cells = _cells(values, column.kind, config)
    known = [count.sum() for count in cells.counts(rows)]
    is_compared = min(known) > 0 and sum(known) >= _LEAST_ROWS
    is_missing = (cells.code == MISSING).astype(np.intp)
    has_missing = bool(is_missing.any())
    weight = 1.0 - _MISSING_WEIGHT if has_missing and is_compared else 1.0
    found = [_values_block(cells, rows, column.kind, weight)] if is_compared else []
    if has_missing:
        shares = share_components(*Cells(is_missing, (), 2).counts(rows))
        found.append(Block((MISSING_PART,), is_missing, shares, 1.0 - weight if is_compared else 1.0))
    return tuple(found)


def _values(window: Window, column: MonitoredColumn) -> pd.Series:
    if column.name not in window.frame.columns:
        raise ValueError(
            f"column {column.name!r} is monitored, but the window from {window.first} to {window.last} lacks it; "
            "take it out of the monitored columns or build the window with it"
        )
    return window.frame[column.name]


def _cells(values: pd.Series, kind: ColumnKind, config: DriftConfig) -> Cells:
    if kind is ColumnKind.CATEGORICAL:
        return category_cells(values, config.min_share)
    try:
        return ordered_cells(values.to_numpy(dtype=np.float64, na_value=np.nan), config.bins)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"column {values.name!r} is declared numeric, but holds other things than numbers ({error}); declare it "
            "categorical or convert it"
        ) from error


def _values_block(cells: Cells, rows: int, kind: ColumnKind, weight: float) -> Block:
    counts = cells.counts(rows)
    if kind is ColumnKind.NUMERIC:
        return Block(ORDERED_PARTS, cells.code, ordered_components(*counts), weight)
    named = cells.names[1:] if cells.count == 2 else cells.names
    return Block(tuple(f"share of {name!r}" for name in named), cells.code, share_components(*counts), weight)
