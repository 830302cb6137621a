"""Two builds of a feature table, row by row up to a day: what differs.

Belongs here: the comparison and how it is told. Does not belong here: where the builds come from (``audit``).

Up to the day the same rows must stand in both, and every feature must be equal: exactly, numbers of double precision
within a relative 1e-9, NULL only to NULL. A label is compared where the cut build has a value that it says was known by
the day; later ones are the future's to fill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ecom_assets.point_in_time.feature_tables import FeatureTable
from ecom_assets.sql_text import literal, quoted

MAX_EXAMPLES = 20
LABEL_KNOWN_AT = "label_known_at"
_TOLERANCE = "1e-9"
_ROW = "(row)"
_WHOLE, _CUT = "whole_rows", "cut_rows"


@dataclass(frozen=True, slots=True)
class Example:
    """One value that differs.

    Attributes
    ----------
    key
        The row, as ``column=value`` pairs.
    whole, cut
        The value in the whole and in the cut build, as text.
    """

    key: str
    whole: str
    cut: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A column of a table in which the builds differ; ``(row)`` where whole rows do.

    Attributes
    ----------
    table, column
        Where.
    count
        In how many rows.
    examples
        Some of them, by key.
    """

    table: str
    column: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Outcome of one table.

    Attributes
    ----------
    table
        Its name.
    rows
        Rows of the cut build that were compared.
    differences
        What differs; nothing if the builds agree.
    """

    table: str
    rows: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Builds:
    """The two builds of one table.

    Attributes
    ----------
    whole, cut
        Relations to read.
    before
        SQL of the moment before which the table's date must lie to be compared.
    has_labels
        Whether labels are compared too.
    voided
        By label the query of the rows (of the whole build, by the table's keys) for which it is NULL because of what
        became of them in the end; a value of the cut build is no difference there.
    """

    whole: str
    cut: str
    before: str
    has_labels: bool = True
    voided: Mapping[str, str] | None = None


def compare(connection: duckdb.DuckDBPyConnection, table: FeatureTable, builds: Builds) -> Comparison:
    """Compare two builds of a table.

    Parameters
    ----------
    connection
        Where both relations can be read; temporary tables are made in it.
    table
        What its columns are.
    builds
        The relations, and up to when they are compared.
    """
    keys = tuple(dict.fromkeys((*table.keys, table.as_of_column)))
    for name, relation in ((_WHOLE, builds.whole), (_CUT, builds.cut)):
        connection.execute(
            f"create or replace temp table {name} as "
            f"select * from {relation} where {quoted(table.as_of_column)} < {builds.before}"
        )
    [(rows,)] = connection.execute(f"select count(*) from {_CUT}").fetchall()
    repeated = [*_repeated(connection, table.name, _WHOLE, keys), *_repeated(connection, table.name, _CUT, keys)]
    # Rows that repeat would meet each other crosswise.
    found = repeated or _differences(connection, table, keys, builds)
    return Comparison(table.name, int(rows), tuple(found))


def describe(comparisons: Sequence[Comparison]) -> str:
    """Return the differences in words, with at most ``MAX_EXAMPLES`` examples in all."""
    differences = [difference for comparison in comparisons for difference in comparison.differences]
    each = max(1, MAX_EXAMPLES // max(1, len(differences)))
    lines: list[str] = []
    left = MAX_EXAMPLES
    for difference in differences:
        lines.append(f"{difference.table}.{difference.column} differs in {difference.count} rows")
        for example in difference.examples[: min(each, left)]:
            lines.append(f"  {example.key}: whole {example.whole}, cut {example.cut}")
            left -= 1
    return "\n".join(lines)


def _repeated(
    connection: duckdb.DuckDBPyConnection, table: str, relation: str, keys: Sequence[str]
) -> list[Difference]:
    """Return the keys that stand more than once in one build."""
    names = ", ".join(quoted(key) for key in keys)
    found = connection.execute(
        f"select {_key_text(keys)}, count(*), count(*) over () from {relation} group by {names} having count(*) > 1 "
        f"order by 1 limit {MAX_EXAMPLES}"
    ).fetchall()
    if not found:
        return []
    examples = [
        Example(key, *((f"{count} times", "-") if relation == _WHOLE else ("-", f"{count} times")))
        for key, count, _ in found
    ]
    return [Difference(table, _ROW, found[0][2], tuple(examples))]


def _differences(
    connection: duckdb.DuckDBPyConnection, table: FeatureTable, keys: Sequence[str], builds: Builds
) -> list[Difference]:
    """Return the columns in which rows of equal keys differ, and the rows that stand on one side only."""
    types = {name: kind for name, kind, *_ in connection.execute(f"describe {_CUT}").fetchall()}
    conditions = {_ROW: "whole_rows.is_there is null or cut_rows.is_there is null"}
    for column in (*table.times, *table.features):
        if column != LABEL_KNOWN_AT:
            conditions[column] = f"{_both()} and not {_is_equal(column, types[column])}"
    if builds.has_labels:
        labels = [*table.labels, *(column for column in table.times if column == LABEL_KNOWN_AT)]
        conditions |= {column: _label_differs(column, types, keys, builds) for column in labels}
    sides = [f"(select *, true as is_there from {name}) as {name}" for name in (_WHOLE, _CUT)]
    joined = f"{sides[0]} full join {sides[1]} using ({', '.join(quoted(key) for key in keys)})"
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in conditions.values())
    [found] = connection.execute(f"select {counts} from {joined}").fetchall()
    return [
        Difference(table.name, column, count, _examples(connection, joined, keys, column, conditions[column]))
        for column, count in zip(conditions, found, strict=True)
        if count
    ]


def _both() -> str:
    return "whole_rows.is_there and cut_rows.is_there"


def _is_equal(column: str, kind: str) -> str:
    """Return SQL, never NULL, for: the column has the same value in both builds."""
    whole, cut = (f"{side}.{quoted(column)}" for side in (_WHOLE, _CUT))
    same = f"{whole} is not distinct from {cut}"
    if kind not in ("DOUBLE", "FLOAT"):
        return f"({same})"
    near = f"abs({whole} - {cut}) <= {_TOLERANCE} * greatest(abs({whole}), abs({cut}))"
    return f"({same} or coalesce(isfinite({whole}) and isfinite({cut}) and {near}, false))"


def _label_differs(column: str, types: Mapping[str, str], keys: Sequence[str], builds: Builds) -> str:
    """Return SQL for: a label that the cut build knew has another value in the whole build, and no excuse."""
    known = f"cut_rows.{quoted(column)} is not null and cut_rows.{LABEL_KNOWN_AT} <= {builds.before}"
    differs = f"{_both()} and {known} and not {_is_equal(column, types[column])}"
    query = (builds.voided or {}).get(column)
    if query is None:
        return differs
    key = quoted(keys[0])
    return f"{differs} and not (whole_rows.{quoted(column)} is null and {key} in ({query}))"


def _examples(
    connection: duckdb.DuckDBPyConnection, joined: str, keys: Sequence[str], column: str, condition: str
) -> tuple[Example, ...]:
    values = [
        f"case when {side}.is_there then 'there' else 'missing' end"
        if column == _ROW
        else f"coalesce(cast({side}.{quoted(column)} as text), 'NULL')"
        for side in (_WHOLE, _CUT)
    ]
    found = connection.execute(
        f"select {_key_text(keys)}, {', '.join(values)} from {joined} where {condition} order by 1 limit {MAX_EXAMPLES}"
    ).fetchall()
    return tuple(Example(*row) for row in found)


def _key_text(keys: Sequence[str]) -> str:
    return " || ', ' || ".join(f"{literal(key + '=')} || coalesce(cast({quoted(key)} as text), 'NULL')" for key in keys)
