"""Values of two windows as cells that hold rows of both.

Belongs here: quantile cells of numbers, one cell a category, missing values. Does not belong here: what the cells show
(``components``).

Cells depend on both windows together only, never on which row stands in which. So under exchangeable rows the counts
given the cells follow the law of sampling without replacement, and thresholds from it hold whatever the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

MISSING = -1
REST = "the rare ones"


@dataclass(frozen=True, slots=True)
class Cells:
    """Where each row of two windows lies.

    Attributes
    ----------
    code
        Cell of each row, reference first, shape (n,); ``MISSING`` for a missing value.
    names
        Categories by cell; empty for ordered cells.
    count
        Number of cells.
    """

    code: IntArray
    names: tuple[str, ...]
    count: int

    def counts(self, reference_rows: int) -> tuple[FloatArray, FloatArray]:
        """Return the rows in each cell of reference and current, shape (count,) each, without missing values."""
        return self._counted(self.code[:reference_rows]), self._counted(self.code[reference_rows:])

    def _counted(self, code: IntArray) -> FloatArray:
        return np.bincount(code[code != MISSING], minlength=self.count).astype(np.float64)


def ordered_cells(values: FloatArray, bins: int) -> Cells:
    """Divide numbers into quantiles of themselves; equal values share a cell.

    Parameters
    ----------
    values
        Both windows, shape (n,); NaN is missing, infinities are the first and the last in order.
    bins
        Number of cells at most.
    """
    is_known = ~np.isnan(values)
    distinct, of_row, counts = np.unique(values[is_known], return_inverse=True, return_counts=True)
    cell_of_value = merged(counts, bins)
    code = np.full(len(values), MISSING, dtype=np.intp)
    code[is_known] = cell_of_value[of_row]
    return Cells(code, (), int(cell_of_value[-1]) + 1 if len(distinct) else 0)


def merged(counts: npt.NDArray[np.int64], bins: int) -> IntArray:
    """Return the cell of each distinct value, in ascending order, shape (values,).

    Parameters
    ----------
    counts
        Rows of each distinct value in both windows together.
    bins
        Values stay apart if there are no more of them; else each goes to the quantile that its mid-rank lies in.
    """
    if len(counts) <= bins:
        return np.arange(len(counts), dtype=np.intp)
    middle = (np.cumsum(counts) - counts / 2.0) / counts.sum()
    quantile = np.floor(middle * bins)
    return np.concatenate([[0], np.cumsum(np.diff(quantile) > 0)]).astype(np.intp)


def category_cells(values: pd.Series, min_share: float) -> Cells:
    """Give each category a cell, the most frequent first; those with a small share of both windows are compared as one.

    Parameters
    ----------
    values
        Both windows, n rows; None, NaN and NA are missing.
    min_share
        Share of the rows with a value below which a category is rare.
    """
    code, categories = pd.factorize(values)
    code = np.asarray(code, dtype=np.intp)
    is_known = code != MISSING
    counts = np.bincount(code[is_known], minlength=len(categories))
    is_rare = counts < min_share * counts.sum()
    if int(is_rare.sum()) < 2:
        is_rare[:] = False
    names = np.array([str(each) for each in categories], dtype=np.str_)
    kept = np.lexsort((names, -counts, is_rare))[: int((~is_rare).sum())]
    place = np.full(len(categories), len(kept), dtype=np.intp)
    place[kept] = np.arange(len(kept))
    code[is_known] = place[code[is_known]]
    rest = (REST,) if is_rare.any() else ()
    return Cells(code, (*(str(name) for name in names[kept]), *rest), len(kept) + len(rest))
