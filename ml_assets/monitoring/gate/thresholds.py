"""From which size on an effect is drift.

Belongs here: quantiles of effects under no drift, floors. Does not belong here: the effects (``components``), how rows
that hang together widen them (``entities``, ``periods``).

Effects of rare values are skewed, so a normal tail would alarm far too often where a few rows are expected in a cell.
The tail taken is that of the Pearson type III law with the exact mean, variance and skewness of the permutation law
(P. Mielke and K. Berry, Permutation Methods, 2007); for shares, where the law is hypergeometric, its tail is right
within a quarter from half a row expected on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.components import Aspect, Components

FloatArray = npt.NDArray[np.float64]

_SYMMETRIC = 1e-3
# Of a variance that some ten months tell, a quantile lies about so much farther out than if it were known.
_LEAST_DOUBT = 1.4


def thresholds(
    components: Components,
    alpha: float,
    config: DriftConfig,
    inflation: npt.ArrayLike = 1.0,
    freedom: npt.ArrayLike = np.inf,
) -> FloatArray:
    """Return what the size of each effect has to reach to be drift, shape (..., components).

    It is infinite for components that do not exist.

    Parameters
    ----------
    components
        Effects with their moments under exchangeable rows.
    alpha
        Chance of a false alarm for all of them together.
    inflation
        How many times as large the variance is because rows hang together, shape (..., components).
    freedom
        Degrees of freedom of that variance, shape (..., components).
    """
    inflated = np.asarray(inflation, dtype=np.float64)
    widening = np.sqrt(inflated)
    error = components.error * widening
    # Rows that hang together are so many fewer rows, whose mean is so much more skewed.
    skewness = components.skewness * widening * np.where(components.effect < 0.0, -1.0, 1.0)
    exists = components.weight > 0.0
    tail = np.where(exists, alpha * components.weight / 2.0, 0.5)
    by_variance = critical_value(tail, skewness) * error
    by_chance = by_variance * _student_factor(tail, np.asarray(freedom, dtype=np.float64))
    by_chance = by_chance + _bent_by_shocks(by_chance, inflated, components)
    floors = {Aspect.LOCATION: config.location_floor, Aspect.SHARE: config.share_floor}
    floor = np.array([floors.get(aspect, config.shape_floor) for aspect in components.aspects])
    # Beyond the ceiling an effect is drift however few months the variance was taken from, but not within it.
    capped = np.minimum(by_chance, np.maximum(config.ceiling, _LEAST_DOUBT * by_variance))
    return np.where(exists, np.maximum(capped, floor + config.floor_errors * components.error), np.inf)


def critical_value(tail: FloatArray, skewness: FloatArray) -> FloatArray:
    """Return the upper quantile of a standardised Pearson type III law.

    Parameters
    ----------
    tail
        Probability above the quantile.
    skewness
        Third standardised moment; of the same shape.
    """
    normal = -special.ndtri(tail)
    is_skewed = np.abs(skewness) > _SYMMETRIC
    shape = 4.0 / np.where(is_skewed, skewness, 1.0) ** 2
    above = (special.gammainccinv(shape, tail) - shape) / np.sqrt(shape)
    below = (shape - special.gammaincinv(shape, tail)) / np.sqrt(shape)
    result: FloatArray = np.where(is_skewed, np.where(skewness > 0.0, above, below), normal)
    return result


def _student_factor(tail: FloatArray, freedom: FloatArray) -> FloatArray:
    """Return how much farther out the quantile lies if the variance is estimated with some degrees of freedom."""
    is_estimated = np.isfinite(freedom) & (tail < 0.5)
    student = -special.stdtrit(np.where(np.isfinite(freedom), freedom, 1.0), tail)
    normal = -special.ndtri(np.where(tail < 0.5, tail, 0.25))
    result: FloatArray = np.where(is_estimated, student / normal, 1.0)
    return result


def _bent_by_shocks(by_chance: FloatArray, inflation: FloatArray, components: Components) -> FloatArray:
    """Return what a shock of the location may add to the other components of an ordered column.

    Scores of spread and shape are fixed to the ranks of both windows, so that a shift of d standard deviations moves
    them by the order of d squared: a law with far longer tails than the shock's own, which a few periods do not show.
    Added is the square of the shift that the location's threshold puts down to rows that hang together.
    """
    is_location = np.array([aspect is Aspect.LOCATION for aspect in components.aspects])
    is_bent = np.array([aspect not in (Aspect.LOCATION, Aspect.SHARE) for aspect in components.aspects])
    shock = (np.where(is_location, by_chance, 0.0) ** 2 * (1.0 - 1.0 / inflation)).sum(axis=-1, keepdims=True)
    return np.where(is_bent, shock, 0.0)
