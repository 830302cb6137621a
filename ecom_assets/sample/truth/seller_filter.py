"""How fast each seller sells and whether he is still there, told from his sales.

Belongs here: the filter over rates and lives. Does not belong here: the rates that were planted, what is asked.

A seller's rate lies on a grid of the law it is drawn from; he is there or has left. Week by week the posterior of
each seller moves on: some leave, then a seller with a rate of r sells a Poisson number of times with mean r times the
week's exposure, which is the market's sales over the sum of all rates of those there. That sum is not known either:
it is expected from the posteriors of the sellers seen so far and from what the law of joining says of those not seen
yet. A seller enters with his first sale, by the law of those who had not sold until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtr

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers, Times, days_between
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.olist.months import FIRST_PURCHASE
from ecom_assets.sample.olist.sellers import (
    FOUNDERS,
    FOUNDERS_SCORE,
    JOINING_SPAN_DAYS,
    LAST_START,
    WEEK_SECONDS,
    candidates,
)
from ecom_assets.sample.truth.seller_sales import Sales

_GRID_POINTS = 96
_LOWEST_SCORE = -4.0
_TRAILING_DAYS = 28
_SMALLEST = 1e-9
_WEEK = np.timedelta64(WEEK_SECONDS, "s")


@dataclass(frozen=True, slots=True)
class RateGrid:
    """Possible rates with their prior chances; the last one is that of the founders, who never leave."""

    rate: Floats
    prior: Floats

    @classmethod
    def of(cls, config: SampleConfig) -> RateGrid:
        """Return the grid of a world's law of rates."""
        rates = config.olist.sellers
        founder = np.exp(FOUNDERS_SCORE * rates.activity_spread)
        if rates.activity_spread == 0:
            return cls(np.array([1.0, founder]), np.array([1.0, 0.0]))
        edges = np.linspace(_LOWEST_SCORE, rates.activity_limit, _GRID_POINTS + 1)
        score = np.append((edges[:-1] + edges[1:]) / 2, rates.activity_limit)
        below = ndtr(edges)
        below[0] = 0.0
        chance = np.append(np.diff(below), 1.0 - below[-1])
        rate = np.append(np.exp(rates.activity_spread * score), founder)
        return cls(rate, np.append(chance, 0.0))


@dataclass(frozen=True, slots=True)
class Belief:
    """What is known of the sellers seen until a moment.

    Attributes
    ----------
    as_of, moment
        The date of the question, and its end.
    sales
        How many sales came before.
    there
        Chance to be there with each rate of the grid (columns), one row a seller; what is missing to 1 is the chance to
        have left.
    exposure
        Sales that a seller with a rate of 1 makes a day, by the last four weeks and today's sum of rates.
    """

    as_of: np.datetime64
    moment: np.datetime64
    sales: int
    there: Floats
    exposure: float


def follow_sellers(config: SampleConfig, sales: Sales, grid: RateGrid, as_ofs: Times) -> Iterator[Belief]:
    """Yield the belief at the end of each as-of date, from the sales until then."""
    if not len(as_ofs):
        return
    moments = (as_ofs + 1).astype("datetime64[s]")
    weeks = np.arange(FIRST_PURCHASE, moments[-1], _WEEK)
    bounds = np.unique(np.concatenate([weeks, moments]))
    crowd = _Crowd.of(config, sales, grid)
    asked = dict(zip(moments.tolist(), as_ofs, strict=True))
    done = 0
    for start, end in pairwise(bounds):
        if (start - FIRST_PURCHASE) % _WEEK == np.timedelta64(0):
            crowd.begin_week(config, start)
        upto = sales.until(end)
        crowd.learn(sales.seller[done:upto])
        done = upto
        if end.item() in asked:
            recent = done - sales.until(end - np.timedelta64(_TRAILING_DAYS, "D"))
            exposure = recent / _TRAILING_DAYS / crowd.pool()
            yield Belief(asked[end.item()], end, done, crowd.there[: crowd.seen].copy(), exposure)


