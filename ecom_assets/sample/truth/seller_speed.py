"""How fast a seller hands over, told from what he did and promised before.

Belongs here: the posterior of a seller's usual handling time. Does not belong here: the factor that was planted, what
follows for an order.

The logarithm of the factor is normal with a known spread. Each earlier hand-over, seen when it happened, and each
promise, seen at the purchase, is taken as a linear observation of it with a normal error. For promises both
coefficients stand in the parameters; for hand-overs, which are moved to carriers' hours and over weekends, they are
those of the best linear prediction under the law, computed on a lattice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers, Times, after, days_between
from ecom_assets.sample.olist.delivery import hand_over_times, promise_level
from ecom_assets.sample.truth.lattice import lattice

_POINTS = 4_096
_WEEK = np.datetime64("2018-01-01", "s")
_MONDAY = 0


@dataclass(frozen=True, slots=True)
class Speed:
    """Posterior mean and variance of the logarithm of a seller's factor, one entry per question."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, slots=True)
class _Observations:
    """Evidence about sellers: whose, when known, its weight (precision) and precision times the value it says."""

    seller: Integers
    known: Times
    precision: Floats
    evidence: Floats


def seller_speed(config: SampleConfig, orders: pd.DataFrame, seller: Integers, asked: Integers, at: Times) -> Speed:
    """Return what is known of the sellers of some orders at the purchase.

    Parameters
    ----------
    config
        Rates of the marketplace.
    orders
        All orders with their final dates, numbered from 0.
    seller
        The seller of each order's first unit; -1 without one.
    asked
        Orders in question.
    at
        Moment of each question; what happened at that very second is known, an order's own promise at its purchase.
    """
    prior = config.olist.sellers.handling_spread**-2
    precision, evidence = np.zeros(len(asked)), np.zeros(len(asked))
    for seen in (_hand_overs(config, orders, seller), _promises(config, orders, seller)):
        more, says = _known_by(seen, seller[asked], at)
        precision += more
        evidence += says
    return Speed(evidence / (prior + precision), 1.0 / (prior + precision))


def _hand_overs(config: SampleConfig, orders: pd.DataFrame, seller: Integers) -> _Observations:
    """Return the hand-overs as observations; those stamped before the approval say nothing."""
    took = days_between(orders["carrier"].to_numpy(), orders["approved"].to_numpy())
    rows = np.flatnonzero((seller >= 0) & (took > 0))
    intercept, slope, variance = _law_of_hand_over(config)
    said = (np.log(took[rows]) - intercept) * slope / variance
    known = orders["carrier"].to_numpy()[rows]
    return _Observations(seller[rows], known, np.full(len(rows), slope**2 / variance), said)


def _promises(config: SampleConfig, orders: pd.DataFrame, seller: Integers) -> _Observations:
    """Return the promises as observations; one for a Monday may have been rolled from the weekend."""
    rates = config.olist.delivery
    rows = np.flatnonzero(seller >= 0)
    asked = orders.iloc[rows]
    date = asked["promised"].to_numpy().astype("datetime64[D]")
    days = (date - asked["purchased"].to_numpy().astype("datetime64[D]")).astype(np.float64)
    days -= (date.astype(np.int64) + 3) % 7 == _MONDAY
    slope, variance = rates.promise_per_log_handling, rates.promise_spread**2
    residual = np.log(np.maximum(days, 1.0)) - promise_level(config, asked)
    known = asked["purchased"].to_numpy()
    return _Observations(seller[rows], known, np.full(len(rows), slope**2 / variance), residual * slope / variance)


def _law_of_hand_over(config: SampleConfig) -> tuple[float, float, float]:
    """Return intercept, slope and variance of the log days from approval to hand-over, given the log factor."""
    rates = config.olist.delivery
    own, moment, factor, weekend, hour = lattice(_POINTS, 5)
    log_factor = config.olist.sellers.handling_spread * ndtri(factor)
    handling = rates.handling_days * np.exp(log_factor + rates.handling_spread * ndtri(own))
    approved = after(np.full(_POINTS, _WEEK), 7 * moment)
    took = np.log(days_between(hand_over_times(approved, handling, weekend, hour, np.array(0.5)), approved))
    slope = float(np.cov(took, log_factor)[0, 1] / np.var(log_factor, ddof=1))
    residual = took - slope * log_factor
    return float(residual.mean()), slope, float(residual.var())


def _known_by(seen: _Observations, seller: Integers, at: Times) -> tuple[Floats, Floats]:
    """Return precision and evidence summed over what was known of each seller at each moment."""
    known, asked = (times.astype("datetime64[s]").astype(np.int64) for times in (seen.known, at))
    order = np.lexsort((known, seen.seller))
    sorted_seller = seen.seller[order]
    shift = int(max(known.max(initial=0), asked.max(initial=0))) + 1
    end = np.searchsorted(sorted_seller * shift + known[order], seller * shift + asked, side="right")
    start = np.searchsorted(sorted_seller, seller)
    precision, evidence = (_summed(v[order], sorted_seller, start, end) for v in (seen.precision, seen.evidence))
    return precision, evidence


def _summed(values: Floats, seller: Integers, start: Integers, end: Integers) -> Floats:
    """Return sums over stretches that begin with a seller's first entry; other sellers' do not touch their rounding."""
    running = pd.Series(values).groupby(seller).cumsum().to_numpy()
    sums: Floats = np.where(end > start, np.append(running, 0.0)[end - 1], 0.0)
    return sums
