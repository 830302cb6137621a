"""From which size on an effect is drift.

Belongs here: quantiles of effects under no drift, floors. Does not belong here: the effects (``components``), how rows
that hang together widen them (``entities``, ``shocks``).

Effects of rare values are skewed, so a normal tail would alarm far too often where a few rows are expected in a cell.
The tail taken is that of the Pearson type III law with the exact mean, variance and skewness of the permutation law
(P. Mielke and K. Berry, Permutation Methods, 2007); for shares, where the law is hypergeometric, its tail is right
within a quarter from half a row expected on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.components import Aspect, Components
from ml_assets.monitoring.gate.entities import Spread
from ml_assets.monitoring.gate.laws import Mixture, critical_value, mixture_quantile

FloatArray = npt.NDArray[np.float64]

INDEPENDENT = Spread(np.ones(1), np.full(1, np.inf))
"""Of rows that do not hang together."""


def thresholds(
    components: Components,
    alpha: float,
    config: DriftConfig,
    entities: Spread = INDEPENDENT,
    shocks: Mixture | None = None,
) -> FloatArray:
    """Return what the size of each effect has to reach to be drift, shape (..., components).

    It is infinite for components that do not exist.

    Parameters
    ----------
    components
        Effects with their moments under exchangeable rows.
    alpha
        Chance of a false alarm for all of them together.
    entities
        How much wider effects are because rows of an entity hang together, of shape (..., components).
    shocks
        Which shocks of periods there may be; only with components without leading axes. None if there are none.
    """
    exists = components.weight > 0.0
    tail = np.where(exists, alpha * components.weight / 2.0, 0.5)
    widening = np.sqrt(np.asarray(entities.inflation, dtype=np.float64))
    sign = np.where(components.effect < 0.0, -1.0, 1.0)
    error = components.error * widening * _student_factor(tail, np.asarray(entities.freedom, dtype=np.float64))
    # Rows that hang together are so many fewer rows, whose mean is so much more skewed.
    skewness = components.skewness * widening * sign
    by_chance = critical_value(tail, skewness) * error
    if shocks is not None:
        # Where shocks led the reference lately, the current window may lie farther out; it need not come back.
        led = replace(shocks, shift=np.maximum(shocks.shift * sign[:, None], 0.0))
        shaken = mixture_quantile(tail, error, skewness, components.third_moment * sign, led)
        by_chance = shaken + _bent_by_shocks(shaken, by_chance, components)
    floors = {Aspect.LOCATION: config.location_floor, Aspect.SHARE: config.share_floor}
    floor = np.array([floors.get(aspect, config.shape_floor) for aspect in components.aspects])
    return np.where(exists, np.maximum(by_chance, floor + config.floor_errors * components.error), np.inf)


def _student_factor(tail: FloatArray, freedom: FloatArray) -> FloatArray:
    """Return how much farther out the quantile lies if the variance is estimated with some degrees of freedom."""
    is_estimated = np.isfinite(freedom) & (tail < 0.5)
    student = -special.stdtrit(np.where(np.isfinite(freedom), freedom, 1.0), tail)
    normal = -special.ndtri(np.where(tail < 0.5, tail, 0.25))
    result: FloatArray = np.where(is_estimated, student / normal, 1.0)
    return result


def _bent_by_shocks(shaken: FloatArray, by_rows: FloatArray, components: Components) -> FloatArray:
    """Return what a shock of the location may add to the other components of an ordered column.

    Scores of spread and shape are fixed to the ranks of both windows, so that a shift of d standard deviations moves
    them by the order of d squared: a law with far longer tails than the shock's own, which a few periods do not show.
    Added is the square of the shift that the location's threshold puts down to shocks.

    Parameters
    ----------
    shaken, by_rows
        Quantiles with shocks and without, shape (components,).
    components
        What they are quantiles of.
    """
    is_location = np.array([aspect is Aspect.LOCATION for aspect in components.aspects])
    is_bent = np.array([aspect not in (Aspect.LOCATION, Aspect.SHARE) for aspect in components.aspects])
    shock = np.where(is_location, np.maximum(shaken**2 - by_rows**2, 0.0), 0.0).sum()
    return np.where(is_bent, shock, 0.0)
