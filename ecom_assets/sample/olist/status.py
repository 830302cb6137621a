"""Final status of each order, and which of its dates and rows exist.

Belongs here: the status mix and what a status implies. Does not belong here: the dates themselves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Integers, Texts, Times, after, choose, flags, lognormal
from ecom_assets.sample.olist.months import LAST_LIVE_DAY, LAST_RECORD

# Orders by status in the original; the rest is delivered.
STATUS_ORDERS = {
    "shipped": 1_107, "canceled": 625, "unavailable": 609, "invoiced": 314, "processing": 301, "created": 5,
    "approved": 2,
}  # fmt: skip
# Of these, the orders that have no item.
WITHOUT_ITEMS = {"unavailable": 603, "canceled": 164, "created": 5, "invoiced": 2, "shipped": 1}
WITHOUT_APPROVAL = {"canceled": 141, "delivered": 14, "created": 5}
CANCELED_AFTER_HAND_OVER = 75
CANCELED_AFTER_DELIVERY = 6
DELIVERED_WITHOUT_DELIVERY_DATE = 8
DELIVERED_WITHOUT_CARRIER_DATE = 2
# Days until an order is given up after the last thing that happened to it: median, log spread.
_GIVEN_UP_DAYS = (4.0, 0.9)


def build_status(config: SampleConfig, purchased: Times) -> pd.DataFrame:
    """Return one row per order: status and the flags ``items``, ``approved``, ``carrier``, ``delivered``."""
    rng = config.stream("olist.status")
    status = _statuses(config, rng, purchased)
    frame = pd.DataFrame({"status": status})
    frame["items"] = ~_some(config, rng, status, WITHOUT_ITEMS)
    frame["approved"] = ~_some(config, rng, status, WITHOUT_APPROVAL)
    frame["carrier"], frame["delivered"] = _hand_over(config, rng, frame)
    return frame


def _statuses(config: SampleConfig, rng: np.random.Generator, purchased: Times) -> Texts:
    """Give every status its number of orders; after the last live day almost all orders are canceled."""
    status = np.full(len(purchased), "delivered", dtype="U11")
    dead = np.flatnonzero((purchased >= LAST_LIVE_DAY + 2) & config.olist.calendar.dies)
    status[dead] = "canceled"
    status[dead[: len(dead) // 20]] = "shipped"
    for name, original in STATUS_ORDERS.items():
        missing = config.rows(original) - int((status == name).sum())
        if missing > 0:
            status[choose(rng, np.flatnonzero(status == "delivered"), missing)] = name
    return status


def _some(config: SampleConfig, rng: np.random.Generator, status: Texts, original: dict[str, int]) -> Flags:
    """Mark as many orders of each status as the original has, at least one."""
    chosen: list[Integers] = [
        choose(rng, np.flatnonzero(status == name), config.rows(count)) for name, count in original.items()
    ]
    return flags(len(status), np.concatenate(chosen))


def _hand_over(config: SampleConfig, rng: np.random.Generator, frame: pd.DataFrame) -> tuple[Flags, Flags]:
    """Mark the orders that have a carrier date and a delivery date."""
    status = frame["status"].to_numpy()
    carrier = np.isin(status, ("delivered", "shipped"))
    delivered = status == "delivered"
    stoppable = np.flatnonzero((status == "canceled") & (frame["items"] & frame["approved"]).to_numpy())
    stopped = choose(rng, stoppable, config.rows(CANCELED_AFTER_HAND_OVER))
    returned = choose(rng, stopped, config.rows(CANCELED_AFTER_DELIVERY))
    arrived = np.flatnonzero(delivered & frame["approved"].to_numpy())
    without_delivery = config.rows(DELIVERED_WITHOUT_DELIVERY_DATE)
    without_carrier = config.rows(DELIVERED_WITHOUT_CARRIER_DATE)
    blank = rng.permutation(choose(rng, arrived, without_delivery + without_carrier))
    carrier[stopped] = True
    delivered[returned] = True
    delivered[blank[:without_delivery]] = False
    carrier[blank[without_delivery:]] = False
    return carrier, delivered


def settled_times(config: SampleConfig, orders: pd.DataFrame) -> Times:
    """Return when each order reached its final status: with its last date, or some days later if it came to nothing."""
    rng = config.stream("olist.settling")
    dates = orders[["purchased", "approved", "carrier", "delivered"]]
    last = dates.max(axis="columns").to_numpy().astype("datetime64[s]")
    nothing = np.isin(orders["status"].to_numpy(dtype=np.str_), ("canceled", "unavailable"))
    wait = np.where(nothing, lognormal(rng, *_GIVEN_UP_DAYS, len(orders)), 0.0)
    settled: Times = np.maximum(np.minimum(after(last, wait), LAST_RECORD), last)
    return settled