@dataclass(slots=True)
class _Crowd:
    """All sellers as they are believed to be at a moment; it changes from stretch to stretch.

    Attributes
    ----------
    grid
        Rates and their prior chances.
    count
        Sellers who exist, with those who will never sell.
    there
        Chance to be there with each rate, one row for each seller who ever sells; the first ``seen`` rows are filled.
    unseen
        Expected number of those there with each rate who have not sold yet, by the law alone.
    missing
        Expected number of sellers who have not sold yet, by the law alone: not joined, there, or gone.
    seen
        How many have sold.
    """

    grid: RateGrid
    count: int
    there: Floats
    unseen: Floats
    missing: float
    seen: int

    @classmethod
    def of(cls, config: SampleConfig, sales: Sales, grid: RateGrid) -> _Crowd:
        """Return the sellers before the first sale: only the founders are there."""
        unseen = np.zeros(len(grid.rate))
        unseen[-1] = FOUNDERS
        count = candidates(config)
        return cls(grid, count, np.zeros((len(sales.frame_row), len(grid.rate))), unseen, float(count), 0)

    def pool(self) -> float:
        """Return the expected sum of rates of all sellers there; the law is scaled to how many are still unseen."""
        scale = (self.count - self.seen) / max(self.missing, _SMALLEST)
        return float((self.there[: self.seen].sum(axis=0) + scale * self.unseen) @ self.grid.rate)

    def begin_week(self, config: SampleConfig, start: np.datetime64) -> None:
        """Let some leave and others join."""
        stays = staying(config, start - _WEEK, start, len(self.grid.rate))
        self.there[: self.seen] *= stays
        self.unseen *= stays
        self.unseen += (self.count - FOUNDERS) * _joined(config, start, start + _WEEK) * self.grid.prior

    def learn(self, sold: Integers) -> None:
        """Update by the sales of a stretch: the sellers, one entry a sale."""
        there, rate, seen = self.there, self.grid.rate, self.seen
        exposed = np.exp(-rate * len(sold) / self.pool())
        seller, number = np.unique(sold, return_counts=True)
        now = max(seen, int(seller.max(initial=-1)) + 1)
        left = np.append(1.0 - there[:seen].sum(axis=1), np.zeros(now - seen))
        left[seller] = 0.0
        there[:seen] *= exposed
        there[seen:now] = self.unseen * exposed
        with np.errstate(divide="ignore"):
            logs = np.log(there[seller]) + number[:, None] * np.log(rate)
        there[seller] = np.exp(logs - logs.max(axis=1, keepdims=True))
        there[:now] /= (there[:now].sum(axis=1) + left)[:, None]
        self.missing -= float((self.unseen * (1.0 - exposed)).sum())
        self.unseen *= exposed
        self.seen = now


def staying(config: SampleConfig, start: np.datetime64, end: np.datetime64, rates: int) -> Floats:
    """Return the chance to stay from a moment to another, by rate; founders, the last ones, always do."""
    days = float(days_between(np.asarray(end), np.asarray(start)))
    drift = config.drift_of(DriftKind.CONCEPT)
    if drift is not None:
        since = max(start, np.datetime64(drift.start, "s"))
        days += max(float(days_between(np.asarray(end), np.asarray(since))), 0.0) * (
            drift.concept.seller_hazard_factor - 1.0
        )
    chance = np.full(rates, np.exp(-days / config.olist.sellers.lifetime_days))
    chance[-1] = 1.0
    return chance


def _joined(config: SampleConfig, start: np.datetime64, end: np.datetime64) -> float:
    """Return the share of sellers who join in a week; who joined before the first one is there in it."""
    before = 0.0 if start == FIRST_PURCHASE else _joined_until(config, start)
    return _joined_until(config, end) - before


def _joined_until(config: SampleConfig, moment: np.datetime64) -> float:
    """Return the share of sellers who joined before a moment."""
    joining = config.olist.sellers.joining
    if not joining or moment > LAST_START:
        return 1.0
    first = np.array([day for day, _ in joining], dtype="datetime64[s]")
    share = np.array([weight for _, weight in joining])
    passed = np.clip(days_between(np.full(len(first), moment), first) / JOINING_SPAN_DAYS, 0.0, 1.0)
    return float((share * passed).sum() / share.sum())
