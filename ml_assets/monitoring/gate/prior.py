"""Which strengths of shocks are usual among the columns of a verdict.

Belongs here: the prior over the grid of ``shocks``, and the posterior of a component. Does not belong here: likelihoods.

A few stretches tell little of one column, but all columns together tell how such columns are: the prior is the mixture
that makes their stretches most likely (nonparametric maximum likelihood: J. Kiefer and J. Wolfowitz, Annals of
Mathematical Statistics 27, 1956; by expectation and maximisation: N. Laird, Journal of the American Statistical
Association 73, 1978). So most columns can have no shocks and a few strong ones. A small uniform part keeps every
strength possible.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Rounds from the uniform law on; more of them only draw the mixture to ever fewer points.
_ROUNDS = 40
# As many columns as the uniform part is worth.
_UNIFORM = 1.0


def prior(log_likelihood: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the probability of each point of the grid, shape (points,); above 0 everywhere.

    Parameters
    ----------
    log_likelihood
        Of components that tell what is usual, up to a constant of each, shape (components, points).
    weight
        As how many independent columns each component counts, shape (components,).
    """
    uniform = np.full(log_likelihood.shape[1], 1.0 / log_likelihood.shape[1])
    found = uniform
    for _ in range(_ROUNDS):
        found = _UNIFORM * uniform + weight @ posterior(log_likelihood, found)
        found = found / found.sum()
    return found


def posterior(log_likelihood: FloatArray, probability: FloatArray) -> FloatArray:
    """Return the probability of each point for each component, shape (components, points).

    Parameters
    ----------
    log_likelihood
        Of shape (components, points).
    probability
        Of each point beforehand, shape (points,).
    """
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) * probability
    result: FloatArray = likelihood / likelihood.sum(axis=1, keepdims=True)
    return result


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
