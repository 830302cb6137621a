"""Laws of an effect where nothing drifted: Pearson type III for rows, mixtures of such laws where periods have shocks.

Belongs here: their tails and quantiles. Does not belong here: floors, and what the laws' moments are (``thresholds``,
``shocks``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]

_SYMMETRIC = 1e-3
# Each halves the error; so many leave a millionth of what lies between none and the strongest shocks.
_HALVINGS = 24


@dataclass(frozen=True, slots=True)
class Mixture:
    """Possible strengths of shocks, each with what it does to an effect; of shape (components, points) each.

    Attributes
    ----------
    probability
        Of each point; sums to 1 for each component.
    shift
        Where the effect would be expected.
    variance
        What shocks would add to the variance of the effect.
    """

    probability: FloatArray
    shift: FloatArray
    variance: FloatArray


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


def tail_beyond(value: FloatArray, skewness: FloatArray) -> FloatArray:
    """Return the probability of a standardised Pearson type III law above a value.

    Parameters
    ----------
    value
        Any shape.
    skewness
        Third standardised moment; of the same shape.
    """
    beyond: FloatArray = special.ndtr(-value)
    is_skewed = np.abs(skewness) > _SYMMETRIC
    bent, at = skewness[is_skewed], value[is_skewed]
    shape = 4.0 / bent**2
    place = np.maximum(shape + np.sign(bent) * at * np.sqrt(shape), 0.0)
    beyond[is_skewed] = np.where(bent > 0.0, special.gammaincc(shape, place), special.gammainc(shape, place))
    return beyond


def mixture_quantile(
    tail: FloatArray, error: FloatArray, skewness: FloatArray, third_moment: FloatArray, mixture: Mixture
) -> FloatArray:
    """Return the upper quantile of effects under shocks of unknown strength, shape (components,).

    A shock moves log-odds, not shares: what makes a frequent value a little more frequent multiplies a rare one. Shocks
    that weight the rows by the exponential of a normal multiple of their score, with variance v, have the skewness
    3 k sqrt(v) to the first order, k the score's third moment. Where it is below 0 they are taken for normal.

    Parameters
    ----------
    tail
        Probability above the quantile, shape (components,).
    error, skewness
        Standard deviation of the effect, and its third standardised moment, that rows alone make, shape (components,).
    third_moment
        Of the score, in the direction of the effect, shape (components,).
    mixture
        What shocks of each strength add.
    """
    spread = np.sqrt(error[:, None] ** 2 + mixture.variance)
    of_rows, of_shocks = skewness * error**3, 3.0 * np.maximum(third_moment, 0.0)
    bent = (of_rows[:, None] + of_shocks[:, None] * mixture.variance**2) / spread**3
    most_bent = np.maximum(bent.max(axis=1), 0.0)
    low = np.zeros_like(tail)
    high: FloatArray = np.maximum(mixture.shift.max(axis=1), 0.0) + critical_value(tail, most_bent) * spread.max(axis=1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        beyond = tail_beyond((middle[:, None] - mixture.shift) / spread, bent)
        is_within = (mixture.probability * beyond).sum(axis=1) > tail
        low, high = np.where(is_within, middle, low), np.where(is_within, high, middle)
    return high
