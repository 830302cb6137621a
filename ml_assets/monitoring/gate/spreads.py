"""How much wider effects are than independent rows would make them, for entities and periods together.

Belongs here: both kinds of dependence, added. Does not belong here: how each is measured (``entities``, ``periods``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.gate.cells import MISSING
from ml_assets.monitoring.gate.entities import Spread, entity_spread
from ml_assets.monitoring.gate.measured import Block
from ml_assets.monitoring.gate.periods import Clusters, between, clusters, period_spread, stretches
from ml_assets.monitoring.window import Window

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which rows of two windows hang together.

    Attributes
    ----------
    entity
        Number of the entity of each row from 0 on, reference first, shape (n,).
    reference
        Entities and stretches of the reference together.
    """

    entity: IntArray
    reference: Clusters

    @property
    def stretch_count(self) -> int:
        """Number of stretches of the reference."""
        return self.reference.stretch_count


def layout(reference: Window, current: Window) -> Layout:
    """Return which rows of two windows, each with at least one row, hang together."""
    _, found = np.unique(np.concatenate([reference.entity, current.entity]), return_inverse=True)
    entity = found.astype(np.intp)
    stretch = stretches(reference.period, current.period)
    return Layout(entity, clusters(stretch, entity[: len(stretch)]))


def spreads(blocks: Sequence[Block], is_fitted: Sequence[bool], rows: Layout, min_stretches: int) -> tuple[Spread, ...]:
    """Return how much wider the effects of each block are than under independent rows.

    Parameters
    ----------
    blocks
        Components of all columns.
    is_fitted
        Blocks that tell how much stretches of the reference differ in general, one flag a block.
    rows
        Which rows hang together.
    min_stretches
        Stretches of the reference without which shocks of the periods are not measured.
    """
    reference_rows = len(rows.reference.stretch)
    by_entity = [entity_spread(block, rows.entity, reference_rows) for block in blocks]
    if rows.stretch_count < min_stretches or not any(is_fitted):
        return tuple(by_entity)
    found = [between(block, rows.reference) for block in blocks]
    sizes = [len(each) for each in found]
    current = [float(np.count_nonzero(block.code[reference_rows:] != MISSING)) for block in blocks]
    by_period = period_spread(
        [each for of_block in found for each in of_block],
        np.repeat(current, sizes),
        np.repeat(np.asarray(is_fitted, dtype=np.bool_), sizes),
        min_stretches,
    )
    ends = np.cumsum(sizes)[:-1]
    parts = zip(by_entity, np.split(by_period.inflation, ends), np.split(by_period.freedom, ends), strict=True)
    return tuple(
        Spread(entity.inflation + inflation - 1.0, np.minimum(entity.freedom, freedom))
        for entity, inflation, freedom in parts
    )
