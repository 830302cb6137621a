"""Shocks that all rows of a period share: how likely each strength of them is, and what it does to an effect.

Belongs here: the model of stretches of the reference and of the current window on a grid of its two parameters. Does
not belong here: which strengths are usual (``prior``), the stretches (``periods``).

The mean score of a stretch is a level, a shock, and the noise of its rows. Shocks are a stationary autoregression of
order one with a standard deviation, their strength, and a correlation with the stretch before. The level is free, so
the likelihood is the restricted one (D. Harville, Journal of the American Statistical Association 72, 1977), and the
current window's shock has the law of the best linear unbiased prediction (N. Cressie, Statistics for Spatial Data,
1993, §3.2). Noise is in inverse proportion to rows, so that one basis makes the covariances of all components diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

STRENGTHS = tuple(float(each) for each in np.geomspace(0.01, 2.0, 14))
"""Standard deviations of shocks, in those of a score, beside none at all."""
CORRELATIONS = (0.0, 0.4, 0.7, 0.9, 0.97)
"""Of the shocks of neighbouring stretches."""
POINTS = 1 + len(STRENGTHS) * len(CORRELATIONS)
"""Of the grid; the first is that of no shocks."""

# A score that is the same for all rows of a stretch has no noise, and a covariance needs some.
_LEAST_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Stretches:
    """Components of one block by stretch of the reference; stretches without a row of the block are left out.

    Attributes
    ----------
    rows
        Of each stretch, shape (stretches,), all above 0.
    distance
        From each stretch to the current window, in stretches, shape (stretches,).
    means
        Mean score of each stretch less that of all rows, shape (components, stretches).
    noise
        Variance that the mean of a single row would have; more if rows of an entity hang together, shape (components,).
    """

    rows: FloatArray
    distance: FloatArray
    means: FloatArray
    noise: FloatArray


@dataclass(frozen=True, slots=True)
class OnGrid:
    """What each strength and correlation of shocks would mean for each component, shape (components, points) each.

    Attributes
    ----------
    log_likelihood
        Of the stretches' means, up to a constant of each component.
    shift
        Where the current window's effect would be expected, since shocks last.
    variance
        What shocks would add to the variance of the effect.
    """

    log_likelihood: FloatArray
    shift: FloatArray
    variance: FloatArray


def on_grid(found: Stretches) -> OnGrid:
    """Return what each point of the grid would mean for each component of a block."""
    parts = [
        _for_correlation(found, correlation, np.array([0.0, *STRENGTHS] if place == 0 else STRENGTHS))
        for place, correlation in enumerate(CORRELATIONS)
    ]
    return OnGrid(
        np.concatenate([part.log_likelihood for part in parts], axis=1),
        np.concatenate([part.shift for part in parts], axis=1),
        np.concatenate([part.variance for part in parts], axis=1),
    )


def _for_correlation(found: Stretches, correlation: float, strengths: FloatArray) -> OnGrid:
    """Return the part of the grid that has one correlation, shape (components, strengths) each."""
    root = np.sqrt(found.rows)
    alike = _correlations(found.distance[:, None] - found.distance, correlation)
    eigenvalues, basis = np.linalg.eigh(root[:, None] * alike * root)
    level, ahead = basis.T @ root, basis.T @ (root * _correlations(found.distance, correlation))
    means = (found.means * root @ basis)[:, None, :]
    noise = np.maximum(found.noise, _LEAST_NOISE)[:, None]
    strength = strengths**2
    spread = noise[:, :, None] + strength[:, None] * np.maximum(eigenvalues, 0.0)
    of_level = (level**2 / spread).sum(axis=-1)
    level_found = (level * means / spread).sum(axis=-1) / of_level
    deviation = means - level_found[..., None] * level
    log_likelihood = -0.5 * (np.log(spread).sum(axis=-1) + np.log(of_level) + (deviation**2 / spread).sum(axis=-1))
    explained = strength * (ahead**2 / spread).sum(axis=-1)
    unlike_level = 1.0 - strength * (ahead * level / spread).sum(axis=-1)
    # What rows make of the mean of all of them is not the shocks'.
    variance = strength * (1.0 - explained) + unlike_level**2 / of_level - noise / found.rows.sum()
    shift = level_found + strength * (ahead * deviation / spread).sum(axis=-1)
    return OnGrid(log_likelihood, shift, np.maximum(variance, 0.0))


def _correlations(distance: FloatArray, correlation: float) -> FloatArray:
    """Return the correlation of shocks so many stretches apart; without any, a stretch resembles itself alone."""
    return np.asarray(correlation ** np.abs(distance), dtype=np.float64)
