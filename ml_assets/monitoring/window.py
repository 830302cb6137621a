"""Rows of a stretch of time, as two of them are compared.

Belongs here: the types. Does not belong here: where rows come from, how they are compared (``gate``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of a stretch of time.

    Attributes
    ----------
    frame
        Compared columns by name, n rows, with a RangeIndex.
    entity
        Whom a row is about, shape (n,). Rows of one entity are not independent; both windows number entities alike.
    period
        As-of day, or first day of the period, of each row: ``datetime64[D]`` of shape (n,). Rows of one period may be
        shifted together.
    first, last
        First and last day that the rows stand for.

    Raises
    ------
    ValueError
        If frame, entities and periods have not the same number of rows.
    """

    frame: pd.DataFrame
    entity: npt.NDArray[np.int64]
    period: npt.NDArray[np.datetime64]
    first: date
    last: date

    def __post_init__(self) -> None:
        """Check that all parts speak of the same rows."""
        rows = (len(self.frame), len(self.entity), len(self.period))
        if len(set(rows)) > 1:
            raise ValueError(
                f"a window needs one entity and one period a row, but its frame has {rows[0]} rows, {rows[1]} entities "
                f"and {rows[2]} periods; build all three from the same rows"
            )

    def part(self, is_kept: npt.NDArray[np.bool_], first: date, last: date) -> Window:
        """Return the rows of a mask of shape (n,), as a window from ``first`` to ``last``."""
        frame = self.frame.loc[is_kept].reset_index(drop=True)
        return Window(frame, self.entity[is_kept], self.period[is_kept], first, last)


@dataclass(frozen=True, slots=True)
class WindowPair:
    """A window, and the rows that it is compared with."""

    reference: Window
    current: Window
