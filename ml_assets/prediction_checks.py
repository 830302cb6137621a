"""What rows must be like that are to be written into a table of scores.

Belongs here: which checks a table gets, by the columns it has. Does not belong here: what a check looks at
(``prediction_rows``), the tables (``predictions``).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Any

import pandas as pd

from ml_assets.prediction_rows import (
    blank_problems,
    day_problems,
    interval_problems,
    key_problems,
    list_problems,
    null_problems,
    range_problems,
    rank_problems,
    same_problems,
    value_problems,
)
from ml_assets.predictions import (
    AS_OF_DATE,
    EXPECTED_VALUE,
    ITEM_ID,
    MAX_REASONS,
    RANK,
    REASONS,
    ColumnType,
    PredictionColumn,
    PredictionTable,
)


def schema_problems(frame: pd.DataFrame, table: PredictionTable) -> list[str]:
    """Return what is wrong with rows that are to be written into a table of scores; nothing if they are fit.

    Parameters
    ----------
    frame
        The rows.
    table
        Where they are to go. ``expected_value`` may stand beside its columns, unless it is a table of lists.
    """
    missing = [column.name for column in table.columns if column.name not in frame.columns]
    known = {column.name for column in table.columns} | (set() if table.listed else {EXPECTED_VALUE})
    extra = [str(name) for name in frame.columns if name not in known]
    problems = [f"{table.name} lacks the column {name}" for name in missing]
    problems += [f"{table.name} has the column {name}, which it should not have" for name in extra]
    # Without its columns nothing more can be said of the rows.
    return problems or [f"{table.name}: {problem}" for problem in _row_problems(frame, table)]


def _row_problems(frame: pd.DataFrame, table: PredictionTable) -> Iterable[str]:
    texts = [column.name for column in table.columns if column.type is ColumnType.TEXT]
    yield from null_problems(frame[list(table.required)])
    yield from blank_problems(frame[texts])
    yield from key_problems(frame[list(table.key)])
    yield from day_problems(frame[AS_OF_DATE])
    for column in table.columns:
        yield from _column_problems(frame[column.name], column)
    if EXPECTED_VALUE in frame.columns:
        # Here a number that is missing has no end either.
        yield from range_problems(frame[EXPECTED_VALUE].fillna(inf), -inf, inf)
    if table.listed is not None:
        yield from _list_problems(frame, table, table.listed)
    for names in table.intervals:
        yield from interval_problems(
            frame[list(names)], ends_may_lack=names[1] in table.required, is_mean=table.are_means
        )


def _column_problems(values: pd.Series[Any], column: PredictionColumn) -> Iterable[str]:
    if column.at_least is not None and column.at_most is not None:
        yield from range_problems(values, column.at_least, column.at_most)
    if column.allowed is not None:
        yield from value_problems(values, column.allowed)
    if column.name == REASONS:
        yield from list_problems(values, MAX_REASONS)


def _list_problems(frame: pd.DataFrame, table: PredictionTable, listed: str) -> Iterable[str]:
    """Tell of lists with gaps, with an item twice, or with the item that they are for."""
    yield from rank_problems(frame[[*table.answer_key, RANK]])
    yield from key_problems(frame[[*table.answer_key, listed]])
    if ITEM_ID in table.answer_key:
        yield from same_problems(frame[[ITEM_ID, listed]])
