"""The carriers' network: how long a parcel takes on a route, and how slow the network is at the time.

Belongs here: the law of the carrier's time, and arrivals drawn by it. Does not belong here: approval, hand-over,
promise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Times, after, at_hours, days_between
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.olist.states import STATES

_REFERENCE_DAYS = 7.2
# Median days with the carrier of parcels handed over around a day; in between the logarithm is interpolated.
_LEVELS = (
    ("2016-09-15", 7.0), ("2017-01-15", 7.0), ("2017-02-15", 7.3), ("2017-03-15", 7.2), ("2017-04-20", 8.8),
    ("2017-05-15", 7.1), ("2017-06-12", 7.8), ("2017-07-15", 7.0), ("2017-08-15", 6.9), ("2017-09-15", 7.1),
    ("2017-10-20", 7.0), ("2017-11-20", 8.2), ("2017-12-15", 9.9), ("2018-01-08", 7.9), ("2018-01-25", 8.2),
    ("2018-02-15", 10.8), ("2018-03-04", 12.0), ("2018-03-18", 10.2), ("2018-04-01", 8.1), ("2018-04-14", 6.9),
    ("2018-05-15", 6.5),
    ("2018-06-15", 5.9), ("2018-07-15", 5.3), ("2018-08-15", 4.9), ("2018-10-31", 4.9),
)  # fmt: skip
# How much slower (log days) parcels to a state are than their distance says.
_STATE_DELAYS = {
    "SP": -0.12, "RJ": 0.16, "ES": 0.12, "SC": 0.06, "BA": 0.16, "AL": 0.25, "MA": 0.20, "CE": 0.12, "SE": 0.15,
    "PI": 0.12, "PR": -0.05, "MG": -0.04, "RO": -0.15, "AM": -0.2, "AC": -0.3, "AP": -0.2,
}  # fmt: skip
_DELIVERY_HOURS = (15, 8, 3, 1, 1, 1, 3, 6, 12, 20, 29, 37, 46, 54, 62, 72, 84, 94, 98, 96, 85, 72, 55, 34)
_SMALLEST = 1e-300


def network_level(hand_over: Times) -> Floats:
    """Return how slow the network is at each hand-over: the logarithm of its days over those of the reference.

    The path has no jumps, so that somebody who watches parcels arrive can follow it.
    """
    days = np.array([day for day, _ in _LEVELS], dtype="datetime64[s]").astype(np.float64)
    level = np.log(np.array([median for _, median in _LEVELS]) / _REFERENCE_DAYS)
    found: Floats = np.interp(hand_over.astype("datetime64[s]").astype(np.float64), days, level)
    return found


def drift_of_level(config: SampleConfig, hand_over: Times) -> Floats:
    """Return the planted change of the level (log days): parcels handed over from its start on take longer."""
    drift = config.drift_of(DriftKind.CONCEPT)
    if drift is None:
        return np.zeros(len(hand_over))
    return np.where(drift.since(hand_over), np.log(drift.concept.transit_factor), 0.0)


def state_delays(config: SampleConfig) -> pd.Series[float]:
    """Return how much slower (log days) parcels to each state are than their distance says."""
    codes = [state.code for state in STATES]
    own = config.olist.delivery.state_spread * config.stream("olist.transit_states").standard_normal(len(codes))
    return pd.Series(own + np.array([_STATE_DELAYS.get(code, 0.0) for code in codes]), index=codes)


def route_days(config: SampleConfig, orders: pd.DataFrame) -> Floats:
    """Return the logarithm of the carrier's median days by length of the route and state, in usual times."""
    rates = config.olist.delivery
    delay = orders["state"].map(state_delays(config)).to_numpy(dtype=np.float64)
    days: Floats = (
        rates.transit_intercept + rates.transit_per_log_km * np.log1p(orders["kilometres"].to_numpy()) + delay
    )
    return days


def collected(orders: pd.DataFrame, carrier: Times) -> Times:
    """Return from when the carrier's time counts: a hand-over stamped before the purchase was none yet."""
    start: Times = np.maximum(carrier, orders["purchased"].to_numpy())
    return start


def arrivals(config: SampleConfig, orders: pd.DataFrame, carrier: Times, promised: Times) -> Times:
    """Draw when parcels arrive.

    Parameters
    ----------
    config
        Size, seed and rates.
    orders
        Orders with ``purchased``, ``kilometres`` and ``state``.
    carrier
        When they were handed over.
    promised
        Promised dates; they matter only where lateness is drawn before the dates.
    """
    rng = config.stream("olist.transit")
    rates = config.olist.delivery
    changing = network_level(carrier) if config.olist.calendar.habits_change else 0.0
    level = route_days(config, orders) + changing + drift_of_level(config, carrier)
    start = collected(orders, carrier)
    if rates.late_share is None:
        score = rng.standard_normal(len(orders))
    else:
        late = config.stream("olist.late_labels").random(len(orders)) < rates.late_share
        left = np.maximum(days_between(promised + np.timedelta64(1, "D"), start), 0.01)
        score = _scores_of_labels(rng, (np.log(left) - level) / rates.transit_spread, late)
    raw = after(start, np.exp(level + rates.transit_spread * score))
    stamped = at_hours(rng, raw, _DELIVERY_HOURS)
    arrived: Times = np.where(stamped > start, stamped, raw)
    return arrived


def _scores_of_labels(rng: np.random.Generator, limit: Floats, late: Flags) -> Floats:
    """Draw standard normal scores below the limit for what is punctual, and above it for what is late."""
    uniform = rng.uniform(0.001, 0.999, len(limit))
    above = -ndtri(np.maximum(uniform * ndtr(-limit), _SMALLEST))
    below = ndtri(np.maximum(uniform * ndtr(limit), _SMALLEST))
    scores: Floats = np.where(late, above, below)
    return scores
