"""How slow the carriers' network is today, told from the parcels of the last weeks.

Belongs here: the filter of the network's level. Does not belong here: the level that was planted (``olist.network``),
what follows for an order.

The level's logarithm is taken as a line over the last weeks, with a normal prior on its height and slope. Each parcel
says on which day it arrived, or that it had not arrived until the decision day, which is a censored observation.
Height and slope are those of highest posterior probability, found by scoring steps (the outer product of the scores
stands for the information, as Berndt, Hall, Hall and Hausman proposed in 1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Times
from ecom_assets.sample.olist.network import collected, drift_of_level, route_days

_WATCHED_DAYS = 21
_LEVEL_SPREAD = 0.25
_SLOPE_SPREAD = 0.006
# A line is not the path itself: what remains unknown of the level however many parcels are seen.
_MISFIT = 0.04
_STEPS = 6
_TOLERANCE = 1e-7
_SMALLEST = 1e-12
_ROOT_OF_TWO_PI = np.sqrt(2 * np.pi)


@dataclass(frozen=True, slots=True)
class LevelOfDay:
    """What is known of the network's level on the morning of each day.

    Attributes
    ----------
    first_day
        The first day, counted from 1970-01-01.
    mean, variance
        Of the level (log days), one entry a day.
    """

    first_day: int
    mean: Floats
    variance: Floats

    def at(self, times: Times) -> tuple[Floats, Floats]:
        """Return mean and variance on the day of each time."""
        day = np.clip(times.astype("datetime64[D]").astype(np.int64) - self.first_day, 0, len(self.mean) - 1)
        return self.mean[day], self.variance[day]


@dataclass(frozen=True, slots=True)
class _Parcels:
    """Parcels in the order of their hand-over: days since 1970-01-01, and the logarithm of the route's usual days."""

    start: Floats
    delivered: Floats
    usual: Floats


def follow_level(config: SampleConfig, orders: pd.DataFrame, never: float) -> LevelOfDay:
    """Infer the level on the morning of each day from what was known the midnight before.

    Parameters
    ----------
    config
        Rates of the marketplace.
    orders
        Orders with their final dates.
    never
        Chance that a parcel handed over never arrives.
    """
    parcels = _parcels(config, orders)
    first = int(orders["purchased"].min().to_datetime64().astype("datetime64[D]").astype(np.int64))
    days = np.arange(first, int(max(parcels.start.max(initial=first), first)) + 2)
    lower = np.searchsorted(parcels.start, days - _WATCHED_DAYS)
    upper = np.searchsorted(parcels.start, days)
    rates = config.olist.delivery
    state = np.zeros(2)
    mean, variance = np.zeros(len(days)), np.zeros(len(days))
    for position, day in enumerate(days):
        watched = slice(int(lower[position]), int(upper[position]))
        state, information = _fit(_observed(parcels, watched, float(day)), state, rates.transit_spread, never)
        mean[position] = state[0]
        variance[position] = np.linalg.inv(information)[0, 0] + _MISFIT**2
    return LevelOfDay(first, mean, variance)


def _parcels(config: SampleConfig, orders: pd.DataFrame) -> _Parcels:
    """Return the parcels that were handed over, without those whose dates are crossed."""
    handed = orders[orders["carrier"].notna() & ~(orders["delivered"] < orders["carrier"])]
    carrier = handed["carrier"].to_numpy()
    start = _days(collected(handed, carrier))
    usual = route_days(config, handed) + drift_of_level(config, carrier)
    order = np.argsort(start, kind="stable")
    return _Parcels(start[order], _days(handed["delivered"].to_numpy())[order], usual[order])


def _days(times: Times) -> Floats:
    """Return days since 1970-01-01; NaN where missing."""
    return np.where(np.isnat(times), np.nan, times.astype("datetime64[s]").astype(np.float64) / 86_400)


def _observed(parcels: _Parcels, watched: slice, day: float) -> tuple[Floats, Floats, Floats]:
    """Return age on the day, and log days between which each parcel travelled, over the route's usual ones."""
    start, delivered = parcels.start[watched], parcels.delivered[watched]
    arrived = delivered < day
    date = np.floor(np.where(arrived, delivered, day))
    with np.errstate(divide="ignore"):
        least = np.log(np.maximum(date - start, 0.0)) - parcels.usual[watched]
    most = np.log(date + 1 - start) - parcels.usual[watched]
    return day - start, least, np.where(arrived, most, np.inf)


def _fit(observed: tuple[Floats, Floats, Floats], state: Floats, spread: float, never: float) -> tuple[Floats, Floats]:
    """Return height and slope of highest posterior probability, and the information about them."""
    age, least, most = observed
    prior = np.diag([_LEVEL_SPREAD**-2, _SLOPE_SPREAD**-2])
    design = np.column_stack([np.ones(len(age)), -age])
    information = prior
    for _ in range(_STEPS):
        scores = _scores(least, most, design @ state, spread, never)
        weighted = design * scores[:, None]
        information = prior + weighted.T @ weighted
        step = np.linalg.solve(information, weighted.sum(axis=0) - prior @ state)
        state = state + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < _TOLERANCE:
            break
    return state, information


def _scores(least: Floats, most: Floats, level: Floats, spread: float, never: float) -> Floats:
    """Return the derivative of each parcel's log likelihood by the level."""
    low, high = (least - level) / spread, (most - level) / spread
    waiting = np.isinf(high)
    chance = (1 - never) * (ndtr(-low) - ndtr(-high)) + np.where(waiting, never, 0.0)
    slope = (1 - never) * (_density(low) - _density(high)) / spread
    scores: Floats = slope / np.maximum(chance, _SMALLEST)
    return scores


def _density(score: Floats) -> Floats:
    """Return the standard normal density."""
    density: Floats = np.exp(-0.5 * score * score) / _ROOT_OF_TWO_PI
    return density
