"""Windows for tests, from columns by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.window import Window

_WINDOWS = count()
_MOST_ROWS = 10_000_000

FIRST, LAST = date(2018, 1, 1), date(2018, 1, 31)


def window(
    columns: Mapping[str, npt.ArrayLike],
    entity: npt.ArrayLike | None = None,
    period: npt.ArrayLike | None = None,
    first: date = FIRST,
    last: date = LAST,
) -> Window:
    """Return a window; without entities each row has one that no other window has, without periods all are of a day."""
    frame = pd.DataFrame(dict(columns))
    rows = len(frame)
    entities = np.arange(rows) + next(_WINDOWS) * _MOST_ROWS if entity is None else np.asarray(entity)
    days = np.full(rows, np.datetime64(first, "D")) if period is None else np.asarray(period, dtype="datetime64[D]")
    return Window(frame, entities.astype(np.int64), days, first, last)


def numeric(name: str, importance: float = 0.5, **declared: object) -> MonitoredColumn:
    return MonitoredColumn(name, ColumnKind.NUMERIC, importance=importance, **declared)  # type: ignore[arg-type]


def categorical(name: str, importance: float = 0.5, **declared: object) -> MonitoredColumn:
    return MonitoredColumn(name, ColumnKind.CATEGORICAL, importance=importance, **declared)  # type: ignore[arg-type]
