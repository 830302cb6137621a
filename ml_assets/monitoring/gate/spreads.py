"""How much wider effects are than independent rows would make them, for entities and periods.

Belongs here: both kinds of dependence, for all columns. Does not belong here: how each is measured (``entities``,
``periods``, ``shocks``, ``prior``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.gate.entities import Spread, entity_spread
from ml_assets.monitoring.gate.laws import Mixture
from ml_assets.monitoring.gate.measured import Block
from ml_assets.monitoring.gate.periods import Clusters, between, clusters, distances, stretches
from ml_assets.monitoring.gate.prior import independent_number, posteriors
from ml_assets.monitoring.gate.shocks import Stretches, on_grid
from ml_assets.monitoring.window import Window

FloatArray = npt.NDArray[np.float64]
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


@dataclass(frozen=True, slots=True)
class Widened:
    """What widens the effects of a block: rows of one entity, and shocks of periods if they are measured."""

    entities: Spread
    shocks: Mixture | None


def layout(reference: Window, current: Window) -> Layout:
    """Return which rows of two windows, each with at least one row, hang together."""
    _, found = np.unique(np.concatenate([reference.entity, current.entity]), return_inverse=True)
    entity = found.astype(np.intp)
    stretch = stretches(reference.period, current.period)
    distance = distances(reference.period, current.period, stretch)
    return Layout(entity, clusters(stretch, entity[: len(stretch)], distance))


def spreads(
    blocks: Sequence[Block], is_fitted: Sequence[bool], rows: Layout, min_stretches: int
) -> tuple[Widened, ...]:
    """Return what widens the effects of each block.

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
    by_period: list[Mixture | None] = [None] * len(blocks)
    found = [between(block, rows.reference) for block in blocks] if rows.stretch_count >= min_stretches else []
    measured = [place for place, each in enumerate(found) if len(each.rows) >= min_stretches]
    weight = [blocks[place].weight * blocks[place].components.weight * is_fitted[place] for place in measured]
    for place, mixture in zip(measured, _mixtures([found[place] for place in measured], weight), strict=True):
        by_period[place] = mixture
    return tuple(Widened(entities, shocks) for entities, shocks in zip(by_entity, by_period, strict=True))


def _mixtures(found: Sequence[Stretches], weight: Sequence[FloatArray]) -> Sequence[Mixture | None]:
    """Return which shocks each component may have, in the light of all that tell how stretches differ in general.

    Parameters
    ----------
    found
        Stretches of each block.
    weight
        As what part of a column each component of each block counts in the general law, 0 for none.
    """
    # A component that the reference does not have tells nothing of how it varies.
    told = [of_block * (each.noise > 0.0) for of_block, each in zip(weight, found, strict=True)]
    if not any(of_block.any() for of_block in told):
        return [None] * len(found)
    counts = np.concatenate(told)
    grids = [on_grid(each) for each in found]
    amount = independent_number(_observations(found)[counts > 0.0], counts[counts > 0.0]) / counts.sum()
    sizes = [len(each.noise) for each in found]
    probability = posteriors(
        np.concatenate([grid.log_likelihood for grid in grids]),
        counts * amount,
        np.repeat(np.arange(len(found)), sizes),
    )
    parts = np.split(probability, np.cumsum(sizes)[:-1])
    return [Mixture(part, grid.shift, grid.variance) for part, grid in zip(parts, grids, strict=True)]


def _observations(found: Sequence[Stretches]) -> FloatArray:
    """Return the mean of each component in each stretch that any of them has, shape (components, stretches)."""
    every = np.unique(np.concatenate([each.distance for each in found]))
    laid = []
    for each in found:
        means = np.full((len(each.means), len(every)), np.nan)
        means[:, np.searchsorted(every, each.distance)] = each.means
        laid.append(means)
    return np.concatenate(laid)
