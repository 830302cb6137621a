"""Which strengths of shocks are usual among the columns of a verdict.

Belongs here: the law over the grid of ``shocks``, and what it makes of a component. Does not belong here: likelihoods.

A few stretches tell little of one column, but all columns together tell how such columns are: the prior is the mixture
that makes their stretches most likely (nonparametric maximum likelihood: J. Kiefer and J. Wolfowitz, Annals of
Mathematical Statistics 27, 1956; by expectation and maximisation: N. Laird, Journal of the American Statistical
Association 73, 1978). So most columns can have no shocks and a few strong ones. A small uniform part keeps every
strength possible.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ml_assets.monitoring.gate.shocks import CORRELATIONS, STRENGTHS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# Rounds from the uniform law on; more of them only draw the mixture to ever fewer points.
_ROUNDS = 25
# As many columns as the uniform part is worth.
_UNIFORM = 1.0
# Part of each strength's probability that goes to the next stronger one, and as much to the next weaker one.
_BLUR = 0.2


def posteriors(log_likelihood: FloatArray, weight: FloatArray, block: IntArray) -> FloatArray:
    """Return the probability of each point of the grid for each component, shape (components, points).

    What is usual is told by the other blocks only, for a component that is compared with a law which it helped to make
    looks more usual than it is. And since a few dozen columns tell that law but roughly, it is blurred.

    Parameters
    ----------
    log_likelihood
        Of each component, up to a constant of each, shape (components, points).
    weight
        As how many independent columns each component counts in what is usual, 0 for none, shape (components,).
    block
        Number of the block of each component from 0 on, shape (components,).
    """
    usual = _usual(log_likelihood[weight > 0.0], weight[weight > 0.0])
    told = weight[:, None] * _posterior(log_likelihood, usual)
    own = np.zeros((int(block.max()) + 1, told.shape[1]))
    np.add.at(own, block, told)
    others = _UNIFORM / told.shape[1] + np.maximum(told.sum(axis=0) - own, 0.0)
    return _posterior(log_likelihood, _blurred(others)[block])


def _usual(log_likelihood: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the probability of each point among components that weigh so much, shape (points,); above 0 everywhere."""
    uniform = np.full(log_likelihood.shape[1], 1.0 / log_likelihood.shape[1])
    found = uniform
    for _ in range(_ROUNDS):
        found = _UNIFORM * uniform + weight @ _posterior(log_likelihood, found)
        found = found / found.sum()
    return found


def _posterior(log_likelihood: FloatArray, probability: FloatArray) -> FloatArray:
    """Return the probability of each point, given one beforehand of any scale; of shape (components, points)."""
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) * probability
    result: FloatArray = likelihood / likelihood.sum(axis=1, keepdims=True)
    return result


def _blurred(probability: FloatArray) -> FloatArray:
    """Return laws over the grid, shape (laws, points), with a part of each strength given to its neighbours.

    What lies beyond an end stays at the end.
    """
    of_none, of_some = probability[:, :1], probability[:, 1:].reshape(-1, len(CORRELATIONS), len(STRENGTHS))
    padded = np.pad(of_some, ((0, 0), (0, 0), (1, 1)), mode="edge")
    weaker, stronger = padded[..., :-2], padded[..., 2:]
    blurred = (1.0 - 2.0 * _BLUR) * of_some + _BLUR * (weaker + stronger)
    return np.concatenate([of_none, blurred.reshape(len(probability), -1)], axis=1)


def independent_number(observations: FloatArray, weight: FloatArray) -> float:
    """Return to how many independent series some series amount, from the squares of their correlations.

    Squares are larger than those of the laws that series come from, by 1 / (n - 1) where these are independent and
    n observations long; that is taken out.

    Parameters
    ----------
    observations
        Shape (series, n); NaN where there was none.
    weight
        Of each series, shape (series,); series that never moved have none.

    Returns
    -------
    float
        At most the sum of the weights.
    """
    centred = np.nan_to_num(observations - np.nanmean(observations, axis=1, keepdims=True))
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    is_moving = length[:, 0] > 0.0
    unit, each = (centred / np.where(length > 0.0, length, 1.0))[is_moving], weight[is_moving]
    if len(unit) == 0:
        return 0.0
    by_chance = 1.0 / max(observations.shape[1] - 1, 2)
    squares = ((unit @ unit.T) ** 2 - by_chance) / (1.0 - by_chance)
    apart = each @ squares @ each - (each**2 * np.diag(squares)).sum()
    return float(min(each.sum() ** 2 / ((each**2).sum() + max(apart, 0.0)), each.sum()))
