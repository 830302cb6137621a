"""Rows of one entity hang together: how much that widens the effects.

Belongs here: the design effect of clusters. Does not belong here: shocks that the rows of a period share (``periods``).

An entity stands in many rows of the reference, and often in the current window too. The variance of an effect is then
the sum of squares of the entities' totals, not of the rows' (K.-Y. Liang and S. Zeger, Biometrika 73, 1986, for means).
Totals run over both windows, because what is lasting about an entity cancels where it stands in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.gate.cells import MISSING
from ml_assets.monitoring.gate.measured import Block

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Spread:
    """How much wider effects are than under exchangeable rows, each of shape (components,).

    Attributes
    ----------
    inflation
        Ratio of the variances, at least 1.
    freedom
        Degrees of freedom of the variance.
    """

    inflation: FloatArray
    freedom: FloatArray


def entity_spread(block: Block, entity: IntArray, reference_rows: int) -> Spread:
    """Return the design effect of the entities, at least 1, so that no entity makes an effect more certain.

    Parameters
    ----------
    block
        Components with the cell of each row.
    entity
        Number of the entity of each row from 0 on, reference first, shape (n,).
    reference_rows
        How many of the rows are the reference's.
    """
    components = len(block.parts)
    is_current = np.arange(len(entity)) >= reference_rows
    is_known = block.code != MISSING
    weight = np.zeros(len(entity))
    for is_window, sign in ((~is_current, -1.0), (is_current, 1.0)):
        weight[is_window & is_known] = sign / np.count_nonzero(is_window & is_known)
    freedom = _effective_entities(weight, entity, is_current) - 1.0
    if not np.isfinite(freedom):
        return Spread(np.ones(components), np.full(components, np.inf))
    ratios = [_design_effect(scores, block.code, weight, entity, is_current) for scores in block.components.scores]
    return Spread(np.maximum(np.array(ratios), 1.0), np.full(components, max(freedom, 1.0)))


def _effective_entities(weight: FloatArray, entity: IntArray, is_current: npt.NDArray[np.bool_]) -> float:
    """Return how many entities of equal weight would be as good as these; infinity if each has one row alone."""
    is_weighted = weight != 0.0
    if np.bincount(entity[is_weighted]).max() <= 1:
        return float("inf")
    each = np.bincount(entity, np.where(is_current, weight, 0.0)) ** 2
    each = each + np.bincount(entity, np.where(is_current, 0.0, weight)) ** 2
    return float(each.sum() ** 2 / (each**2).sum())


def _design_effect(
    scores: FloatArray, code: IntArray, weight: FloatArray, entity: IntArray, is_current: npt.NDArray[np.bool_]
) -> float:
    """Return the variance by entities over the variance by rows, of deviations from each window's own mean."""
    value = scores[code] * weight
    means = -value[~is_current].sum(), value[is_current].sum()
    weighted = value - np.where(is_current, means[1], means[0]) * weight
    by_rows = float((weighted**2).sum())
    if by_rows == 0.0:
        return 1.0
    totals = np.bincount(entity, weighted)
    return float((totals**2).sum()) / by_rows
