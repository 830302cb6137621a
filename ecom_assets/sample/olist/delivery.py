"""The way of an order: approval, hand-over, delivery, promise.

Belongs here: dates after the purchase. Does not belong here: status, money, reviews.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Times, after, at_hours, choose, days_between, lognormal, pick
from ecom_assets.sample.olist.months import LAST_LIVE_DAY, LAST_RECORD, monthly
from ecom_assets.sample.olist.states import STATES

CARRIER_BEFORE_PURCHASE = 166
CARRIER_BEFORE_APPROVAL = 1_193
DELIVERED_BEFORE_CARRIER = 23
LIMITS_IN_2020 = 4
_REFERENCE_TRANSIT_DAYS = 7.2
_REFERENCE_PROMISE_DAYS = 24.0
# Per means of payment: share approved at once, and the median hours and log spread of the others.
_APPROVAL = {
    "credit_card": (0.80, 16.0, 0.8),
    "boleto": (0.04, 29.0, 0.65),
    "debit_card": (0.60, 18.0, 1.0),
    "voucher": (0.68, 22.0, 0.7),
    "not_defined": (1.0, 16.0, 0.8),
}
_INSTANT_HOURS = (0.26, 0.45)
_CARRIER_HOURS = (27, 14, 6, 3, 2, 2, 7, 11, 19, 25, 33, 40, 54, 80, 109, 90, 59, 58, 69, 78, 68, 57, 50, 39)
_DELIVERY_HOURS = (15, 8, 3, 1, 1, 1, 3, 6, 12, 20, 29, 37, 46, 54, 62, 72, 84, 94, 98, 96, 85, 72, 55, 34)
# How much slower (log days) parcels to a state are than their distance says.
_STATE_DELAYS = {
    "SP": -0.12, "RJ": 0.16, "ES": 0.12, "SC": 0.06, "BA": 0.16, "AL": 0.25, "MA": 0.20, "CE": 0.12, "SE": 0.15,
    "PI": 0.12, "PR": -0.05, "MG": -0.04, "RO": -0.15, "AM": -0.2, "AC": -0.3, "AP": -0.2,
}  # fmt: skip
# From May 2018 on the source keeps hand-overs to the minute.
_MINUTE_STAMPS_FROM = np.datetime64("2018-05-01", "s")
_EARLY_HAND_OVER_FROM = np.datetime64("2018-04-20", "s")
_MONDAY_SHIFT_SHARE = 0.8
_LIMIT_DAYS = ((2, 5), (3, 3), (4, 17), (5, 11), (6, 42), (7, 9), (8, 4), (9, 3), (10, 2), (12, 2), (15, 1), (20, 1))
_LIMIT_AT_SAME_TIME_SHARE = 0.785
_MISTYPED_LIMIT = np.datetime64("2020-02-03T20:23:22", "s")
_MISTYPED_SPAN = 3 * 86_400


def build_delivery(config: SampleConfig, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the dates of each order: approved, carrier, delivered, promised, all filled in.

    Parameters
    ----------
    config
        Size, seed and rates.
    orders
        Orders with ``purchased``, ``payment_type``, ``handling`` (the seller's factor), ``kilometres``, ``state``.
    """
    purchased = orders["purchased"].to_numpy()
    approved = after(purchased, _approval_days(config, orders))
    carrier = _hand_over(config, orders, approved)
    delivered = _arrival(config, orders, carrier)
    frame = pd.DataFrame({"approved": approved, "carrier": carrier, "delivered": delivered})
    frame["promised"] = _promise(config, orders)
    return _with_quirks(config, orders, frame)


def _approval_days(config: SampleConfig, orders: pd.DataFrame) -> Floats:
    """Draw the time to approval by means of payment."""
    rng = config.stream("olist.approval")
    count = len(orders)
    names, code = np.unique(orders["payment_type"].to_numpy(dtype=np.str_), return_inverse=True)
    share, median, spread = np.array([_APPROVAL[str(name)] for name in names])[code].T
    hours = np.where(
        rng.random(count) < share,
        lognormal(rng, _INSTANT_HOURS[0], _INSTANT_HOURS[1], count),
        lognormal(rng, median, spread, count),
    )
    return hours / 24


def _hand_over(config: SampleConfig, orders: pd.DataFrame, approved: Times) -> Times:
    """Draw when the seller hands over: at carriers' hours, rarely on a weekend."""
    rng = config.stream("olist.hand_over")
    rates = config.olist.delivery
    count = len(orders)
    handling = lognormal(rng, rates.handling_days * orders["handling"].to_numpy(), rates.handling_spread, count)
    raw = after(approved, handling)
    day = raw.astype("datetime64[D]")
    weekend = np.maximum((day.astype(np.int64) + 3) % 7 - 4, 0)  # 1 on Saturday, 2 on Sunday
    monday = (weekend > 0) & (rng.random(count) < _MONDAY_SHIFT_SHARE)
    day = day + np.where(monday, 3 - weekend, 0).astype("timedelta64[D]")
    stamped = at_hours(rng, day, _CARRIER_HOURS)
    return _to_minutes(np.where(stamped > approved, stamped, raw))


def _to_minutes(times: Times) -> Times:
    """Cut the seconds off from the day on which the source began to do so."""
    return np.where(times >= _MINUTE_STAMPS_FROM, times.astype("datetime64[m]").astype("datetime64[s]"), times)


