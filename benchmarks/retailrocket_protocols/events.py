"""Reads events.csv, plain or gzip-compressed.

Belongs here: from the file to columns, and what is wrong with a file. Does not belong here: sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.header import check_header, read_header
from ecom_assets.ingestion.sources.retailrocket import EVENTS

# DuckDB gives rows in the order of the file. A kind that is not known shows that the file is another one.
_QUERY = """
select "timestamp" as time, visitorid as visitor, itemid as item, event = 'view' as is_view,
    event in ('view', 'addtocart', 'transaction') as is_known
from read_csv(
    ?, header = true, delim = ',', types = {'timestamp': 'bigint', 'visitorid': 'bigint', 'itemid': 'integer',
    'event': 'varchar', 'transactionid': 'varchar'}
)
"""


@dataclass(frozen=True, slots=True)
class Events:
    """Events as columns, each of shape (events,).

    Attributes
    ----------
    time
        When it happened, since 1970-01-01 UTC: milliseconds as the file has them, or a coarser unit.
    visitor, item
        Who and what.
    is_view
        False for a cart or a purchase.
    """

    time: NDArray[np.int64]
    visitor: NDArray[np.int64]
    item: NDArray[np.int32]
    is_view: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.time)

    def take(self, rows: NDArray[np.intp]) -> Events:
        """Return the events at these positions, in this order."""
        return Events(self.time[rows], self.visitor[rows], self.item[rows], self.is_view[rows])


def read_events(path: Path) -> Events:
    """Return the events of a file, in its order, repeated lines included.

    Raises
    ------
    LoadError
        If there is no such file, its header lacks a column, it has no rows, or a row cannot be read.
    """
    name = path.name
    if not path.is_file():
        raise LoadError(f"there is no file {path}; name the data set's events.csv, or events.csv.gz")
    check_header(read_header(path, name, is_gzip=path.suffix == ".gz"), [each.name for each in EVENTS.columns], name)
    try:
        frame = duckdb.connect().execute(_QUERY, [str(path)]).df()
    except duckdb.Error as error:
        raise LoadError(f"{name} cannot be read: {' '.join(str(error).splitlines()[:3])}; repair that row") from error
    if frame.empty:
        raise LoadError(f"{name} has a header and no rows; deliver the file again")
    _check_rows(frame, name)
    return Events(
        time=frame["time"].to_numpy(dtype=np.int64),
        visitor=frame["visitor"].to_numpy(dtype=np.int64),
        item=frame["item"].to_numpy(dtype=np.int32),
        is_view=frame["is_view"].to_numpy(dtype=np.bool_),
    )


def _check_rows(frame: pd.DataFrame, name: str) -> None:
    is_bad = frame.isna().any(axis=1) | ~frame["is_known"].fillna(value=False).astype(bool)
    if is_bad.any():
        row = cast("int", is_bad.to_numpy().argmax()) + 1
        raise LoadError(
            f"{name}: row {row} below the header lacks a value or is neither view, addtocart nor transaction "
            f"({int(is_bad.sum()):,} such rows); this is not the data set's file of events"
        )
