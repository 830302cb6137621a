"""Intervals that hold what customers will buy and spend, by simulation given their histories.

Belongs here: drawing from what the laws say after a history. Does not belong here: expectations, fitting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammaincinv

from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.btyd.value_law import ValueLaw

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Cells (histories x draws) that are simulated at once.
_CELLS = 4_000_000
_ARRIVALS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Intervals:
    """Ends of intervals of purchases and of their value in money, for each history."""

    purchases_low: FloatArray
    purchases_high: FloatArray
    value_low: FloatArray
    value_high: FloatArray


class _Draws:
    """Random numbers, the same for every history and horizon.

    A history's interval so does not depend on which others are asked about at once, a longer horizon never holds less
    than a shorter one, and histories are compared with the same luck.
    """

    def __init__(self, draws: int, seed: int) -> None:
        alive, rate, leave, purse, worth, arrivals = np.random.default_rng(seed).spawn(6)
        self.alive = alive.random(draws)
        self.rate = rate.random(draws)
        self.leave = leave.random(draws)
        self.after = leave.standard_exponential(draws)
        self.purse = purse.random(draws)
        self.worth = worth.random(draws)
        self._stream = arrivals
        self._arrivals = np.empty((0, draws))

    def arrivals(self, until: float) -> FloatArray:
        """Return moments (rows) at which each draw's customer (columns) of rate 1 buys, beyond ``until``."""
        while not len(self._arrivals) or self._arrivals[-1].min() <= until:
            gaps = self._stream.standard_exponential((_ARRIVALS_AT_ONCE, self._arrivals.shape[1]))
            start = self._arrivals[-1] if len(self._arrivals) else 0.0
            self._arrivals = np.concatenate((self._arrivals, start + np.cumsum(gaps, axis=0)))
        return self._arrivals


def simulated_intervals(
    purchase_law: PurchaseLaw,
    value_law: ValueLaw,
    histories: Histories,
    *,
    days: float,
    coverage: float,
    draws: int,
    seed: int,
) -> Intervals:
    """Return for each history the smallest and the largest outcome within so many days, but for equal tails.

    Given the history a customer is alive or not; if alive, his rate, his chance to leave and his nu follow the laws'
    posteriors, purchases come at the rate until he leaves, and their sum given their number is gamma distributed. The
    ratio of that sum to the history's scale of money depends on frequency, recency and age alone, so only different
    histories are simulated. The parameters are taken for known.

    Parameters
    ----------
    coverage
        Chance that the interval holds the outcome, at least: outcomes are counts, so it is often more.
    draws, seed
        Simulated futures of each history, and where their random numbers begin.
    """
    random = _Draws(draws, seed)
    different = histories.compressed()
    # A history without prices says nothing of what is spent, whatever its frequency.
    key, first, inverse = np.unique(different.inverse * 2 + histories.has_value, return_index=True, return_inverse=True)
    rows = histories.take(first)
    tails = np.array([(1.0 - coverage) / 2.0, (1.0 + coverage) / 2.0])
    ends = np.empty((2, 2, len(key)))
    step = max(_CELLS // draws, 1)
    for begin in range(0, len(key), step):
        part = slice(begin, begin + step)
        purchases, ratio = _futures(purchase_law, value_law, rows.take(part), days, random)
        ends[0, :, part] = np.quantile(purchases, tails, axis=1, method="inverted_cdf")
        ends[1, :, part] = np.quantile(ratio, tails, axis=1, method="inverted_cdf")
    scale = value_law.posterior(histories)[1]
    bought, spent = ends[0][:, inverse], ends[1][:, inverse] * scale
    return Intervals(bought[0], bought[1], spent[0], spent[1])


def _futures(
    law: PurchaseLaw, value_law: ValueLaw, histories: Histories, days: float, random: _Draws
) -> tuple[FloatArray, FloatArray]:
    """Return simulated purchases, and their value in units of the history's scale: histories x draws."""
    levels, level = np.unique(histories.frequency, return_inverse=True)
    rate = gammaincinv((law.r + levels)[:, None], random.rate)
    chance = betaincinv(law.a, law.stays_after(levels)[:, None], random.leave)
    with np.errstate(divide="ignore"):
        last = np.ceil(random.after / -np.log1p(-chance))
    pace = days / (law.alpha + histories.age)
    purchases = _poisson(rate[level] * pace[:, None], random)
    np.minimum(purchases, np.maximum(last, 1.0)[level], out=purchases)
    purchases[random.alive >= law.probability_alive(histories)[:, None]] = 0.0
    shape = value_law.posterior(histories)[0]
    shapes, which = np.unique(shape, return_inverse=True)
    purse = gammaincinv(shapes[:, None], random.purse)
    counts, position = np.unique(purchases, return_inverse=True)
    worth = gammaincinv((value_law.p * counts)[:, None], random.worth)
    worth[counts == 0] = 0.0
    column = np.arange(purchases.shape[1])
    return purchases, worth[position.reshape(purchases.shape), column] / purse[which]


def _poisson(mean: FloatArray, random: _Draws) -> FloatArray:
    """Return how many of each draw's arrivals lie within the mean: histories x draws."""
    arrivals = random.arrivals(float(mean.max()))
    counts = np.empty(mean.shape)
    for draw in range(mean.shape[1]):
        counts[:, draw] = np.searchsorted(arrivals[:, draw], mean[:, draw], side="right")
    return counts
