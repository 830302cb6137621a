"""Columns of known law, that may be shifted by so many of their own standard deviations.

Belongs here: laws as probabilities of cells and as values. Does not belong here: who judges them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn

FloatArray = npt.NDArray[np.float64]

_CELLS = 64
_LOGNORMAL = stats.lognorm(1.0)


class Law(StrEnum):
    """How values are spread."""

    NORMAL = "normal"
    LOGNORMAL = "log-normal"
    CATEGORIES = "categories"
    ZERO_INFLATED = "zero-inflated"
    BINARY = "binary"
    MISSING = "missing share"


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column of known law.

    Attributes
    ----------
    law
        How values are spread. A shift moves normal and log-normal values up by so many standard deviations; of
        categories the share of the most frequent one, of zero-inflated values that of the others, of binary ones that
        of the ones, of values with gaps that of the gaps, each by so many standard deviations of the indicator.
    parameter
        Number of categories, share of zeros, share of ones, share of gaps; of no account for the others.
    """

    law: Law
    parameter: float = 0.0

    @property
    def kind(self) -> ColumnKind:
        """How it is compared."""
        return ColumnKind.CATEGORICAL if self.law is Law.CATEGORIES else ColumnKind.NUMERIC

    @property
    def name(self) -> str:
        """Its law in words."""
        return f"{self.law} {self.parameter:g}" if self.parameter else str(self.law)

    def monitored(self, place: int) -> MonitoredColumn:
        """Return its declaration as a column of a frame."""
        return MonitoredColumn(f"{self.name} ({place})", self.kind)

    def probabilities(self, shift: float = 0.0, fineness: int = 1) -> FloatArray:
        """Return the probability of each cell; of a column with gaps the last is that of the gaps.

        Parameters
        ----------
        shift
            In standard deviations.
        fineness
            Into how many parts each of the cells of a continuous law is divided.
        """
        if self.law is Law.BINARY:
            rate = _moved(self.parameter, shift)
            return np.array([1.0 - rate, rate])
        if self.law is Law.CATEGORIES:
            return self._category_shares(shift)
        if self.law is Law.ZERO_INFLATED:
            others = _moved(1.0 - self.parameter, shift)
            cells = max(round(_CELLS * (1.0 - self.parameter)), 1) * fineness
            return np.concatenate([[1.0 - others], np.full(cells, others / cells)])
        if self.law is Law.MISSING:
            gaps = _moved(self.parameter, shift)
            return np.concatenate([np.full(_CELLS * fineness, (1.0 - gaps) / (_CELLS * fineness)), [gaps]])
        law = stats.norm() if self.law is Law.NORMAL else _LOGNORMAL
        edges = law.ppf(np.linspace(0.0, 1.0, _CELLS * fineness + 1)) - shift * float(law.std())
        return np.diff(law.cdf(edges))

    def coarse(self, counts: FloatArray, fineness: int) -> FloatArray:
        """Return counts of fine cells, shape (..., cells), as those of the cells that they are parts of."""
        if self.law in (Law.BINARY, Law.CATEGORIES):
            return counts
        # The cell of the zeros comes first, that of the gaps last; neither is divided.
        apart = {Law.ZERO_INFLATED: (1, 0), Law.MISSING: (0, 1)}.get(self.law, (0, 0))
        end = counts.shape[-1] - apart[1]
        divided = counts[..., apart[0] : end]
        joined = divided.reshape(*divided.shape[:-1], -1, fineness).sum(axis=-1)
        return np.concatenate([counts[..., : apart[0]], joined, counts[..., end:]], axis=-1)

    def known(self, counts: FloatArray) -> FloatArray:
        """Return the counts of rows with a value, shape (..., cells)."""
        return counts[..., :-1] if self.law is Law.MISSING else counts

    def values(self, generator: np.random.Generator, rows: int, shift: float = 0.0) -> pd.Series:
        """Return values of a window, shape (rows,)."""
        if self.law is Law.CATEGORIES:
            shares = self._category_shares(shift)
            return pd.Series(generator.choice(len(shares), size=rows, p=shares)).map(str)
        if self.law is Law.BINARY:
            return pd.Series(generator.random(rows) < _moved(self.parameter, shift)).astype(np.float64)
        normal = generator.normal(size=rows)
        if self.law is Law.NORMAL:
            return pd.Series(normal + shift)
        if self.law is Law.LOGNORMAL:
            return pd.Series(np.exp(normal) + shift * float(_LOGNORMAL.std()))
        if self.law is Law.ZERO_INFLATED:
            is_other = generator.random(rows) < _moved(1.0 - self.parameter, shift)
            return pd.Series(np.where(is_other, np.exp(normal), 0.0))
        return pd.Series(np.where(generator.random(rows) < _moved(self.parameter, shift), np.nan, normal))

    def _category_shares(self, shift: float) -> FloatArray:
        """Return shares that fall as one over the rank and a half."""
        weights = 1.0 / (np.arange(int(self.parameter)) + 1.5)
        shares = weights / weights.sum()
        first = _moved(float(shares[0]), shift)
        return np.concatenate([[first], shares[1:] * (1.0 - first) / (1.0 - shares[0])])


def _moved(share: float, shift: float) -> float:
    """Return a share moved by so many standard deviations of its indicator.

    Raises
    ------
    ValueError
        If nothing is left for the others.
    """
    moved = float(share + shift * np.sqrt(share * (1.0 - share)))
    if not 0.0 <= moved <= 1.0:
        raise ValueError(f"a share of {share:g} moved by {shift:g} standard deviations is {moved:g}; shift it less")
    return moved


MIX = (
    *[DrawnColumn(Law.NORMAL)] * 7,
    *[DrawnColumn(Law.LOGNORMAL)] * 6,
    *[DrawnColumn(Law.CATEGORIES, count) for count in (2, 5, 12, 20)],
    *[DrawnColumn(Law.ZERO_INFLATED, zeros) for zeros in (0.5, 0.9, 0.99)],
    *[DrawnColumn(Law.BINARY, rate) for rate in (0.002, 0.01, 0.05)],
    *[DrawnColumn(Law.MISSING, gaps) for gaps in (0.02, 0.2)],
)
"""The 25 columns of a verdict."""
