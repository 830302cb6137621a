"""Whom one can look up, and what is shown of each score.

Belongs here: which tables of scores are about whom, and which of their columns are shown. Does not belong here: rows of
those tables (``rows``), files (``shards``, ``site``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ml_assets.predictions import (
    BAND,
    DELIVERY_DAYS,
    PROBABILITY_ALIVE,
    REASONS,
    SCORE,
    SCORE_HORIZON,
    SEGMENT,
    PredictionTable,
    expected_value_columns,
)

# By the column that names them: what they are called.
KINDS = {
    "customer_unique_id": "customer",
    "seller_id": "seller",
    "order_id": "order",
    "visitor_id": "visitor",
}
_LOW, _, _HIGH = expected_value_columns(SCORE_HORIZON)
# What is shown of the newest score beside score, band and reasons, where a table has it.
_FACTS = (SEGMENT, PROBABILITY_ALIVE, _LOW, _HIGH, *DELIVERY_DAYS)
# How reasons are kept is of no interest to who reads them.
_FORMAT = "JSON list of "


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of those whom one can look up.

    Attributes
    ----------
    kind
        What they are called.
    column
        Column that names them.
    tables
        Tables of scores about them; at least one.
    """

    kind: str
    column: str
    tables: tuple[PredictionTable, ...]


def subjects_of(tables: Mapping[str, PredictionTable]) -> tuple[Subject, ...]:
    """Return whom one can look up in tables of scores by name of their model; lists of items are about nobody here.

    Raises
    ------
    KeyError
        If it is not known what the rows of a table are called.
    """
    scored = [table for table in tables.values() if table.listed is None]
    columns = dict.fromkeys(table.key[0] for table in scored)
    return tuple(
        Subject(KINDS[column], column, tuple(table for table in scored if table.key[0] == column)) for column in columns
    )


def fact_columns(table: PredictionTable) -> tuple[str, ...]:
    """Return the further columns that are shown of the newest score."""
    names = {column.name for column in table.columns}
    return tuple(name for name in _FACTS if name in names)


def column_words(table: PredictionTable) -> dict[str, str]:
    """Return by name what the shown columns of a table mean."""
    meant = {column.name: column.description for column in table.columns}
    return {name: meant[name].removeprefix(_FORMAT) for name in (SCORE, BAND, REASONS, *fact_columns(table))}
