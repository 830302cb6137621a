"""Components of a difference between two distributions, from the counts of their cells.

Belongs here: scores of cells, effects, their moments. Does not belong here: how values become cells (``cells``), from
which size on an effect is drift (``thresholds``).

A component is a score of the cells with mean 0 and variance 1 in both windows together. Its effect is the difference of
its mean between the windows, so in units of its standard deviation. Scores of an ordered column are orthonormal
polynomials of the mid-ranks (Neyman's smooth test of two samples: J. Rayner, O. Thas and D. Best, Smooth Tests of
Goodness of Fit, 2009), those of shares are the standardised indicators of the cells. All functions take leading axes,
so that thousands of draws are measured at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# A polynomial of more degrees than there are cells vanishes but for rounding.
_VANISHED = 1e-10


class Aspect(StrEnum):
    """What a component is about."""

    LOCATION = "location"
    SPREAD = "spread"
    SHAPE = "shape"
    SHARE = "share"


# Half of a column's chance of a false alarm is for its location.
_ORDERED_WEIGHTS = {Aspect.LOCATION: 2.0, Aspect.SPREAD: 1.0, Aspect.SHAPE: 1.0}
ORDERED_ASPECTS = tuple(_ORDERED_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Components:
    """The components of a difference, and how chance alone spreads them.

    Attributes
    ----------
    scores
        Of the cells, shape (..., components, cells); zeros for components that so few cells do not have.
    effect
        Difference of the means, current less reference, shape (..., components).
    error
        Standard deviation of each effect if rows are exchangeable, shape (..., 1).
    skewness
        Third standardised moment of the effects if rows are exchangeable, shape (..., components).
    third_moment
        Of the scores in both windows together, shape (..., components).
    weight
        Part of the chance of a false alarm, shape (..., components); sums to 1 over those that exist.
    aspects
        What each component is about, one a component.
    """

    scores: FloatArray
    effect: FloatArray
    error: FloatArray
    skewness: FloatArray
    third_moment: FloatArray
    weight: FloatArray
    aspects: tuple[Aspect, ...]


def ordered_components(reference: FloatArray, current: FloatArray) -> Components:
    """Return location, spread and shape of ascending cells.

    Parameters
    ----------
    reference, current
        Counts, shape (..., cells), each window with at least one row, both together with at least three.
    """
    scores = polynomial_scores(reference + current)
    weights = np.array(list(_ORDERED_WEIGHTS.values()))
    return _components(scores, reference, current, weights, ORDERED_ASPECTS)


def share_components(reference: FloatArray, current: FloatArray) -> Components:
    """Return the shares of unordered cells; of two cells the second's alone, since it says all.

    Parameters
    ----------
    reference, current
        Counts, shape (..., cells), each window with at least one row, both together with at least three.
    """
    scores = indicator_scores(reference + current)
    if scores.shape[-2] == 2:
        scores = scores[..., 1:, :]
    components = scores.shape[-2]
    return _components(scores, reference, current, np.ones(components), (Aspect.SHARE,) * components)


def polynomial_scores(pooled: FloatArray) -> FloatArray:
    """Return the scores of ordered cells: location, spread, shape.

    Parameters
    ----------
    pooled
        Counts of both windows together in ascending cells, shape (..., cells).

    Returns
    -------
    FloatArray
        Shape (..., 3, cells); zeros for components that so few cells do not have.
    """
    share = _shares(pooled)
    middle = np.cumsum(share, axis=-1) - share / 2.0
    step = _standardised(middle, share)
    scores = [np.ones_like(share)]
    for _ in _ORDERED_WEIGHTS:
        following = step * scores[-1]
        # Twice, because one pass of Gram-Schmidt leaves what rounding made of it.
        for earlier in [*scores, *scores]:
            following = following - _mean(following * earlier, share) * earlier
        scores.append(_standardised(following, share))
    return np.stack(scores[1:], axis=-2)


def indicator_scores(pooled: FloatArray) -> FloatArray:
    """Return the scores of unordered cells, one component each: whether a row lies in the cell.

    Parameters
    ----------
    pooled
        Counts of both windows together, shape (..., cells).

    Returns
    -------
    FloatArray
        Shape (..., cells, cells); zeros for cells that hold no rows, or all of them.
    """
    share = _shares(pooled)
    spread = np.sqrt(share * (1.0 - share))[..., None]
    centred = np.eye(pooled.shape[-1]) - share[..., None]
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > _VANISHED)


def _components(
    scores: FloatArray,
    reference: FloatArray,
    current: FloatArray,
    weights: FloatArray,
    aspects: tuple[Aspect, ...],
) -> Components:
    """Return effects with the moments of sampling the current window, without replacement, from both together.

    The variance of the difference is N² / (n m (N - 1)) for n and m rows, N together, and its third moment that of the
    mean of a finite population's sample (W. Cochran, Sampling Techniques, 1977, §2.15).
    """
    difference = _shares(current) - _shares(reference)
    share = _shares(reference + current)
    n, m = current.sum(axis=-1)[..., None], reference.sum(axis=-1)[..., None]
    rows = n + m
    exists = np.any(scores != 0.0, axis=-1)
    weight = np.where(exists, weights, 0.0)
    total = weight.sum(axis=-1, keepdims=True)
    asymmetry = (m - n) * np.sqrt(rows - 1.0) / (np.sqrt(n * m) * (rows - 2.0))
    third_moment = (scores**3 * share[..., None, :]).sum(axis=-1)
    return Components(
        scores=scores,
        effect=(scores * difference[..., None, :]).sum(axis=-1),
        error=rows / np.sqrt(n * m * (rows - 1.0)),
        skewness=third_moment * asymmetry,
        third_moment=third_moment,
        weight=np.divide(weight, total, out=np.zeros_like(weight), where=total > 0.0),
        aspects=aspects,
    )


def _shares(counts: FloatArray) -> FloatArray:
    shares: FloatArray = counts / counts.sum(axis=-1, keepdims=True)
    return shares


def _mean(values: FloatArray, share: FloatArray) -> FloatArray:
    mean: FloatArray = (values * share).sum(axis=-1, keepdims=True)
    return mean


def _standardised(values: FloatArray, share: FloatArray) -> FloatArray:
    centred = values - _mean(values, share)
    spread = np.sqrt(_mean(centred**2, share))
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > _VANISHED)
