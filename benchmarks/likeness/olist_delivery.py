"""Margins of handling, delivery and promise.

Belongs here: how long parcels take and how often they are late. Does not belong here: what customers say of it.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.likeness.distance import order_distances
from benchmarks.likeness.margin import Margin, Origin, absolute, relative
from benchmarks.likeness.marketplace import Marketplace, days_between

_FEWEST_ORDERS = 20


def is_late(orders: pd.DataFrame) -> pd.Series:
    """Mark orders delivered on a later date than promised; promises are midnights."""
    late: pd.Series = orders["delivered"].dt.normalize() > orders["promised"].dt.normalize()
    return late


def late_share(market: Marketplace) -> float:
    """Return the share of delivered orders that came late, by date."""
    return float(is_late(market.delivered()).mean())


def late_share_of_month(market: Marketplace, month: str) -> float:
    """Return the share of late ones among delivered orders purchased in a month."""
    orders = market.delivered()
    return float(is_late(orders[orders["purchased"].dt.to_period("M") == pd.Period(month, "M")]).mean())


def delivery_days_quantile(market: Marketplace, level: float) -> float:
    """Return a quantile of the days from purchase to delivery."""
    orders = market.delivered()
    return float(days_between(orders["purchased"], orders["delivered"]).quantile(level))


def promised_days_median(market: Marketplace) -> float:
    """Return the median of the days from purchase to the promised date, over orders of every status."""
    orders = market.sampled()
    return float(days_between(orders["purchased"], orders["promised"]).median())


def delivery_days_of_band(market: Marketplace, from_km: float, to_km: float) -> float:
    """Return the median days from purchase to delivery of orders of one seller within a band of distance."""
    orders = market.delivered()
    items = market.items[["order_id", "seller_id"]].drop_duplicates()
    items = items[~items["order_id"].duplicated(keep=False)]
    routes = order_distances(market, items[items["order_id"].isin(orders["order_id"])])[["order_id", "km"]]
    near = orders.merge(routes[routes["km"].between(from_km, to_km, inclusive="left")], on="order_id")
    return float(days_between(near["purchased"], near["delivered"]).median())


def seller_handling_spread(market: Marketplace) -> float:
    """Return the standard deviation of the logarithm of sellers' median handling days.

    Handling is from approval to the carrier. Sellers with fewer than 20 orders in the thinned sample are left out, as
    are hand-overs dated before the approval.
    """
    items = market.thinned_items().drop_duplicates(["order_id", "seller_id"])
    days = days_between(items["approved"], items["carrier"])
    by_seller = days[days > 0].groupby(items["seller_id"]).agg(["median", "count"])
    medians = by_seller.loc[by_seller["count"] >= _FEWEST_ORDERS, "median"]
    return float(np.log(medians).std())


MARGINS: tuple[Margin[Marketplace], ...] = (
    Margin("late by date", "share", 0.0678, Origin.EXTRACT, absolute(0.003), late_share),
    *(
        Margin(
            f"late by date, purchased in {month}",
            "share",
            real,
            Origin.EXTRACT,
            absolute(width),
            partial(late_share_of_month, month=month),
        )
        for month, real, width in (("2017-11", 0.1292, 0.02), ("2018-03", 0.1820, 0.02), ("2018-07", 0.0362, 0.005))
    ),
    *(
        Margin(
            f"purchase to delivery, {100 * level:g} % quantile",
            "days",
            real,
            Origin.EXTRACT,
            relative(width),
            partial(delivery_days_quantile, level=level),
        )
        for level, real, width in ((0.05, 3.01, 0.10), (0.50, 10.20, 0.03), (0.95, 29.35, 0.03))
    ),
    Margin("purchase to promised date, median", "days", 23.17, Origin.EXTRACT, relative(0.07), promised_days_median),
    *(
        Margin(
            f"purchase to delivery, median {name}",
            "days",
            real,
            Origin.EXTRACT,
            relative(0.06),
            partial(delivery_days_of_band, from_km=from_km, to_km=to_km),
        )
        for name, from_km, to_km, real in (
            ("below 100 km", 0.0, 100.0, 5.17),
            ("at 100 to 500 km", 100.0, 500.0, 9.37),
            ("at 500 to 1,500 km", 500.0, 1_500.0, 12.77),
            ("beyond 1,500 km", 1_500.0, np.inf, 17.91),
        )
    ),
    Margin(
        "log of sellers' median handling days, standard deviation",
        "",
        0.609,
        Origin.EXTRACT,
        absolute(0.06),
        seller_handling_spread,
        note=f"Sellers with {_FEWEST_ORDERS} orders or more in the thinned data.",
    ),
)
