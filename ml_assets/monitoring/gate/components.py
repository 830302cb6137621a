"""Components of a difference between two distributions, from the counts of their cells.

Belongs here: scores of cells and effects. Does not belong here: how values become cells (``cells``), how large an effect
chance alone makes (``thresholds``).

A component is a score of the cells with mean 0 and variance 1 in both windows together. Its effect is the difference of
its mean between the windows, so in units of its standard deviation. Scores of an ordered column are orthonormal
polynomials of the mid-ranks (Neyman's smooth test of two samples: J. Rayner, O. Thas and D. Best, Smooth Tests of
Goodness of Fit, 2009), those of shares are the standardised indicators of the cells. All functions take leading axes, so
that thousands of draws are measured at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

ORDERED_COMPONENTS = 3
# A polynomial of more degrees than there are cells vanishes but for rounding.
_VANISHED = 1e-10


def polynomial_scores(pooled: FloatArray) -> FloatArray:
    """Return the scores of ordered cells: location, spread, shape.

    Parameters
    ----------
    pooled
        Counts of both windows together in ascending cells, shape (..., cells).

    Returns
    -------
    FloatArray
        Shape (..., components, cells); zeros for components that so few cells do not have.
    """
    share = _shares(pooled)
    middle = np.cumsum(share, axis=-1) - share / 2.0
    scores = [np.ones_like(share)]
    step = _standardised(middle, share)
    for _ in range(ORDERED_COMPONENTS):
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


def effects(scores: FloatArray, reference: FloatArray, current: FloatArray) -> FloatArray:
    """Return the differences of the components' means, current less reference.

    Parameters
    ----------
    scores
        Shape (..., components, cells).
    reference, current
        Counts, shape (..., cells), each window with at least one row.
    """
    difference = _shares(current) - _shares(reference)
    result: FloatArray = (scores * difference[..., None, :]).sum(axis=-1)
    return result


def skewness(scores: FloatArray, pooled: FloatArray) -> FloatArray:
    """Return the third moments of the components in both windows together, shape (..., components)."""
    result: FloatArray = (scores**3 * _shares(pooled)[..., None, :]).sum(axis=-1)
    return result


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
