"""Variances from few observations, moderated by what all of them have in common.

Belongs here: the empirical Bayes estimate. Does not belong here: what the variances are of.

Formulas: G. Smyth, Linear models and empirical Bayes methods, Statistical Applications in Genetics and Molecular
Biology 3, 2004, §6; variances far above the rest keep their own value (B. Phipson and others, Annals of Applied
Statistics 10, 2016, in a simpler form).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

FloatArray = npt.NDArray[np.float64]

_OUTLYING = 0.01
# A variance of 0 has no logarithm.
_LEAST_RATIO = 1e-6


@dataclass(frozen=True, slots=True)
class Moderated:
    """Moderated variances, their degrees of freedom, and which of them kept their own; of shape (components,) each."""

    ratio: FloatArray
    freedom: FloatArray
    is_outlying: npt.NDArray[np.bool_]


def moderated(
    ratio: FloatArray, freedom: FloatArray, observations: FloatArray, is_fitted: npt.NDArray[np.bool_]
) -> Moderated:
    """Return each variance drawn towards the typical one, as far as they resemble each other.

    Parameters
    ----------
    ratio
        Variances, shape (components,).
    freedom
        Degrees of freedom of each, at least 1, shape (components,).
    observations
        What they were taken from, shape (components, observations); NaN where there was none.
    is_fitted
        Components that tell what is typical, shape (components,).
    """
    raw = np.maximum(ratio, _LEAST_RATIO)
    typical, prior = _prior(raw[is_fitted], freedom[is_fitted])
    is_ordinary = is_fitted & ~_is_outlying(raw, typical, prior, freedom)
    typical, prior = _prior(raw[is_ordinary], freedom[is_ordinary])
    drawn = typical if np.isinf(prior) else (prior * typical + freedom * raw) / (prior + freedom)
    is_outlying = _is_outlying(raw, typical, prior, freedom)
    # However many columns there are, those that move together tell no more than one.
    shared = np.minimum(prior + freedom, freedom * independent_number(observations[is_fitted]))
    return Moderated(
        np.where(is_outlying, np.maximum(raw, drawn), drawn), np.where(is_outlying, freedom, shared), is_outlying
    )


def independent_number(observations: FloatArray) -> float:
    """Return to how many independent series some series amount, from the squares of their correlations."""
    centred = np.nan_to_num(observations - np.nanmean(observations, axis=1, keepdims=True))
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    unit = (centred / np.where(length > 0.0, length, 1.0))[length[:, 0] > 0.0]
    if len(unit) == 0:
        return 1.0
    return float(len(unit) ** 2 / ((unit @ unit.T) ** 2).sum())


def _prior(ratio: FloatArray, freedom: FloatArray) -> tuple[float, float]:
    """Return the typical variance, and how many degrees of freedom it is worth; infinity if all differ by chance."""
    half = freedom / 2.0
    logs = np.log(ratio) - special.digamma(half) + np.log(half)
    if len(logs) < 2:
        return float(np.exp(logs.mean())) if len(logs) else 1.0, 0.0
    excess = float(logs.var(ddof=1)) - float(special.polygamma(1, half).mean())
    if excess <= 0.0:
        return float(np.exp(logs.mean())), float("inf")
    prior = 2.0 * _inverse_trigamma(excess)
    return float(np.exp(logs.mean() + special.digamma(prior / 2.0) - np.log(prior / 2.0))), prior


def _inverse_trigamma(value: float) -> float:
    """Return where the trigamma function, which falls from infinity to 0, takes a value."""

    def difference(logarithm: float) -> float:
        return float(special.polygamma(1, np.exp(logarithm))) - value

    return float(np.exp(optimize.brentq(difference, -20.0, 20.0)))


def _is_outlying(ratio: FloatArray, typical: float, prior: float, freedom: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which variances are too large to come from the same law as the others."""
    if prior == 0.0:
        return np.zeros(len(ratio), dtype=np.bool_)
    if np.isinf(prior):
        beyond = special.chdtri(freedom, _OUTLYING) / freedom
    else:
        beyond = special.fdtri(freedom, prior, 1.0 - _OUTLYING)
    return np.asarray(ratio > typical * beyond, dtype=np.bool_)
