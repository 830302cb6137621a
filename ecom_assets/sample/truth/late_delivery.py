"""What an oracle says of late deliveries, at the purchase and at the hand-over.

Belongs here: the chance that an order is not delivered by the end of its promised day, parcels that never arrive
included, given that it is not canceled or unavailable in the end. Does not belong here: how sellers and the network
are inferred.

Known are all laws of ``olist.delivery`` and ``olist.network`` with their parameters, the states' delays among them, a
planted drift from its start on, and the shares of statuses. A seller's own speed and the network's level are inferred
from what was known at the decision. At the purchase, approval and hand-over are integrated over a lattice, and at
each of its points the carrier's time is integrated exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import ndtr, ndtri

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers, Times, after, days_between
from ecom_assets.sample.olist import status
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.delivery import approval_days, hand_over_times
from ecom_assets.sample.olist.network import collected, drift_of_level, route_days
from ecom_assets.sample.olist.people import ORDERS
from ecom_assets.sample.truth.lattice import lattice
from ecom_assets.sample.truth.network_level import LevelOfDay, follow_level
from ecom_assets.sample.truth.questions import PROBABILITY
from ecom_assets.sample.truth.seller_speed import Speed, seller_speed

PURCHASE, HAND_OVER = "purchase", "handover"
SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("decision_point", pa.string()),
        ("decision_at", pa.timestamp("s")),
        (PROBABILITY, pa.float64()),
    ]
)
_POINTS = 64
_MID_HOUR = np.array(0.5)
_BLOCK_ORDERS = 16_384


def late_delivery_oracle(config: SampleConfig, market: Marketplace, before: np.datetime64 | None) -> Iterator[pa.Table]:
    """Yield the oracle's probabilities in tables of ``SCHEMA``: all purchases first, then all hand-overs.

    Parameters
    ----------
    config
        The world's rates.
    market
        The whole world; of later events than a decision only those are read that the output does not depend on.
    before
        Decisions before this moment; all without it.
    """
    orders = market.orders.reset_index(drop=True)
    seller = _first_sellers(market.units, len(orders))
    at_purchase, at_hand_over = never_arriving(config)
    purchased, carrier = orders["purchased"].to_numpy(), orders["carrier"].to_numpy()
    end = np.datetime64("9999-01-01", "s") if before is None else before
    bought = np.flatnonzero((seller >= 0) & (purchased < end))
    handed = np.flatnonzero((seller >= 0) & (carrier < end))
    late_share = config.olist.delivery.late_share
    if late_share is not None:
        alike = np.full(len(orders), late_share)
        yield from _tables(orders, bought, PURCHASE, purchased, _or_never(at_purchase, alike[bought]))
        yield from _tables(orders, handed, HAND_OVER, carrier, _or_never(at_hand_over, alike[handed]))
        return
    level = follow_level(config, orders, at_hand_over)
    speed = seller_speed(config, orders, seller, bought, purchased[bought])
    late = _late_seen_from_purchase(config, orders.iloc[bought], speed, level)
    yield from _tables(orders, bought, PURCHASE, purchased, _or_never(at_purchase, late))
    late = _late_seen_from_hand_over(config, orders.iloc[handed], level)
    yield from _tables(orders, handed, HAND_OVER, carrier, _settled(orders.iloc[handed], _or_never(at_hand_over, late)))


def never_arriving(config: SampleConfig) -> tuple[float, float]:
    """Return the planted share of parcels that never arrive: of orders with items, and of those handed over.

    Orders that are canceled or unavailable in the end do not count.
    """
    rows = {name: config.rows(count) for name, count in status.STATUS_ORDERS.items()}
    bare = {name: config.rows(count) for name, count in status.WITHOUT_ITEMS.items()}
    undated = config.rows(status.DELIVERED_WITHOUT_DELIVERY_DATE)
    kept = config.rows(ORDERS) - rows["canceled"] - rows["unavailable"]
    waiting = sum(rows[name] - bare.get(name, 0) for name in ("invoiced", "processing", "created", "approved"))
    with_items = kept - sum(bare[name] for name in ("invoiced", "created", "shipped"))
    lost = rows["shipped"] - bare["shipped"] + undated
    return (lost + waiting) / with_items, lost / (with_items - waiting)


def _first_sellers(units: pd.DataFrame, orders: int) -> Integers:
    """Return the seller of each order's first unit; -1 for orders without items."""
    first = units.sort_values(["order", "item"], kind="stable").drop_duplicates("order")
    seller = np.full(orders, -1, dtype=np.int64)
    seller[first["order"].to_numpy()] = first["seller"].to_numpy()
    return seller


