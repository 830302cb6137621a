"""The same months of the year before, as a reference in which season is no drift.

Belongs here: the choice of the reference's rows by calendar month. Does not belong here: the comparison (``judge``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.window import Window

TRAINING_WINDOW = "the champion's training window"
SAME_MONTHS = "the same months of the year before"
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class NamedReference:
    """A reference, and what it is in words."""

    window: Window
    name: str


def same_months_of_the_year_before(reference: Window, current: Window, min_rows: int) -> NamedReference:
    """Return the rows of the current window's calendar months one year earlier.

    Parameters
    ----------
    reference, current
        Both windows.
    min_rows
        If the reference has fewer rows in these months, all of it is returned, and its name says why.
    """
    wanted = np.unique(_months(current.period)) - _MONTHS_A_YEAR
    is_kept = np.isin(_months(reference.period), wanted)
    found = int(np.count_nonzero(is_kept))
    if found < min_rows:
        return NamedReference(
            reference, f"{TRAINING_WINDOW} (only {found:,} of its rows are from {SAME_MONTHS}; {min_rows:,} are needed)"
        )
    first = max(reference.first, _day(wanted.min()))
    last = min(reference.last, _day(wanted.max() + 1, days_before=1))
    return NamedReference(reference.part(is_kept, first, last), SAME_MONTHS)


def _months(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[M]")


def _day(month: np.datetime64, days_before: int = 0) -> date:
    """Return the first day of a month, or a day so many days before it."""
    day: date = (month.astype("datetime64[D]") - days_before).item()
    return day
