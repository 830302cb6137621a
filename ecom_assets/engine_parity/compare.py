"""One table on two engines: its columns with their types, and its rows.

Belongs here: what is held against what. Does not belong here: when values are equal (``comparison.rows``), how rows
come from a server (``warehouse``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ecom_assets.comparison.outcome import MAX_EXAMPLES, Comparison, Difference, Example
from ecom_assets.comparison.rows import INEXACT_TYPES, Pair, differences, repeated_keys, value_differs
from ecom_assets.engine_parity.tables import ComparedTable
from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.errors import WarehouseError
from ecom_assets.warehouse.postgres_types import postgres_type

TABLE, COLUMNS = "(table)", "(columns)"
_COPY = "(copy)"
_MISSING = "missing"

# Names and types of columns, in their order.
Columns = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sides:
    """A table as two engines have it, both readable in one DuckDB connection.

    Attributes
    ----------
    embedded, server
        The relations: of the embedded engine, and a copy of the server's.
    server_columns
        The columns on the server, with its own names of their types.
    """

    embedded: str
    server: str
    server_columns: Columns


def missing_table(table: str, *, is_embedded: bool, is_on_server: bool) -> Comparison:
    """Return the outcome of a table that does not stand on both engines."""
    there = Example(TABLE, *("there" if is_there else _MISSING for is_there in (is_embedded, is_on_server)))
    return Comparison(table, 0, (Difference(table, TABLE, 1, (there,), unit="engine"),))


def compare(connection: duckdb.DuckDBPyConnection, table: ComparedTable, sides: Sides) -> Comparison:
    """Compare a table on two engines.

    Columns must have the same names, order and types; values are compared where types agree. Rows meet by key. Where
    there is none, or it repeats, each row needs an equal row of its own: those of equal exact values are numbered in
    the order of their inexact ones.

    Parameters
    ----------
    connection
        Where both relations can be read.
    table
        Its name, key, and what is not compared.
    sides
        Where the table stands.
    """
    types = {
        name: kind
        for name, kind in connection.execute(
            f"select column_name, column_type from (describe {sides.embedded})"
        ).fetchall()
    }
    expected = [(name, server_type(kind)) for name, kind in types.items()]
    shared = [column for column in expected if column in sides.server_columns]
    names = [name for name, _ in shared if name not in table.ignored]
    called = str(table.name)
    [(rows,)] = connection.execute(f"select count(*) from {sides.server}").fetchall()
    found = column_differences(called, expected, sides.server_columns)
    pair = _keyed(connection, called, table.key, sides, names) or _numbered(
        called, sides, {name: types[name] for name in names}
    )
    conditions = {name: value_differs(name, types[name], table.tolerance) for name in names if name not in pair.keys}
    return Comparison(called, int(rows), (*found, *differences(connection, pair, conditions)))


def server_type(duckdb_type: str) -> str:
    """Return what the server should call a type; a type that it cannot have keeps its name, which none there bears."""
    try:
        return postgres_type(duckdb_type)
    except WarehouseError:
        return duckdb_type


def column_differences(table: str, embedded: Columns, server: Columns) -> tuple[Difference, ...]:
    """Return the columns that stand on one side only, at another place or with another type.

    Parameters
    ----------
    table
        What it is called.
    embedded, server
        The columns, with the server's names of their types.
    """
    shared = {name for name, _ in embedded} & {name for name, _ in server}
    sides = []
    for columns in (embedded, server):
        places = {name: place for place, name in enumerate((name for name, _ in columns if name in shared), start=1)}
        sides.append({name: (kind, places.get(name)) for name, kind in columns})
    unlike = [
        (name, [side.get(name) for side in sides])
        for name in dict.fromkeys((*sides[0], *sides[1]))
        if sides[0].get(name) != sides[1].get(name)
    ]
    if not unlike:
        return ()
    examples = tuple(Example(name, *(_column_text(column) for column in found)) for name, found in unlike)
    return (Difference(table, COLUMNS, len(unlike), examples[:MAX_EXAMPLES], unit="columns"),)


def _column_text(column: tuple[str, int | None] | None) -> str:
    if column is None:
        return _MISSING
    kind, place = column
    return kind if place is None else f"{kind} at place {place}"


def _keyed(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], sides: Sides, names: Sequence[str]
) -> Pair | None:
    """Return the sides with the key by which rows meet, or None if it cannot tell rows apart."""
    if not key or not set(key) <= set(names):
        return None
    pair = Pair(table, tuple(key), first=sides.embedded, second=sides.server)
    return None if repeated_keys(connection, pair) else pair


def _numbered(table: str, sides: Sides, types: dict[str, str]) -> Pair:
    """Return the sides with equal rows told apart by a number; all exact values, and the number, are their key."""
    exact = [quoted(name) for name, kind in types.items() if kind not in INEXACT_TYPES]
    inexact = [quoted(name) for name, kind in types.items() if kind in INEXACT_TYPES]
    partition = f"partition by {', '.join(exact)}" if exact else ""
    order = f"order by {', '.join(inexact)}" if inexact else ""
    selected = ", ".join(quoted(name) for name in types) + ", " if types else ""
    relations = [
        f"(select {selected}row_number() over ({partition} {order}) as {quoted(_COPY)} from {relation})"
        for relation in (sides.embedded, sides.server)
    ]
    keys = (*(name for name, kind in types.items() if kind not in INEXACT_TYPES), _COPY)
    return Pair(table, keys, first=relations[0], second=relations[1])