def _or_never(never: float, late: Floats) -> Floats:
    """Return the chance to be late or to never arrive."""
    return never + (1 - never) * late


def _late_seen_from_purchase(config: SampleConfig, orders: pd.DataFrame, speed: Speed, level: LevelOfDay) -> Floats:
    """Return the chance that a parcel that arrives is late, integrated over approval and hand-over."""
    rates = config.olist.delivery
    handling, branch, approval, weekend, hour = lattice(_POINTS, 5)[:, :, None]
    purchased = orders["purchased"].to_numpy()
    limit = after(orders["promised"].to_numpy(), 1)
    usual, spread = _transit(config, orders, level, purchased)
    spread_of_handling = np.sqrt(rates.handling_spread**2 + speed.variance)
    payment = orders["payment_type"].to_numpy(dtype=np.str_)
    late = np.empty(len(orders))
    for first in range(0, len(orders), _BLOCK_ORDERS):
        rows = slice(first, first + _BLOCK_ORDERS)
        approved = after(purchased[rows], approval_days(payment[rows], branch, ndtri(approval)))
        days = rates.handling_days * np.exp(speed.mean[rows] + spread_of_handling[rows] * ndtri(handling))
        carrier = hand_over_times(approved, days, weekend, hour, _MID_HOUR)
        late[rows] = _arrives_after(days_between(limit[rows], carrier), usual[rows], spread[rows]).mean(axis=0)
    return late


def _late_seen_from_hand_over(config: SampleConfig, orders: pd.DataFrame, level: LevelOfDay) -> Floats:
    """Return the chance that a parcel that arrives is late, given its hand-over."""
    carrier = orders["carrier"].to_numpy()
    left = days_between(after(orders["promised"].to_numpy(), 1), collected(orders, carrier))
    return _arrives_after(left, *_transit(config, orders, level, carrier))


def _transit(config: SampleConfig, orders: pd.DataFrame, level: LevelOfDay, at: Times) -> tuple[Floats, Floats]:
    """Return mean and spread of the log days with the carrier, seen from a moment."""
    rates = config.olist.delivery
    mean, variance = level.at(at)
    usual = route_days(config, orders) + drift_of_level(config, at) + mean
    return usual, np.sqrt(rates.transit_spread**2 + variance)


def _arrives_after(left: Floats, usual: Floats, spread: Floats) -> Floats:
    """Return the chance that the carrier needs more than the days left."""
    with np.errstate(divide="ignore"):
        score = (np.log(np.maximum(left, 0.0)) - usual) / spread
    chance: Floats = ndtr(-score)
    return chance


def _settled(orders: pd.DataFrame, probability: Floats) -> Floats:
    """Replace the probability where the parcel was delivered before its hand-over was stamped: the answer is known."""
    known: Flags = (orders["delivered"] <= orders["carrier"]).to_numpy()
    late = orders["delivered"].to_numpy() >= after(orders["promised"].to_numpy(), 1)
    return np.where(known, late.astype(np.float64), probability)


def _tables(
    orders: pd.DataFrame, rows: Integers, point: str, moments: Times, probability: Floats
) -> Iterator[pa.Table]:
    """Yield the rows in pieces."""
    identifiers = orders["order_id"].to_numpy()
    for first in range(0, len(rows), _BLOCK_ORDERS):
        piece = rows[first : first + _BLOCK_ORDERS]
        columns = [identifiers[piece], [point] * len(piece), moments[piece], probability[first : first + len(piece)]]
        yield pa.table([pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)], SCHEMA)
