"""Two builds of a feature table, row by row up to a day: what differs.

Belongs here: which rows and columns are compared, and what excuses a label. Does not belong here: when values are equal
(``comparison.rows``), where the builds come from (``audit``).

Up to the day the same rows must stand in both, and every feature must be equal. A label is compared where the cut build
has a value that it says was known by the day; later ones are the future's to fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ecom_assets.comparison.outcome import Comparison
from ecom_assets.comparison.rows import FIRST, SECOND, Pair, differences, repeated_keys, value_differs
from ecom_assets.point_in_time.feature_tables import FeatureTable
from ecom_assets.sql_text import quoted

LABEL_KNOWN_AT = "label_known_at"
_WHOLE, _CUT = "whole_rows", "cut_rows"


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
    types = {name: kind for name, kind, *_ in connection.execute(f"describe {_CUT}").fetchall()}
    pair = Pair(table.name, keys, first=_WHOLE, second=_CUT)
    found = repeated_keys(connection, pair) or differences(connection, pair, _conditions(table, types, builds))
    return Comparison(table.name, int(rows), found)


def _conditions(table: FeatureTable, types: Mapping[str, str], builds: Builds) -> dict[str, str]:
    """Return SQL by column for: a row stands in both builds, and the column differs without an excuse."""
    conditions = {
        column: value_differs(column, types[column])
        for column in (*table.times, *table.features)
        if column != LABEL_KNOWN_AT
    }
    if builds.has_labels:
        labels = [*table.labels, *(column for column in table.times if column == LABEL_KNOWN_AT)]
        conditions |= {column: _label_differs(column, types[column], table.keys[0], builds) for column in labels}
    return conditions


def _label_differs(column: str, kind: str, key: str, builds: Builds) -> str:
    """Return SQL for: a label that the cut build knew has another value in the whole build, and no excuse."""
    known = f"{SECOND}.{quoted(column)} is not null and {SECOND}.{LABEL_KNOWN_AT} <= {builds.before}"
    differs = f"{value_differs(column, kind)} and {known}"
    query = (builds.voided or {}).get(column)
    if query is None:
        return differs
    return f"{differs} and not ({FIRST}.{quoted(column)} is null and {FIRST}.{quoted(key)} in ({query}))"
