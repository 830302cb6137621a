"""How well groups tell apart what their members will spend.

Belongs here: figures of groups beside later spend, with intervals. Does not belong here: how groups come about.

The measure is a normalised Gini. Customers are ranked by the mean spend of their group, where the mean is that of
*other* customers (folds), so that a hundred groups gain nothing by having means of a few customers each. It is taken
relative to all of the other folds: what a fold spends is missing from the others, so that means of different folds
cannot be compared else. A Lorenz curve adds up the share of spend from the highest rank down; equal ranks are averaged.
Twice the area below it, less 1, is divided by that of the perfect ranking: 1 is perfect, 0 is chance. A resample draws
customers and takes the means anew, so that intervals hold how uncertain the means are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.space import mid_ranks

FloatArray = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draws:
    """A figure on all rows, and of each bootstrap resample, of shape (resamples,)."""

    value: float
    resampled: FloatArray

    def estimate(self, confidence: float) -> Estimate:
        """Return the figure with its interval."""
        return estimate(self.value, self.resampled, confidence)

    def minus(self, other: Draws) -> Draws:
        """Return the difference, resample by resample."""
        return Draws(self.value - other.value, self.resampled - other.resampled)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Customers by fold and group: all that the ranking depends on.

    Attributes
    ----------
    folds, groups
        Numbers of both; cell ``fold * groups + group``.
    member
        Which row is in which cell, of shape (rows, cells).
    """

    folds: int
    groups: int
    member: sparse.csr_array

    @classmethod
    def of(cls, group: Labels, folds: int, seed: int) -> _Cells:
        fold = np.random.default_rng(seed).permutation(np.arange(len(group)) % folds)
        groups = int(group.max(initial=-1)) + 1
        cells = fold * groups + group
        ones = np.ones(len(group))
        return cls(
            folds, groups, sparse.csr_array((ones, (np.arange(len(group)), cells)), (len(group), folds * groups))
        )

    def gini(self, weights: FloatArray, spend: FloatArray) -> FloatArray:
        """Return the Gini of each weighting of rows, of shape (weightings,)."""
        people, spent = (
            np.asarray((self.member.T @ rows.T).T).reshape(-1, self.folds, self.groups)
            for rows in (weights, weights * spend)
        )
        rank = _relative_means(people, spent)
        shape = (len(weights), -1)
        return np.array(
            [
                _lorenz_gini(*_from_highest(*cells))
                for cells in zip(rank.reshape(shape), people.reshape(shape), spent.reshape(shape), strict=True)
            ]
        )


def separations(
    groupings: Mapping[str, Labels], spend: FloatArray, folds: int, resamples: int, seed: int
) -> dict[str, Draws]:
    """Return the normalised Gini of several groupings of the same customers, on the same resamples.

    Parameters
    ----------
    groupings
        Number of each customer's group, from 0 on, by the grouping's name.
    spend
        What each customer spent afterwards.
    folds, resamples, seed
        Parts of the customers, bootstrap samples, and what decides both.
    """
    cells = {name: _Cells.of(group, folds, seed) for name, group in groupings.items()}
    rows = np.arange(len(spend), dtype=np.int64)
    drawn: dict[str, list[FloatArray]] = {name: [np.empty(0)] for name in cells}
    for block in EntityBootstrap.of(rows, np.zeros_like(rows), resamples, seed).blocks():
        weights = block.of_rows(rows)
        best = perfect_gini(weights, spend)
        for name, each in cells.items():
            drawn[name].append(_quotient(each.gini(weights, spend), best))
    whole = np.ones((1, len(spend)))
    best = perfect_gini(whole, spend)
    return {
        name: Draws(float(_quotient(each.gini(whole, spend), best)[0]), np.concatenate(drawn[name]))
        for name, each in cells.items()
    }


def perfect_gini(weights: FloatArray, spend: FloatArray) -> FloatArray:
    """Return the Gini of customers ranked by what they spent, for each weighting; NaN where nothing was spent."""
    spenders = np.flatnonzero(spend > 0)
    order = spenders[np.argsort(-spend[spenders], kind="stable")]
    # All who spent nothing come last, in one piece.
    people = np.column_stack([weights[:, order], weights.sum(axis=1) - weights[:, order].sum(axis=1)])
    spent = np.column_stack([weights[:, order] * spend[order], np.zeros(len(weights))])
    return np.array([_lorenz_gini(*each) for each in zip(people, spent, strict=True)])


def _relative_means(people: FloatArray, spent: FloatArray) -> FloatArray:
    """Return the mean spend of each group in the other folds over that of all there.

    Shapes are (weightings, folds, groups). It is 1 where the others have no member of the group, or spent nothing.
    """
    others, elsewhere = people.sum(axis=1, keepdims=True) - people, spent.sum(axis=1, keepdims=True) - spent
    everybody = _quotient(elsewhere.sum(axis=2, keepdims=True), others.sum(axis=2, keepdims=True))
    relative = _quotient(_quotient(elsewhere, others), np.broadcast_to(everybody, others.shape))
    return np.where(np.isnan(relative), 1.0, relative)


def _from_highest(rank: FloatArray, people: FloatArray, spent: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return people and spend by rank, the highest first; equal ranks are one."""
    ranks, place = np.unique(-np.round(rank, 12), return_inverse=True)
    people_of, spent_of = (np.bincount(place, values, len(ranks)).astype(np.float64) for values in (people, spent))
    return people_of, spent_of


def _lorenz_gini(people: FloatArray, spent: FloatArray) -> float:
    """Return twice the area below the Lorenz curve, less 1; NaN where nothing was spent."""
    whole = people.sum() * spent.sum()
    if whole <= 0:
        return float("nan")
    return float((people * (2 * np.cumsum(spent) - spent)).sum() / whole) - 1.0


def epsilon_squared(group: Labels, values: FloatArray) -> float:
    """Return the share of the variance that groups explain, less what as many random groups would (Kelley 1935).

    Of mid-ranks it is the effect size of the Kruskal-Wallis test; NaN where nothing varies or groups are single rows.
    """
    rows, count = len(values), np.bincount(group)
    groups = int((count > 0).sum())
    total = float(np.square(values - values.mean()).sum()) if rows else 0.0
    if total == 0.0 or rows <= groups:
        return float("nan")
    means = np.divide(np.bincount(group, weights=values), count, out=np.zeros(len(count)), where=count > 0)
    within = float(np.square(values - means[group]).sum())
    return 1.0 - (within / (rows - groups)) / (total / (rows - 1))


def rank_epsilon_squared(group: Labels, spend: FloatArray) -> float:
    """Return the effect size of the Kruskal-Wallis test of spend between groups, with ties, without bias by chance."""
    return epsilon_squared(group, mid_ranks(spend))


def _quotient(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
