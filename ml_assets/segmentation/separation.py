"""How well groups tell apart what their members will spend.

Belongs here: figures of groups beside later spend, with intervals. Does not belong here: how groups come about.

The measure is a normalised Gini. Customers are ranked by the mean spend of their group, where the mean is that of
*other* customers (folds), so that a hundred groups gain nothing by having means of a few customers each. A Lorenz
curve adds up the share of spend from the highest rank down; equal ranks are averaged. Twice the area below it, less 1,
is divided by that of the perfect ranking: 1 is perfect, 0 is chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.ranking import Cumulated, Ranking
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


def fold_means(group: Labels, spend: FloatArray, folds: int, seed: int) -> FloatArray:
    """Return, for each customer, the mean spend of their group's members in the other folds over that of all there.

    It is 1 where the others have no member of the group, or nobody there spent anything. Only relative to all of the
    other folds are means of different folds comparable: what a fold spends is missing from the others.
    """
    fold = np.random.default_rng(seed).permutation(np.arange(len(spend)) % folds)
    groups = int(group.max(initial=-1)) + 1
    cell = fold * groups + group
    count = np.bincount(cell, minlength=folds * groups).reshape(folds, groups)
    total = np.bincount(cell, weights=spend, minlength=folds * groups).reshape(folds, groups)
    others, spent = count.sum(axis=0) - count, total.sum(axis=0) - total
    everybody = np.divide(spent.sum(axis=1), others.sum(axis=1), out=np.zeros(folds), where=others.sum(axis=1) > 0)
    means = np.divide(spent, others, out=np.repeat(everybody[:, None], groups, axis=1), where=others > 0)
    relative = np.divide(means, everybody[:, None], out=np.ones_like(means), where=everybody[:, None] > 0)
    return relative[fold, group]


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
    rankings = {name: Ranking.of(spend, fold_means(group, spend, folds, seed)) for name, group in groupings.items()}
    perfect = Ranking.of(spend, spend)
    bootstrap = EntityBootstrap.of(
        np.arange(len(spend), dtype=np.int64), np.zeros(len(spend), dtype=np.int64), resamples, seed
    )
    drawn: dict[str, list[FloatArray]] = {name: [] for name in rankings}
    for block in bootstrap.blocks():
        best = _gini(perfect.cumulate(block.of_rows(perfect.order)))
        for name, ranking in rankings.items():
            drawn[name].append(_quotient(_gini(ranking.cumulate(block.of_rows(ranking.order))), best))
    whole = np.ones((1, len(spend)))
    return {
        name: Draws(
            float(_quotient(_gini(ranking.cumulate(whole)), _gini(perfect.cumulate(whole)))[0]),
            np.concatenate(drawn[name]) if drawn[name] else np.empty(0),
        )
        for name, ranking in rankings.items()
    }


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


def _gini(cumulated: Cumulated) -> FloatArray:
    """Return twice the area below the Lorenz curve, less 1; NaN where nothing was spent."""
    spent, people = cumulated.positives, cumulated.totals
    area = people[:, 0] * spent[:, 0]
    area += np.einsum("bg,bg->b", np.diff(people, axis=1), spent[:, 1:] + spent[:, :-1])
    return _quotient(area, spent[:, -1] * people[:, -1]) - 1.0


def _quotient(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
