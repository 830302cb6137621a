"""Who orders when: purchase times, people and their repeat orders.

Belongs here: one row per order with its time, person and zip prefix. Does not belong here: what was bought.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import (
    Floats,
    Integers,
    after,
    at_hours,
    choose,
    days_between,
    hex_ids,
    pick,
    positions_within,
)
from ecom_assets.sample.olist import months

ORDERS = 99_441
REPEAT_ORDERS = 3_345
# A repeat order must not fall on a day on which the marketplace slept.
_SLEEPING_SHARE = 0.02


def build_people(config: SampleConfig, prefix_weights: Floats) -> pd.DataFrame:
    """Return one row per order: time, person, position among the person's orders, zip prefix.

    Parameters
    ----------
    config
        Size, seed and rates.
    prefix_weights
        Customers' share of each zip prefix.
    """
    total = config.rows(ORDERS)
    repeats = config.rows(REPEAT_ORDERS)
    day_share = months.day_weights(config.stream("olist.days"))
    first = _first_orders(config, total - repeats, day_share)
    later = _repeat_orders(config, first, repeats, day_share)
    people = pd.concat([first, later], ignore_index=True)
    people["prefix"] = _prefixes(config, people, prefix_weights)
    shuffled = people.iloc[config.stream("olist.order_of_rows").permutation(len(people))].reset_index(drop=True)
    ids = hex_ids(config.stream("olist.person_ids"), len(first))
    return shuffled.assign(
        order_id=hex_ids(config.stream("olist.order_ids"), total),
        customer_id=hex_ids(config.stream("olist.customer_ids"), total),
        customer_unique_id=ids[shuffled["person"].to_numpy()],
    )


def _first_orders(config: SampleConfig, count: int, day_share: Floats) -> pd.DataFrame:
    """Draw everyone's first order; the very first and last purchase stand at the extract's ends."""
    rng = config.stream("olist.purchases")
    calendar = months.days()
    tail = calendar >= months.LAST_LIVE_DAY + 2
    tail_orders = config.rows(20, minimum=3)
    live = np.where(tail, 0.0, day_share)
    day = np.concatenate([pick(rng, live, count - tail_orders), pick(rng, np.where(tail, 1.0, 0.0), tail_orders)])
    purchased = at_hours(rng, calendar[day], months.HOUR_WEIGHTS)
    purchased[0] = months.FIRST_PURCHASE
    purchased[-1] = months.LAST_PURCHASE
    purchased = np.clip(purchased, months.FIRST_PURCHASE, months.LAST_PURCHASE)
    return pd.DataFrame({"purchased": purchased, "person": np.arange(count), "visit": 0})


def _repeat_orders(config: SampleConfig, first: pd.DataFrame, count: int, day_share: Floats) -> pd.DataFrame:
    """Draw chains of later orders until ``count`` of them fall on days on which the marketplace was awake."""
    rng = config.stream("olist.repeats")
    rates = config.olist.repeats
    live = np.flatnonzero(first["purchased"].to_numpy() < months.LAST_LIVE_DAY)
    person = choose(rng, live, min(len(live), 4 * count))
    person = rng.permutation(person)
    length = np.minimum(rng.geometric(1 - rates.third_order_share, len(person)), 15)
    visit = positions_within(length) + 1
    chain = np.repeat(person, length)
    gap = _gaps(config, rng, len(chain))
    since_first = pd.Series(gap).groupby(np.repeat(np.arange(len(person)), length)).cumsum().to_numpy()
    planned = after(first["purchased"].to_numpy()[chain], since_first)
    # An order on another day has an hour of its own; what splits a basket is counted from the order before.
    other_day = gap >= 1
    hour = np.where(other_day, at_hours(rng, planned, months.HOUR_WEIGHTS), planned)
    anchor = np.maximum.accumulate(np.where(other_day | (visit == 1), np.arange(len(chain)), 0))
    purchased = after(hour[anchor], since_first - since_first[anchor])
    frame = pd.DataFrame({"purchased": purchased, "person": chain, "visit": visit})
    return frame[_awake(frame, day_share)].head(count)


def _awake(frame: pd.DataFrame, day_share: Floats) -> pd.Series[bool]:
    """Keep an order if it and all of its person's earlier ones fall on a live day."""
    calendar = months.days()
    day = (frame["purchased"].to_numpy().astype("datetime64[D]") - calendar[0]).astype(np.int64)
    inside = (day < len(calendar)) & (frame["purchased"].to_numpy() < months.LAST_LIVE_DAY)
    usual = np.median(day_share[day_share > 0])
    awake = pd.Series(inside & (day_share[np.minimum(day, len(calendar) - 1)] > _SLEEPING_SHARE * usual))
    return awake.groupby(frame["person"]).cummin()


def _gaps(config: SampleConfig, rng: np.random.Generator, count: int) -> Floats:
    """Draw the days since the order before."""
    rates = config.olist.repeats
    long: Floats = np.maximum(rates.gap_days * rng.weibull(rates.gap_shape, count), 1.0)
    short: Floats = np.where(
        rng.random(count) < rates.same_second_share,
        0.0,
        np.minimum(np.exp(-6.0 + 1.8 * rng.standard_normal(count)), 0.9),
    )
    # Long gaps are lost more often at the end of the extract; asking for fewer short ones makes up for it.
    asked = rates.split_basket_share * 0.715
    gaps: Floats = np.where(rng.random(count) < asked, short, long)
    return gaps


def _prefixes(config: SampleConfig, people: pd.DataFrame, prefix_weights: Floats) -> Integers:
    """Give each person a zip prefix and some repeat orders another one."""
    rng = config.stream("olist.customer_prefixes")
    home = pick(rng, prefix_weights, int(people["person"].max()) + 1)
    prefix = home[people["person"].to_numpy()]
    moved = (people["visit"] > 0).to_numpy() & (rng.random(len(people)) < config.olist.repeats.moved_share)
    return np.where(moved, pick(rng, prefix_weights, len(people)), prefix)


def since_previous(people: pd.DataFrame) -> Floats:
    """Return days since the same person's order before; NaN for a first order."""
    ordered = people.sort_values(["person", "visit"])
    previous = ordered.groupby("person")["purchased"].shift()
    gap = pd.Series(days_between(ordered["purchased"].to_numpy(), previous.to_numpy()), index=ordered.index)
    return np.asarray(gap.reindex(people.index), dtype=np.float64)