def _arrival(config: SampleConfig, orders: pd.DataFrame, carrier: Times) -> Times:
    """Draw the carrier's time by route, state and season."""
    rng = config.stream("olist.transit")
    rates = config.olist.delivery
    codes = [state.code for state in STATES]
    own = rates.state_spread * config.stream("olist.transit_states").standard_normal(len(codes))
    delay = pd.Series(own + np.array([_STATE_DELAYS.get(code, 0.0) for code in codes]), index=codes)
    season = np.log(monthly("transit_days", orders["purchased"].to_numpy()) / _REFERENCE_TRANSIT_DAYS)
    level = rates.transit_intercept + rates.transit_per_log_km * np.log1p(orders["kilometres"].to_numpy())
    days = np.exp(
        level
        + delay.reindex(orders["state"]).to_numpy()
        + season
        + rates.transit_spread * rng.standard_normal(len(orders))
    )
    raw = after(carrier, days)
    stamped = at_hours(rng, raw, _DELIVERY_HOURS)
    return np.where(stamped > carrier, stamped, raw)


def _promise(config: SampleConfig, orders: pd.DataFrame) -> Times:
    """Draw the promised date: a midnight of a working day, by route and season."""
    rng = config.stream("olist.promise")
    rates = config.olist.delivery
    purchased = orders["purchased"].to_numpy()
    season = np.log(monthly("promise_days", purchased) / _REFERENCE_PROMISE_DAYS)
    level = rates.promise_intercept + rates.promise_per_log_km * np.log1p(orders["kilometres"].to_numpy())
    level = level + rates.promise_per_log_handling * np.log(orders["handling"].to_numpy())
    days = np.exp(level + season + rates.promise_spread * rng.standard_normal(len(orders)))
    date = purchased.astype("datetime64[D]") + np.maximum(np.rint(days), 2).astype("timedelta64[D]")
    promised: Times = np.busday_offset(date, 0, roll="forward").astype("datetime64[s]")
    return promised


def _with_quirks(config: SampleConfig, orders: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Put a few hand-overs before the approval or the purchase, and a few deliveries before the hand-over."""
    rng = config.stream("olist.delivery_quirks")
    purchased = orders["purchased"].to_numpy()
    approved, carrier, delivered = (frame[name].to_numpy().copy() for name in ("approved", "carrier", "delivered"))
    handed = orders["has_carrier"].to_numpy() & orders["has_approval"].to_numpy()
    slow = np.flatnonzero(handed & (days_between(approved, purchased) > 0.25))
    early = choose(rng, slow, config.rows(CARRIER_BEFORE_APPROVAL))
    waited = days_between(approved[early], purchased[early])
    carrier[early] = _to_minutes(
        after(purchased[early], np.maximum(waited * rng.uniform(0.05, 0.98, len(early)), 0.01))
    )
    late = np.setdiff1d(np.flatnonzero(handed & _live(purchased)), early)
    before = choose(rng, late, config.rows(CARRIER_BEFORE_PURCHASE))
    carrier[before] = _to_minutes(after(purchased[before], -rng.uniform(0.001, 0.09, len(before))))
    rest = np.setdiff1d(np.flatnonzero(handed & orders["has_delivery"].to_numpy()), np.concatenate([early, before]))
    crossed = choose(rng, rest, config.rows(DELIVERED_BEFORE_CARRIER))
    carrier[crossed] = _to_minutes(after(delivered[crossed], rng.uniform(0.01, 4.0, len(crossed))))
    return frame.assign(carrier=carrier, delivered=delivered)


def _live(times: Times) -> Flags:
    """Mark the last live months, in which hand-overs before the purchase occur."""
    inside: Flags = (times >= _EARLY_HAND_OVER_FROM) & (times < LAST_LIVE_DAY)
    return inside


def keep_known(orders: pd.DataFrame, dates: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Blank the dates that a status lacks, and what would lie beyond the extract.

    A parcel that would arrive after the extract's end is still on its way in it, so it has the status ``shipped``;
    one that would be handed over after it is in ``processing``.
    """
    status = orders["status"].to_numpy(dtype=object).copy()
    approved, carrier, delivered = (
        orders[flag].to_numpy() & (dates[name].to_numpy() <= LAST_RECORD)
        for flag, name in (("has_approval", "approved"), ("has_carrier", "carrier"), ("has_delivery", "delivered"))
    )
    beyond = orders["has_delivery"].to_numpy() & ~delivered
    status[beyond & (status == "delivered")] = "shipped"
    waiting = orders["has_carrier"].to_numpy() & ~carrier
    status[waiting & np.isin(status, ("shipped", "delivered"))] = "processing"
    known = dates.assign(
        approved=dates["approved"].where(approved),
        carrier=dates["carrier"].where(carrier),
        delivered=dates["delivered"].where(delivered),
    )
    return known, pd.Series(status, dtype="str")


def shipping_limits(config: SampleConfig, orders: pd.DataFrame, units: pd.DataFrame) -> Times:
    """Return until when each unit should be handed over, counted from the approval."""
    rng = config.stream("olist.shipping_limits")
    base = orders["approved"].fillna(orders["purchased"]).to_numpy().astype("datetime64[s]")
    order = units["order"].to_numpy()
    count = len(orders)
    days = np.array([day for day, _ in _LIMIT_DAYS], dtype=np.float64)[
        pick(rng, [share for _, share in _LIMIT_DAYS], count)
    ]
    days += np.where(rng.random(count) < _LIMIT_AT_SAME_TIME_SHARE, 0.0, rng.uniform(0.0, 1.0, count))
    limit = after(base, days)[order]
    # A mistyped year: the whole order has it.
    far = np.isin(order, choose(rng, np.unique(order), max(1, config.rows(LIMITS_IN_2020))))
    shifted = after(np.full(len(order), _MISTYPED_LIMIT), (limit.astype(np.int64) % _MISTYPED_SPAN) / 86_400)
    return np.where(far, shifted, limit)
