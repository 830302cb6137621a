"""Columns between DuckDB and Postgres: what the types of one are called in the other.

Belongs here: names of types, and casts between them. Does not belong here: sessions, tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow

from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.errors import WarehouseError

# Decimals are written alike but for the name.
_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP_NS": "timestamp without time zone",
    "VARCHAR": "text",
}
# How the driver marks the columns that it hands over as text, and where it says their digits.
_TYPE, _MODIFIER = b"POSTGRESQL:type", b"POSTGRESQL:typmod"
_NUMERIC = b"numeric"
_MODIFIER_OFFSET = 4


def postgres_type(duckdb_type: str) -> str:
    """Return Postgres's own name of a type.

    Raises
    ------
    WarehouseError
        If there is none.
    """
    if duckdb_type.startswith("DECIMAL("):
        return duckdb_type.lower().replace("decimal", "numeric").replace(" ", "")
    if duckdb_type not in _TYPES:
        raise WarehouseError(f"columns of type {duckdb_type} cannot be kept in Postgres; cast them before")
    return _TYPES[duckdb_type]


def postgres_columns(
    connection: duckdb.DuckDBPyConnection, relation: str, stored: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Return name and Postgres type of the columns of a relation in DuckDB.

    Parameters
    ----------
    connection
        Where the relation can be read.
    relation
        The relation.
    stored
        Types that columns have on the server, by name, which go before their own.
    """
    described = connection.execute(f"select column_name, column_type from (describe {relation})").fetchall()
    known = stored or {}
    return [(name, known[name] if name in known else postgres_type(kind)) for name, kind in described]


def casts_to_server(columns: list[tuple[str, str]]) -> str:
    """Return the SQL by which DuckDB selects columns in the types that they have on the server."""
    return ", ".join(f"cast({quoted(name)} as {kind}) as {quoted(name)}" for name, kind in columns)


def column_definitions(columns: list[tuple[str, str]]) -> str:
    """Return columns as they stand in ``create table``."""
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)


def cast_from_server(field: pyarrow.Field) -> str:
    """Return the SQL by which DuckDB reads a column of the server in its own type.

    Numbers of fixed digits come as text; one without declared digits becomes a double.
    """
    name, metadata = quoted(field.name), field.metadata or {}
    if metadata.get(_TYPE) != _NUMERIC:
        return name
    modifier = int(metadata.get(_MODIFIER, b"-1")) - _MODIFIER_OFFSET
    if modifier < 0:
        return f"cast({name} as double) as {name}"
    return f"cast({name} as decimal({modifier >> 16}, {modifier & 0xFFFF})) as {name}"
