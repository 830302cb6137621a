"""Bootstrap over entities: weights for rows whose neighbours of the same entity are not independent.

Belongs here: drawing weights, intervals from what they give. Does not belong here: what is measured with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]

# Weights of a block, in numbers: few enough that the passes over them stay near the processor.
_BLOCK_SIZE = 1_000_000
# An interval from fewer than this share of the resamples would be one of the resamples in which the figure exists.
_MIN_DEFINED_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class WeightBlock:
    """Weights of some resamples.

    Attributes
    ----------
    entity, period
        Number of the entity and of the period of each row.
    of_entity
        How often each entity was drawn, of shape (resamples, entities).
    of_period
        What brings the rows of each period back to their number, of shape (resamples, periods).
    """

    entity: Positions
    period: Positions
    of_entity: FloatArray
    of_period: FloatArray

    def of_rows(self, rows: Positions) -> FloatArray:
        """Return the weights of rows at these positions, of shape (resamples, rows)."""
        return np.take(self.of_entity, self.entity[rows], axis=1) * np.take(self.of_period, self.period[rows], axis=1)


@dataclass(frozen=True, slots=True)
class EntityBootstrap:
    """Resamples of entities, with the number of rows of each period held.

    An entity is drawn with all of its rows, because rows of one entity are alike. Periods are strata, because the
    number of rows of a period is not up to chance, and the share of yes differs between periods. An entity with rows
    in several periods cannot be drawn in each of them apart. So it is drawn once, among the entities whose first
    period is the same as its own, and the weights of a period's rows are then scaled to the number of its rows. Where
    each entity has one period this is the plain stratified bootstrap, and scaling does nothing.

    Attributes
    ----------
    entity, period
        Number of each row's entity and period, from 0 on, without gaps.
    resamples
        Number of resamples.
    seed
        The same seed and rows give the same weights, so that two models are compared on the same resamples.
    """

    entity: Positions
    period: Positions
    resamples: int
    seed: int

    @classmethod
    def of(
        cls, entity: npt.NDArray[np.int64], period: npt.NDArray[np.generic], resamples: int, seed: int
    ) -> EntityBootstrap:
        """Return the bootstrap of rows with these entities and periods, whatever names those."""
        return cls(
            entity=np.unique(entity, return_inverse=True)[1],
            period=np.unique(period, return_inverse=True)[1],
            resamples=resamples,
            seed=seed,
        )

    def blocks(self) -> Iterator[WeightBlock]:
        """Yield the weights of all resamples, block by block; none where there is only one entity to draw.

        The size of a block changes nothing in the weights.
        """
        rows, entities, periods = len(self.entity), int(self.entity.max()) + 1, int(self.period.max()) + 1
        if entities < 2:
            return
        members, start, size = self._strata(entities, periods)
        rows_of = sparse.csr_array((np.ones(rows), (self.period, self.entity)), shape=(periods, entities))
        rows_of_period = np.bincount(self.period, minlength=periods)
        generator = np.random.default_rng(self.seed)
        block = max(1, _BLOCK_SIZE // rows)
        for done in range(0, self.resamples, block):
            count = min(block, self.resamples - done)
            drawn = members[start + (generator.random((count, entities)) * size).astype(np.intp)]
            drawn += np.arange(count)[:, None] * entities
            of_entity = np.bincount(drawn.ravel(), minlength=count * entities).reshape(count, entities).astype(float)
            drawn_rows = (rows_of @ of_entity.T).T
            # A period of which no entity was drawn keeps weights of zero.
            of_period = np.divide(rows_of_period, drawn_rows, out=np.ones_like(drawn_rows), where=drawn_rows > 0)
            yield WeightBlock(self.entity, self.period, of_entity, of_period)

    def _strata(self, entities: int, periods: int) -> tuple[Positions, Positions, Positions]:
        """Return the entities ordered by first period and, for each place, where its stratum starts and its size."""
        first_period = np.full(entities, periods)
        np.minimum.at(first_period, self.entity, self.period)
        sizes = np.bincount(first_period, minlength=periods)
        starts = np.cumsum(sizes) - sizes
        return np.argsort(first_period, kind="stable"), np.repeat(starts, sizes), np.repeat(sizes, sizes)


def estimate(value: float, draws: FloatArray, confidence: float) -> Estimate:
    """Return a figure with the interval between the outer quantiles of its resamples (percentile bootstrap).

    Parameters
    ----------
    value
        The figure on all rows; NaN where it is undefined.
    draws
        The figure of each resample, NaN where it is undefined there.
    confidence
        Probability that the interval leaves to its inside, such as 0.95.

    Returns
    -------
    Without a value where the figure is undefined; without an interval where it is undefined in over a tenth of the
    resamples, or where there are none.
    """
    if np.isnan(value):
        return Estimate(value=None)
    defined = draws[~np.isnan(draws)]
    if not len(defined) or len(defined) < _MIN_DEFINED_SHARE * len(draws):
        return Estimate(value=float(value))
    outside = (1 - confidence) / 2
    low, high = np.quantile(defined, [outside, 1 - outside])
    return Estimate(value=float(value), low=float(low), high=float(high))
