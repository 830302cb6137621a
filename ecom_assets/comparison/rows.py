"""Rows of one table as two builds have them, met by key: which columns differ, and in which rows.

Belongs here: when values are equal, and the query that finds those that are not. Does not belong here: which rows and
columns are compared, where the builds come from.

Values are equal exactly, numbers of double precision within a relative tolerance, NULL only to NULL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ecom_assets.comparison.outcome import MAX_EXAMPLES, Difference, Example
from ecom_assets.sql_text import literal, quoted

ROW = "(row)"
# By these names conditions speak of the two sides; on the side where a row is missing all of its columns are NULL.
FIRST, SECOND = "first_rows", "second_rows"
BOTH_THERE = f"{FIRST}.is_there and {SECOND}.is_there"
INEXACT_TYPES = ("DOUBLE", "FLOAT")
# Of sums, which add up in another order in each build.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Pair:
    """Two relations that should hold the same rows.

    Attributes
    ----------
    table
        What they are called where a difference is told.
    keys
        Columns that identify a row in both.
    first, second
        The relations as they stand in a query.
    """

    table: str
    keys: tuple[str, ...]
    first: str
    second: str


def is_equal(column: str, kind: str, tolerance: float = TOLERANCE) -> str:
    """Return SQL, never NULL, for: the column, of a type of DuckDB, has the same value on both sides."""
    first, second = (f"{side}.{quoted(column)}" for side in (FIRST, SECOND))
    same = f"{first} is not distinct from {second}"
    if kind not in INEXACT_TYPES:
        return f"({same})"
    near = f"abs({first} - {second}) <= {tolerance!r} * greatest(abs({first}), abs({second}))"
    return f"({same} or coalesce(isfinite({first}) and isfinite({second}) and {near}, false))"


def value_differs(column: str, kind: str, tolerance: float = TOLERANCE) -> str:
    """Return SQL for: a row stands on both sides, and the column has another value."""
    return f"{BOTH_THERE} and not {is_equal(column, kind, tolerance)}"


def repeated_keys(connection: duckdb.DuckDBPyConnection, pair: Pair) -> tuple[Difference, ...]:
    """Return the keys that stand more than once on one side; such rows would meet each other crosswise."""
    names = ", ".join(quoted(key) for key in pair.keys)
    text = _key_text({key: quoted(key) for key in pair.keys})
    differences = []
    for relation, is_first in ((pair.first, True), (pair.second, False)):
        found = connection.execute(
            f"select {text}, count(*), count(*) over () from {relation} group by {names} having count(*) > 1 "
            f"order by 1 limit {MAX_EXAMPLES}"
        ).fetchall()
        examples = [
            Example(key, *((f"{count} times", "-") if is_first else ("-", f"{count} times"))) for key, count, _ in found
        ]
        if found:
            differences.append(Difference(pair.table, ROW, found[0][2], tuple(examples)))
    return tuple(differences)


def differences(
    connection: duckdb.DuckDBPyConnection, pair: Pair, conditions: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Return the rows that stand on one side only, and the columns in which rows of equal keys differ.

    Parameters
    ----------
    connection
        Where both relations can be read.
    pair
        The relations; keys must not repeat.
    conditions
        By column the SQL that holds where it differs.
    """
    wanted = {ROW: f"{FIRST}.is_there is null or {SECOND}.is_there is null", **conditions}
    joined = _joined(pair)
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in wanted.values())
    [found] = connection.execute(f"select {counts} from {joined}").fetchall()
    return tuple(
        Difference(pair.table, column, count, _examples(connection, pair, joined, column, wanted[column]))
        for column, count in zip(wanted, found, strict=True)
        if count
    )


def _joined(pair: Pair) -> str:
    sides = [
        f"(select *, true as is_there from {relation}) as {name}"
        for name, relation in ((FIRST, pair.first), (SECOND, pair.second))
    ]
    same_key = " and ".join(f"{FIRST}.{quoted(key)} is not distinct from {SECOND}.{quoted(key)}" for key in pair.keys)
    return f"{sides[0]} full join {sides[1]} on {same_key}"


def _examples(
    connection: duckdb.DuckDBPyConnection, pair: Pair, joined: str, column: str, condition: str
) -> tuple[Example, ...]:
    text = _key_text({key: f"coalesce({FIRST}.{quoted(key)}, {SECOND}.{quoted(key)})" for key in pair.keys})
    values = [
        f"case when {side}.is_there then 'there' else 'missing' end"
        if column == ROW
        else f"coalesce(cast({side}.{quoted(column)} as text), 'NULL')"
        for side in (FIRST, SECOND)
    ]
    found = connection.execute(
        f"select {text}, {', '.join(values)} from {joined} where {condition} order by 1 limit {MAX_EXAMPLES}"
    ).fetchall()
    return tuple(Example(*row) for row in found)


def _key_text(keys: Mapping[str, str]) -> str:
    """Return SQL of a row's key for people, of expressions by column."""
    return " || ', ' || ".join(
        f"{literal(key + '=')} || coalesce(cast({expression} as text), 'NULL')" for key, expression in keys.items()
    )
