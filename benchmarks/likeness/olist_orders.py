"""Margins of orders, people and their calendar.

Belongs here: who orders when and from where. Does not belong here: what is in the basket, how it arrives.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from benchmarks.likeness.margin import Margin, Origin, absolute, relative
from benchmarks.likeness.marketplace import Marketplace

_BLACK_FRIDAY = pd.Timestamp("2017-11-24")
_LAST_LIVE_DAY = pd.Timestamp("2018-08-29")
_DAY = pd.Timedelta(days=1)


def order_count(market: Marketplace) -> float:
    """Count orders."""
    return float(len(market.orders))


def people_count(market: Marketplace) -> float:
    """Count people, not customer ids, of which each order has its own."""
    return float(market.orders["person"].nunique())


def repeat_buyer_share(market: Marketplace) -> float:
    """Return the share of people with more than one order."""
    return float((market.orders["person"].value_counts() > 1).mean())


def repeat_within_day_share(market: Marketplace) -> float:
    """Return the share of later orders that come less than 24 hours after the person's order before."""
    orders = market.orders.sort_values(["person", "purchased"])
    gaps = orders["purchased"].diff()[orders["person"].eq(orders["person"].shift())]
    return float((gaps < _DAY).mean())


def month_share(market: Marketplace, month: str) -> float:
    """Return the share of orders purchased in a month."""
    return float((market.sampled()["purchased"].dt.to_period("M") == pd.Period(month, "M")).mean())


def black_friday_share(market: Marketplace) -> float:
    """Return the share of orders purchased on Black Friday 2017."""
    return float((market.sampled()["purchased"].dt.normalize() == _BLACK_FRIDAY).mean())


def black_friday_first_share(market: Marketplace) -> float:
    """Return the share of that day's orders that are their person's first."""
    orders = market.orders.sort_values("purchased", kind="stable")
    is_first = ~orders["person"].duplicated()
    return float(is_first[orders["purchased"].dt.normalize() == _BLACK_FRIDAY].mean())


def dead_tail_orders(market: Marketplace) -> float:
    """Count orders after 2018-08-29, when the original all but ends."""
    return float((market.orders["purchased"] >= _LAST_LIVE_DAY + _DAY).sum())


def state_share(market: Marketplace, state: str) -> float:
    """Return the share of orders that go to a state."""
    return float((market.sampled()["state"] == state).mean())


def seller_state_share(market: Marketplace, state: str) -> float:
    """Return the share of sellers from a state."""
    return float((market.sellers["state"] == state).mean())


def delivered_share(market: Marketplace) -> float:
    """Return the share of orders that end as delivered."""
    return float((market.sampled()["status"] == "delivered").mean())


MARGINS: tuple[Margin[Marketplace], ...] = (
    Margin("orders", "count", 99_441, Origin.PUBLISHED, relative(0.005), order_count, grows_with_scale=True),
    Margin("people", "count", 96_096, Origin.PUBLISHED, relative(0.005), people_count, grows_with_scale=True),
    Margin(
        "people with more than one order",
        "share",
        0.0312,
        Origin.PUBLISHED,
        absolute(0.001),
        repeat_buyer_share,
        note="In the extract other orders of the same person may be missing (1.6 % there).",
    ),
    Margin(
        "later orders within 24 hours of the one before",
        "share",
        0.28,
        Origin.PUBLISHED,
        absolute(0.02),
        repeat_within_day_share,
        note="The extract agrees (27.8 %).",
    ),
    Margin(
        "orders delivered",
        "share",
        0.9702,
        Origin.PUBLISHED,
        absolute(0.001),
        delivered_share,
        note="97.15 % of the 20,000 orders of the extract that stand for all.",
    ),
    *(
        Margin(f"orders in {month}", "share", real, Origin.EXTRACT, absolute(width), partial(month_share, month=month))
        for month, real, width in (
            ("2017-01", 0.0088, 0.001),
            ("2017-11", 0.0785, 0.005),
            ("2018-01", 0.0726, 0.003),
            ("2018-08", 0.0668, 0.003),
        )
    ),
    Margin("orders on Black Friday 2017", "share", 0.0131, Origin.EXTRACT, absolute(0.001), black_friday_share),
    Margin(
        "first orders among those of Black Friday",
        "share",
        None,
        Origin.UNKNOWN,
        None,
        black_friday_first_share,
        note="The extract lacks earlier orders of the same people, so it cannot say which orders are first ones.",
    ),
    Margin(
        "orders after 2018-08-29",
        "count",
        25,
        Origin.EXTRACT,
        absolute(3),
        dead_tail_orders,
        needs_full_size=True,
        note="None of them is delivered, and the extract has every order that is not.",
    ),
    *(
        Margin(f"orders to {state}", "share", real, Origin.EXTRACT, absolute(0.007), partial(state_share, state=state))
        for state, real in (("SP", 0.4260), ("RJ", 0.1331), ("MG", 0.1139))
    ),
    Margin(
        "sellers from SP",
        "share",
        0.5974,
        Origin.COMPLETE,
        absolute(0.015),
        partial(seller_state_share, state="SP"),
    ),
)
