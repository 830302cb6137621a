"""Features as monitored columns, and from which raw columns each descends.

Belongs here: joining what a version says of its features with what is declared of them. Does not belong here: which
columns move with time by themselves (the questions), how raw columns are found (the platform).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources

from ml_assets.contract import TableName
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn

# Written by the platform from the lineage of the feature tables: raw columns by table and column.
RAW_COLUMNS_FILE = "raw_columns.json"


@cache
def declared_raw_columns() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return raw columns, ``table.column``, by name of the table of features and name of its column."""
    text = resources.files(__package__).joinpath(RAW_COLUMNS_FILE).read_text(encoding="utf-8")
    return {
        table: {column: tuple(raw) for column, raw in columns.items()} for table, columns in json.loads(text).items()
    }


def raw_columns(table: TableName, column: str) -> tuple[str, ...]:
    """Return the raw columns that a column of a table of features descends from; none where nothing is declared."""
    return declared_raw_columns().get(table.name, {}).get(column, ())


def features(
    table: TableName,
    names: Sequence[str],
    categories: Collection[str],
    importances: Mapping[str, float],
    clocks: Mapping[str, str],
) -> tuple[MonitoredColumn, ...]:
    """Return the features of a version as monitored columns.

    Parameters
    ----------
    table
        Table of features.
    names
        Features that the version reads.
    categories
        Those that are text.
    importances
        Share of each in what moves the version's answers; 0 where nothing is said.
    clocks
        Those that move with time by themselves, each with the reason.
    """
    return tuple(
        MonitoredColumn(
            name=name,
            kind=ColumnKind.CATEGORICAL if name in categories else ColumnKind.NUMERIC,
            importance=importances.get(name, 0.0),
            excluded=clocks.get(name, ""),
            raw_columns=raw_columns(table, name),
        )
        for name in names
    )
