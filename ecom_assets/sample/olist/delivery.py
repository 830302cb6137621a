"""The way of an order: approval, hand-over, promise, and the quirks of their dates.

Belongs here: dates after the purchase. Does not belong here: the carrier's time, status, money, reviews.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import (
    Flags,
    Floats,
    Texts,
    Times,
    after,
    choose,
    days_between,
    pick,
    pick_at,
)
from ecom_assets.sample.olist.months import LAST_LIVE_DAY, LAST_RECORD, monthly
from ecom_assets.sample.olist.network import arrivals

CARRIER_BEFORE_PURCHASE = 166
CARRIER_BEFORE_APPROVAL = 1_193
DELIVERED_BEFORE_CARRIER = 23
LIMITS_IN_2020 = 4
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
    approved = _approval(config, orders)
    promised = _promise(config, orders)
    carrier = _early_hand_overs(config, orders, approved, _hand_over(config, orders, approved))
    carrier = _in_time(config, orders, approved, carrier, promised)
    delivered = arrivals(config, orders, carrier, promised)
    return pd.DataFrame(
        {
            "approved": approved,
            "carrier": _after_delivery(config, orders, carrier, delivered),
            "delivered": delivered,
            "promised": promised,
        }
    )


def approval_days(payment_type: Texts, branch: Floats, score: Floats) -> Floats:
    """Return the days to approval by means of payment.

    Parameters
    ----------
    payment_type
        Means of each order's first payment; the last axis of the other arrays runs over it.
    branch
        Uniform numbers that choose between approval at once and later.
    score
        Standard normal numbers.
    """
    names, code = np.unique(payment_type, return_inverse=True)
    share, median, spread = np.array([_APPROVAL[str(name)] for name in names])[code].T
    at_once = branch < share
    hours: Floats = np.where(at_once, _INSTANT_HOURS[0], median) * np.exp(
        np.where(at_once, _INSTANT_HOURS[1], spread) * score
    )
    return hours / 24


def hand_over_times(approved: Times, handling: Floats, weekend: Floats, hour: Floats, second: Floats) -> Times:
    """Return when sellers hand over: at carriers' hours, rarely on a weekend.

    Parameters
    ----------
    approved
        When the order was approved.
    handling
        Days that the seller takes.
    weekend, hour, second
        Uniform numbers that choose whether a weekend is waited for, the hour, and the second within it.
    """
    raw = after(approved, handling)
    day = raw.astype("datetime64[D]")
    past_friday = np.maximum((day.astype(np.int64) + 3) % 7 - 4, 0)  # 1 on Saturday, 2 on Sunday
    monday = (past_friday > 0) & (weekend < _MONDAY_SHIFT_SHARE)
    day = day + np.where(monday, 3 - past_friday, 0).astype("timedelta64[D]")
    time_of_day = pick_at(hour, _CARRIER_HOURS) * 3600 + (second * 3600).astype(np.int64)
    stamped = day.astype("datetime64[s]") + time_of_day.astype("timedelta64[s]")
    return np.where(stamped > approved, stamped, raw)


def promise_level(config: SampleConfig, orders: pd.DataFrame) -> Floats:
    """Return the logarithm of the usual promised days by route and season, for a seller of usual speed."""
    rates = config.olist.delivery
    level: Floats = rates.promise_intercept + rates.promise_per_log_km * np.log1p(orders["kilometres"].to_numpy())
    if not config.olist.calendar.habits_change:
        return level
    season: Floats = np.log(monthly("promise_days", orders["purchased"].to_numpy()) / _REFERENCE_PROMISE_DAYS)
    return level + season


def _approval(config: SampleConfig, orders: pd.DataFrame) -> Times:
    """Draw the approval."""
    rng = config.stream("olist.approval")
    kind = orders["payment_type"].to_numpy(dtype=np.str_)
    days = approval_days(kind, rng.random(len(orders)), rng.standard_normal(len(orders)))
    return after(orders["purchased"].to_numpy(), days)


def _hand_over(config: SampleConfig, orders: pd.DataFrame, approved: Times) -> Times:
    """Draw the hand-over."""
    rng = config.stream("olist.hand_over")
    rates = config.olist.delivery
    count = len(orders)
    median = rates.handling_days * orders["handling"].to_numpy()
    handling = median * np.exp(rates.handling_spread * rng.standard_normal(count))
    return _to_minutes(hand_over_times(approved, handling, *rng.random((3, count))))


def _to_minutes(times: Times) -> Times:
    """Cut the seconds off from the day on which the source began to do so."""
    return np.where(times >= _MINUTE_STAMPS_FROM, times.astype("datetime64[m]").astype("datetime64[s]"), times)


def _promise(config: SampleConfig, orders: pd.DataFrame) -> Times:
    """Draw the promised date: a midnight of a working day, by route and season."""
    rng = config.stream("olist.promise")
    rates = config.olist.delivery
    level = promise_level(config, orders) + rates.promise_per_log_handling * np.log(orders["handling"].to_numpy())
    days = np.exp(level + rates.promise_spread * rng.standard_normal(len(orders)))
    date = orders["purchased"].to_numpy().astype("datetime64[D]")
    date = date + np.maximum(np.rint(days), 2).astype("timedelta64[D]")
    promised: Times = np.busday_offset(date, 0, roll="forward").astype("datetime64[s]")
    return promised


def _early_hand_overs(config: SampleConfig, orders: pd.DataFrame, approved: Times, carrier: Times) -> Times:
    """Put a few hand-overs before the approval or the purchase."""
    rng = config.stream("olist.delivery_quirks")
    purchased = orders["purchased"].to_numpy()
    result = carrier.copy()
    handed = orders["has_carrier"].to_numpy() & orders["has_approval"].to_numpy()
    slow = np.flatnonzero(handed & (days_between(approved, purchased) > 0.25))
    early = choose(rng, slow, config.rows(CARRIER_BEFORE_APPROVAL))
    waited = days_between(approved[early], purchased[early])
    result[early] = after(purchased[early], np.maximum(waited * rng.uniform(0.05, 0.98, len(early)), 0.01))
    rest = np.setdiff1d(np.flatnonzero(handed & _live(purchased)), early)
    before = choose(rng, rest, config.rows(CARRIER_BEFORE_PURCHASE))
    result[before] = after(purchased[before], -rng.uniform(0.001, 0.09, len(before)))
    return _to_minutes(result)


def _in_time(config: SampleConfig, orders: pd.DataFrame, approved: Times, carrier: Times, promised: Times) -> Times:
    """Let nobody hand over on or after the promised date where lateness is drawn first, or its date would tell."""
    if config.olist.delivery.late_share is None:
        return carrier
    start = np.where(approved < promised, approved, orders["purchased"].to_numpy())
    share = config.stream("olist.hand_over_in_time").random(len(orders))
    moved = _to_minutes(after(start, share * days_between(promised, start)))
    return np.where(carrier < promised, carrier, moved)


def _after_delivery(config: SampleConfig, orders: pd.DataFrame, carrier: Times, delivered: Times) -> Times:
    """Stamp a few hand-overs after the delivery; not where lateness is drawn first, as such a date tells it."""
    if config.olist.delivery.late_share is not None:
        return carrier
    rng = config.stream("olist.crossed_dates")
    result = carrier.copy()
    usual = orders["has_carrier"].to_numpy() & orders["has_delivery"].to_numpy() & (carrier > orders["purchased"])
    crossed = choose(rng, np.flatnonzero(usual), config.rows(DELIVERED_BEFORE_CARRIER))
    result[crossed] = _to_minutes(after(delivered[crossed], rng.uniform(0.01, 4.0, len(crossed))))
    return result


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
