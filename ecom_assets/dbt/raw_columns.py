"""Which raw columns the columns of the feature tables descend from, as a declaration that models read.

Belongs here: what of the lineage is declared, and its text. Does not belong here: tracing (``lineage``), writing the
file (``commands.write_raw_columns``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from ecom_assets.dbt.lineage import CALENDAR, Column, queries_of, raw_origins
from ecom_assets.ingestion.sources import SOURCES
from ml_assets.contract import FEATURES_SCHEMA

# Tables of days that are there whatever the data say.
_CALENDARS = frozenset(
    f"intermediate.{name}"
    for name in ("int_as_of_dates", "int_date_ranges", "int_observation_windows", "int_working_days")
)
_DIALECT = "duckdb"
# Columns that only say which row is meant are called so.
_IDENTIFIER = "id"


def raw_columns(manifest: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return, by feature table and column, the raw columns as ``table.column``.

    Parameters
    ----------
    manifest
        dbt's, with the compiled SQL of all models that features are made by.
    """
    raw = {
        f"{source.schema}.{table.name}": tuple(column.name for column in table.columns)
        for source in SOURCES.values()
        for table in source.tables
    }
    seeds = {
        f"{node['schema']}.{node['alias']}": tuple(node["columns"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "seed"
    }
    origins = raw_origins(queries_of(manifest), raw | seeds, _DIALECT, _CALENDARS | seeds.keys())
    return {
        relation.split(".")[1]: {column: told(found) for column, found in columns.items() if found - CALENDAR}
        for relation, columns in sorted(origins.items())
        if relation.split(".")[0] == FEATURES_SCHEMA
    }


def told(origins: Iterable[Column]) -> list[str]:
    """Return origins as ``table.column``, in order; identifiers only of tables of which nothing else is there.

    Rows are joined by identifiers everywhere; what shifts is another column of the table, if there is one.
    """
    names = sorted((relation.split(".")[1], column) for relation, column in set(origins) - CALENDAR)
    found: list[str] = []
    for table, group in groupby(names, key=lambda name: name[0]):
        columns = [column for _, column in group]
        values = [column for column in columns if not column.endswith(_IDENTIFIER)]
        found += [f"{table}.{column}" for column in values or columns]
    return found


def raw_columns_text(declared: Mapping[str, Mapping[str, list[str]]]) -> str:
    """Return the declaration as JSON, one column a line."""
    tables = []
    for table, columns in declared.items():
        lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(raw)}" for name, raw in columns.items())
        tables.append(f"  {json.dumps(table)}: {{\n{lines}\n  }}")
    return "{\n" + ",\n".join(tables) + "\n}\n"
