"""Histories of purchases, and their counts.

Belongs here: the columns that the laws read, checked. Does not belong here: how they are made from orders (that is
SQL: ``ftr_cltv_*``), what follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Histories:
    """What is known of each customer (or seller) at a moment; arrays of one length, time in days.

    Attributes
    ----------
    frequency
        Days with a purchase after the first such day (x).
    recency
        Days from the first to the last day with a purchase (t_x); 0 without repeat.
    age
        Days from the first day with a purchase to the moment (T).
    monetary_value
        Mean value of the repeat days, in money; 0 without repeat, or where nothing they bought had a price.
    """

    frequency: FloatArray
    recency: FloatArray
    age: FloatArray
    monetary_value: FloatArray

    def __post_init__(self) -> None:
        """Refuse arrays that cannot be histories.

        Raises
        ------
        ValueError
            If lengths differ, or a row breaks an order that histories keep; names the rule and how many rows.
        """
        columns = (self.frequency, self.recency, self.age, self.monetary_value)
        if any(column.shape != (len(self.age),) for column in columns):
            raise ValueError(
                f"The columns of histories have the shapes {[column.shape for column in columns]}: give arrays of one "
                "dimension and one length."
            )
        x, recency, age, money = columns
        rules = {
            "all values are finite": np.isfinite(x) & np.isfinite(recency) & np.isfinite(age) & np.isfinite(money),
            "frequency is a whole number, not below 0": (x >= 0) & (x == np.floor(x)),
            "0 <= recency <= age": (recency >= 0) & (recency <= age),
            "recency is 0 without repeat and above 0 with one": (x > 0) == (recency > 0),
            "monetary_value is not below 0, and 0 without repeat": (money >= 0) & ((x > 0) | (money == 0)),
        }
        broken = [f"{name} ({int((~holds).sum())} of {len(age)} rows)" for name, holds in rules.items() if ~holds.all()]
        if broken:
            raise ValueError(f"These are no histories of purchases; broken: {'; '.join(broken)}.")

    def __len__(self) -> int:
        """Return the number of histories."""
        return len(self.age)

    @property
    def has_repeat(self) -> npt.NDArray[np.bool_]:
        """Whether there was a purchase on a second day."""
        return self.frequency > 0

    @property
    def has_value(self) -> npt.NDArray[np.bool_]:
        """Whether the repeat days tell what is spent."""
        return self.monetary_value > 0

    def take(self, rows: npt.NDArray[np.bool_] | IntArray | slice) -> Histories:
        """Return some of the histories, by positions or a mask."""
        return Histories(self.frequency[rows], self.recency[rows], self.age[rows], self.monetary_value[rows])

    def compressed(self) -> Compressed:
        """Return each different (frequency, recency, age) once; the laws of purchases see nothing else."""
        row, inverse, counts = different_rows(self.frequency, self.recency, self.age)
        return Compressed(self.frequency[row], self.recency[row], self.age[row], counts=counts, inverse=inverse)


@dataclass(frozen=True, slots=True)
class Compressed:
    """Different histories of purchases, sorted.

    Attributes
    ----------
    frequency, recency, age
        As in ``Histories``.
    counts
        How many customers have each.
    inverse
        For each customer the position of his history: ``frequency[inverse]`` is the column that was compressed.
    """

    frequency: FloatArray
    recency: FloatArray
    age: FloatArray
    counts: IntArray
    inverse: IntArray

    def __len__(self) -> int:
        """Return the number of different histories."""
        return len(self.counts)


def different_rows(*columns: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return where each different row of the columns stands first, in the order of the values, and how often it comes.

    By hashing, column after column: ``numpy.unique`` over rows takes twenty times as long.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of the different rows; for each row its position among those; how many rows are equal to each.
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        level, levels = pd.factorize(column, sort=True)
        code, different = pd.factorize(code * max(len(levels), 1) + level, sort=True)
    inverse = code.astype(np.int64)
    first = np.empty(len(different), dtype=np.int64)
    first[inverse[::-1]] = np.arange(len(inverse) - 1, -1, -1)
    return first, inverse, np.bincount(inverse, minlength=len(different)).astype(np.int64)
