"""Stretches of the reference as long as the current window, and how the components differ between them.

Belongs here: which row lies in which stretch, mean scores of stretches, the noise in them. Does not belong here: what
follows from the differences (``shocks``), rows of one entity (``entities``).

A promotion or a holiday moves all rows of its month. The difference between the current window and the reference then
does not shrink with the number of rows, only with the number of months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.gate.cells import MISSING
from ml_assets.monitoring.gate.measured import Block
from ml_assets.monitoring.gate.shocks import Stretches

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

# In a month with so few rows, beside that in the middle, they are of a few sellers or days, and no month like others.
_LEAST_OF_TYPICAL = 0.25


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which rows of the reference hang together.

    Attributes
    ----------
    stretch
        Stretch of each row, from 0 for the oldest on, shape (n,).
    cluster
        Which rows share entity and stretch: their number from 0 on, shape (n,).
    stretch_of_cluster
        Shape (clusters,).
    distance
        From each stretch to the current window, in stretches, shape (stretches,).
    is_compared
        Stretches with a quarter of the rows of the middle one, or more; shape (stretches,).
    """

    stretch: IntArray
    cluster: IntArray
    stretch_of_cluster: IntArray
    distance: FloatArray
    is_compared: BoolArray

    @property
    def stretch_count(self) -> int:
        """Number of stretches that are compared."""
        return int(np.count_nonzero(self.is_compared))


def stretches(reference: npt.NDArray[np.datetime64], current: npt.NDArray[np.datetime64]) -> IntArray:
    """Return in which stretch each row of the reference lies, from 0 for the oldest on, shape (n,).

    A stretch has as many periods as the current window; periods left over at the beginning join the oldest.

    Parameters
    ----------
    reference, current
        Period of each row.
    """
    periods, place = np.unique(reference, return_inverse=True)
    length = max(len(np.unique(current)), 1)
    whole = max(len(periods) // length, 1)
    from_the_end = np.minimum((len(periods) - 1 - place) // length, whole - 1)
    return (whole - 1 - from_the_end).astype(np.intp)


def distances(
    reference: npt.NDArray[np.datetime64], current: npt.NDArray[np.datetime64], stretch: IntArray
) -> FloatArray:
    """Return how far each stretch lies before the current window, in stretches, shape (stretches,).

    Parameters
    ----------
    reference, current
        Period of each row.
    stretch
        Of each row of the reference.
    """
    last = np.full(int(stretch.max()) + 1, np.datetime64("0001-01-01", "D"))
    np.maximum.at(last, stretch, reference.astype("datetime64[D]"))
    days = (current.max().astype("datetime64[D]") - last) / np.timedelta64(1, "D")
    step = float(np.median(-np.diff(days))) if len(days) > 1 else 1.0
    return np.asarray(days / step, dtype=np.float64)


def clusters(stretch: IntArray, entity: IntArray, distance: FloatArray) -> Clusters:
    """Return which rows of the reference share entity and stretch.

    Parameters
    ----------
    stretch, entity
        Of each row of the reference, shape (n,).
    distance
        From each stretch to the current window, shape (stretches,).
    """
    count = len(distance)
    pairs, cluster = np.unique(entity * count + stretch, return_inverse=True)
    rows = np.bincount(stretch, minlength=count)
    is_compared = rows >= _LEAST_OF_TYPICAL * np.median(rows)
    return Clusters(stretch, cluster.astype(np.intp), (pairs % count).astype(np.intp), distance, is_compared)


def between(block: Block, rows: Clusters) -> Stretches:
    """Return how the stretches of the reference differ in the components of a block.

    Parameters
    ----------
    block
        Components with the cell of each row, reference first.
    rows
        Which rows of the reference hang together.
    """
    code = block.code[: len(rows.stretch)]
    is_known = code != MISSING
    stretch, cluster = rows.stretch[is_known], rows.cluster[is_known]
    sizes = np.bincount(stretch, minlength=rows.stretch_count).astype(np.float64)
    found = [
        _means_and_noise(scores[code[is_known]], stretch, sizes, cluster, rows.stretch_of_cluster)
        for scores in block.components.scores
    ]
    is_there = (sizes > 0.0) & rows.is_compared
    means = np.stack([means for means, _ in found])[:, is_there]
    return Stretches(sizes[is_there], rows.distance[is_there], means, np.array([noise for _, noise in found]))


def _means_and_noise(
    value: FloatArray, stretch: IntArray, sizes: FloatArray, cluster: IntArray, stretch_of_cluster: IntArray
) -> tuple[FloatArray, float]:
    """Return the mean of each stretch, 0 without rows, and the variance that the clusters within make a row have."""
    deviation = value - value.mean()
    is_there = sizes > 0.0
    totals = np.bincount(stretch, deviation, len(sizes))
    means = np.divide(totals, sizes, out=np.zeros_like(sizes), where=is_there)
    within = np.bincount(cluster, deviation - means[stretch], len(stretch_of_cluster))
    squares = np.bincount(stretch_of_cluster, within**2, len(sizes))
    each = np.divide(squares, sizes, out=np.zeros_like(sizes), where=is_there)
    return means, float(each.sum()) / int(np.count_nonzero(is_there))
