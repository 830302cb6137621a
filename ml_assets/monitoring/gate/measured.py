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
from ml_assets.monitoring.gate.components import (
    ORDERED_ASPECTS,
    Aspect,
    Components,
    ordered_components,
    share_components,
)
from ml_assets.monitoring.window import Window

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

MISSING_PART = "missing share"
# Part of a column's chance of a false alarm that goes to its missing share, where values are missing at all.
_MISSING_WEIGHT = 1.0 / 3.0
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


@dataclass(frozen=True, slots=True)
class Weighted:
    """Components with their part of the column's chance of a false alarm, 0 to 1."""

    components: Components
    weight: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts show of a column: its values and its missing share, each None if there is nothing to compare."""

    known: Weighted | None
    missing: Weighted | None


def counted(
    reference: FloatArray,
    current: FloatArray,
    kind: ColumnKind,
    missing: tuple[FloatArray, FloatArray] | None,
) -> Counted:
    """Return the components of a column from counts: of its values, and of its missing share if it has one.

    Parameters
    ----------
    reference, current
        Rows in each cell, shape (..., cells); values are compared if each window has one and both have three together.
    kind
        Whether the cells are ordered.
    missing
        Rows without a value in reference and current, shape (...) each; None if there are none at all.
    """
    known = reference.sum(axis=-1), current.sum(axis=-1)
    is_compared = bool(np.all(np.minimum(*known) > 0.0) and np.all(known[0] + known[1] >= _LEAST_ROWS))
    weight = 1.0 - _MISSING_WEIGHT if missing is not None and is_compared else 1.0
    measure = ordered_components if kind is ColumnKind.NUMERIC else share_components
    values = Weighted(measure(reference, current), weight) if is_compared else None
    if missing is None:
        return Counted(values, None)
    gaps = [np.stack([rows, absent], axis=-1) for rows, absent in zip(known, missing, strict=True)]
    return Counted(values, Weighted(share_components(gaps[0], gaps[1]), 1.0 - weight if is_compared else 1.0))


def blocks(reference: Window, current: Window, column: MonitoredColumn, config: DriftConfig) -> tuple[Block, ...]:
    """Return what can be measured of a column: nothing, its values, its missing share, or both.

    Parameters
    ----------
    reference, current
        Windows with at least one row each, and at least three together.
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
    is_missing = (cells.code == MISSING).astype(np.intp)
    absent = [np.array(is_missing[part].sum(), dtype=np.float64) for part in (slice(None, rows), slice(rows, None))]
    missing = (absent[0], absent[1]) if is_missing.any() else None
    found = counted(*cells.counts(rows), column.kind, missing)
    laid = ((_parts(cells, column.kind), cells.code, found.known), ((MISSING_PART,), is_missing, found.missing))
    return tuple(Block(parts, code, each.components, each.weight) for parts, code, each in laid if each is not None)


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


def _parts(cells: Cells, kind: ColumnKind) -> tuple[str, ...]:
    if kind is ColumnKind.NUMERIC:
        return tuple(str(aspect) for aspect in ORDERED_ASPECTS)
    return tuple(f"{Aspect.SHARE} of {name!r}" for name in (cells.names[1:] if cells.count == 2 else cells.names))
