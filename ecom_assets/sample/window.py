"""Which stretch of the sample's world is written: all of it, the part up to a day, or a further part.

Belongs here: dates of a delivery and what follows from them for file names. Does not belong here: which rows of a
table are known by a date (that stands beside the table).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np


@dataclass(frozen=True, slots=True)
class Window:
    """A delivery: what became known from one day to another, both included.

    Attributes
    ----------
    start
        First day of a further delivery; without it the delivery holds all that came before ``until``.
    until
        Last day; without it everything there is.
    """

    start: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a window without a day in it, and a further delivery without a name."""
        if self.start is None:
            return
        if self.until is None:
            raise ValueError("a delivery from a date on needs the date until which it goes: its files are named by it")
        if self.until < self.start:
            raise ValueError(f"a delivery from {self.start} cannot end on {self.until}")

    @property
    def is_further(self) -> bool:
        """Whether the delivery lands next to an earlier one."""
        return self.start is not None

    @property
    def since(self) -> np.datetime64 | None:
        """Return the moment before which everything was delivered already."""
        return None if self.start is None else np.datetime64(self.start, "s")

    @property
    def before(self) -> np.datetime64 | None:
        """Return the moment at which the delivery is cut: the end of its last day."""
        return None if self.until is None else np.datetime64(self.until + timedelta(days=1), "s")

    def file_name(self, stem: str) -> str:
        """Return the name of a table's file; further deliveries carry their last day."""
        return f"{stem}_{self.until}.csv" if self.is_further else f"{stem}.csv"


EVERYTHING = Window()
