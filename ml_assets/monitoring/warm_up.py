"""Rows of the first days of the data, whose features look back farther than the data go.

Belongs here: which rows and columns of a reference are left out for it. Does not belong here: columns that move with
time for good (``clocks``), the statistics (``gate``).

A count over the last 30 days is one over the last ten on the tenth day of the data. Such rows teach a model little that
is wrong, but beside a later window they look as if everybody had become more active.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ml_assets.monitoring.columns import MonitoredColumn, Role
from ml_assets.monitoring.rows import day
from ml_assets.monitoring.window import Window

# Columns over a stretch of days say so at the end of their names; a change is that from as many days before them.
_REACH = re.compile(r"(?P<change>_change)?_(?:(?P<days>\d+)(?:d|_days?)|(?P<stretch>short|long))$")
# The stretches of lateness that was known have names instead (``lateness_window_days`` of the dbt project).
STRETCH_DAYS = {"short": 30, "long": 90}
# Data begin with the first period of so large a share of the rows of a usual one: a trial long before is no past.
_LEAST_OF_USUAL = 0.1
_TOO_FAR = "Looks {days} days back, farther than the data go that the reference is from."
_FOLLOWS = "Follows from columns that look back farther than the data go that the reference is from."


def reach_days(name: str) -> int:
    """Return how many days a column looks back, by its name; 0 where the name says nothing of days."""
    found = _REACH.search(name)
    if found is None:
        return 0
    days = STRETCH_DAYS[found["stretch"]] if found["stretch"] else int(found["days"])
    return days * (2 if found["change"] else 1)


def warmed_up(
    reference: Window, columns: Sequence[MonitoredColumn], min_rows: int, began: np.datetime64 | None = None
) -> tuple[Window, tuple[MonitoredColumn, ...]]:
    """Leave out what the beginning of the data has bent.

    Rows whose longest stretch of days was not full are left out, where enough others stay; else those of the second
    longest, and so on. Days count from the first period that is no mere trial. Columns with a longer stretch are
    excluded, and with them what the model says, which follows from them.

    Parameters
    ----------
    reference
        Rows from the beginning of the data on, or some months of them.
    columns
        What is compared.
    min_rows
        How many rows have to stay.
    began
        Day on which the data begin; by default on which those of the reference do (``began_on``).

    Returns
    -------
    tuple
        The rows that stay, and the columns, of which some are excluded with the reason.
    """
    reaches = {column.name: reach_days(column.name) for column in columns if not column.excluded}
    age = (reference.period - (began_on(reference) if began is None else began)).astype(np.int64) + 1
    full = next((days for days in sorted({*reaches.values()}, reverse=True) if (age >= days).sum() >= min_rows), 0)
    kept = age >= full
    if kept.all() or not kept.any():
        return reference, _excluded(columns, reaches, full)
    first = day(reference.period[kept].min())
    return reference.part(kept, first, reference.last), _excluded(columns, reaches, full)


def began_on(reference: Window) -> np.datetime64:
    """Return the day on which the data of a whole reference begin: its first one, but for a trial before them."""
    first = np.datetime64(reference.first, "D")
    periods, rows = np.unique(reference.period, return_counts=True)
    usual = periods[rows >= _LEAST_OF_USUAL * np.median(rows)] if len(periods) else periods
    return first if not len(usual) or usual[0] == periods[0] else np.datetime64(usual[0], "D")


def _excluded(columns: Sequence[MonitoredColumn], reaches: dict[str, int], full: int) -> tuple[MonitoredColumn, ...]:
    """Return the columns; those that look back farther than is full are excluded, and with them predictions."""
    far = {name: _TOO_FAR.format(days=days) for name, days in reaches.items() if days > full}
    if far:
        far |= {column.name: _FOLLOWS for column in columns if column.role is Role.PREDICTION and not column.excluded}
    return tuple(replace(column, excluded=far[column.name]) if column.name in far else column for column in columns)
