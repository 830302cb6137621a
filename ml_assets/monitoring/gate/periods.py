"""Rows of one period are shifted together: how much the months of the reference differ, and so may the next one.

Belongs here: the variance between stretches of the reference that are as long as the current window. Does not belong
here: rows of one entity (``entities``).

A promotion or a holiday moves all rows of its month. The difference between the current window and the reference then
does not shrink with the number of rows, only with the number of months. The variance between the reference's months
tells by how much; being estimated from few of them, it is moderated over all components (``moderation``), so that
months which differ by chance alone cost little power.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.gate.cells import MISSING
from ml_assets.monitoring.gate.entities import Spread
from ml_assets.monitoring.gate.measured import Block
from ml_assets.monitoring.gate.moderation import moderated

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# Of neighbours that resemble each other closer than this, so few stretches cannot tell how far they may yet go.
_MOST_LIKE = 0.8
_FEWEST = 1.5


@dataclass(frozen=True, slots=True)
class Between:
    """How the stretches of the reference differ in one component.

    Attributes
    ----------
    rows
        Rows of each stretch, shape (stretches,).
    means
        Mean score of each stretch, oldest first; NaN for stretches without a row.
    ratio
        Variance between stretches over what rows and entities alone would make; NaN for a component without variance.
    """

    rows: FloatArray
    means: FloatArray
    ratio: float


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
    stretch_count
        Number of stretches.
    """

    stretch: IntArray
    cluster: IntArray
    stretch_of_cluster: IntArray
    stretch_count: int


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


def clusters(stretch: IntArray, entity: IntArray) -> Clusters:
    """Return which rows of the reference share entity and stretch.

    Parameters
    ----------
    stretch, entity
        Of each row of the reference, shape (n,).
    """
    count = int(stretch.max()) + 1
    pairs, cluster = np.unique(entity * count + stretch, return_inverse=True)
    return Clusters(stretch, cluster.astype(np.intp), (pairs % count).astype(np.intp), count)


def between(block: Block, rows: Clusters) -> list[Between]:
    """Return how the stretches of the reference differ in each component of a block.

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
    return [
        _between(scores[code[is_known]], stretch, sizes, cluster, rows.stretch_of_cluster)
        for scores in block.components.scores
    ]


def _between(
    value: FloatArray, stretch: IntArray, sizes: FloatArray, cluster: IntArray, stretch_of_cluster: IntArray
) -> Between:
    """Return the differences of one component between stretches, beside what the clusters within them would make."""
    deviation = value - value.mean()
    means = np.full(len(sizes), np.nan)
    np.divide(np.bincount(stretch, deviation, len(sizes)), sizes, out=means, where=sizes > 0)
    within = np.bincount(cluster, deviation - means[stretch], len(stretch_of_cluster))
    squares = np.bincount(stretch_of_cluster, within**2, len(sizes))
    known = int(np.count_nonzero(sizes))
    expected = float(np.divide(squares, sizes, out=np.zeros_like(sizes), where=sizes > 0).sum()) / known
    found = float(np.nansum(sizes * means**2)) / max(known - 1, 1)
    return Between(sizes, means, found / expected if expected > 0.0 else float("nan"))


def period_spread(
    found: Sequence[Between], current_rows: FloatArray, is_fitted: npt.NDArray[np.bool_], least: int
) -> Spread:
    """Return by how much shocks of the periods widen effects, and with how many degrees of freedom that is known.

    Parameters
    ----------
    found
        Differences between stretches, one a component.
    current_rows
        Rows of the current window that each component is measured on, shape (components,).
    is_fitted
        Components that tell how much stretches differ in general, shape (components,).
    least
        Stretches without which nothing is said of a component.
    """
    rows = np.stack([each.rows for each in found])
    means = np.stack([each.means for each in found])
    ratio = np.array([each.ratio for each in found])
    count = (rows > 0.0).sum(axis=1)
    is_measured = (count >= least) & ~np.isnan(ratio)
    is_fitted = is_fitted & is_measured
    freedom = np.maximum(count - 1.0, 1.0)
    posterior = moderated(ratio, freedom, means, is_fitted)
    # Stretches that resemble their neighbours amount to fewer, and their own variance is too small by what they share.
    likeness = _likeness(means, np.where(is_measured, ratio, 1.0), is_fitted, posterior.is_outlying)
    lasting = (1.0 + likeness) / (1.0 - likeness)
    independent = np.maximum(count / lasting, _FEWEST)
    hidden = (1.0 - 1.0 / count) / (1.0 - 1.0 / independent)
    total = rows.sum(axis=1)
    typical = (total - (rows**2).sum(axis=1) / total) / freedom
    scale = hidden * (1.0 + lasting * ((rows / total[:, None]) ** 2).sum(axis=1)) / typical
    by_rows = 1.0 / current_rows + 1.0 / total
    shocks = np.maximum(posterior.ratio - 1.0, 0.0) * scale
    # The share of the variance that is estimated, as by F. Satterthwaite, Biometrics Bulletin 2, 1946.
    known = (by_rows + shocks) / (posterior.ratio * scale)
    return Spread(
        np.where(is_measured, 1.0 + shocks / by_rows, 1.0),
        np.where(is_measured, np.maximum(posterior.freedom / lasting * known**2, 1.0), np.inf),
    )


def _likeness(
    means: FloatArray, ratio: FloatArray, is_fitted: npt.NDArray[np.bool_], is_outlying: npt.NDArray[np.bool_]
) -> FloatArray:
    """Return the correlation of neighbouring stretches, at least 0, shape (components,).

    It is pooled over components, each weighing as much as the part of its variance that is shock, for a few stretches
    tell little of one alone. A component whose stretches differ far more than the others' has its own, if that is more:
    a column with a trend says nothing about the others.
    """
    weight = np.where(is_fitted & ~is_outlying, 1.0 - 1.0 / np.maximum(ratio, 1.0), 0.0)
    found = _neighbours_correlation(means)
    pooled = float((weight * found).sum() / weight.sum()) if weight.sum() > 0.0 else 0.0
    own = np.where(is_outlying, np.maximum(found, pooled), pooled)
    # That of n values is too small by (1 + 3 r) / n on average (M. Kendall, Biometrika 41, 1954).
    length = means.shape[1]
    likeness = np.clip((own + 1.0 / length) / max(1.0 - 3.0 / length, 0.1), 0.0, _MOST_LIKE)
    return np.where((weight.sum() > 0.0) | is_outlying, likeness, 0.0)


def _neighbours_correlation(means: FloatArray) -> FloatArray:
    """Return the correlation of each stretch with the one before, shape (components,); 0 where nothing varies."""
    known = ~np.isnan(means)
    average = np.where(known, means, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    centred = np.where(known, means - average[:, None], 0.0)
    squares = (centred**2).sum(axis=1)
    lagged = (centred[:, 1:] * centred[:, :-1]).sum(axis=1)
    found: FloatArray = np.divide(lagged, squares, out=np.zeros_like(lagged), where=squares > 0.0)
    return found
