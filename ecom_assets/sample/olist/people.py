"""Who orders when: first orders by the calendar, later ones by the law of visits.

Belongs here: one row per order with its time, person and zip prefix. Does not belong here: the law of visits, what was
bought, the campaign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import (
    Flags,
    Floats,
    Integers,
    Times,
    after,
    at_hours,
    days_between,
    hex_ids,
    pick,
    pick_at,
)
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.olist import months
from ecom_assets.sample.olist.visits import draw_dropouts, draw_rates, expected_visits, later_visits

ORDERS = 99_441
# Where most customers live; every other state counts as remote.
_NEAR_STATES = ("SP", "RJ", "MG")
_TAIL_ORDERS = 20
# Orders of one basket lie less than a day apart.
_SHORT_GAP = (-6.0, 1.8, 0.9)  # log days: mean, spread; the longest in days


@dataclass(frozen=True, slots=True)
class VisitClock:
    """Days in which customers' rates run: calendar days, slower or faster after a planted change.

    Attributes
    ----------
    change
        Moment of the change; none if the rates stay.
    factor
        How fast the clock goes after it.
    """

    change: np.datetime64 | None = None
    factor: float = 1.0

    @classmethod
    def of(cls, config: SampleConfig) -> VisitClock:
        """Return the clock of a config."""
        drift = config.drift_of(DriftKind.CONCEPT)
        return cls() if drift is None else cls(np.datetime64(drift.start, "s"), drift.concept.repeat_factor)

    def days(self, start: Times, end: Times | np.datetime64) -> Floats:
        """Return the clock's days from one moment to another."""
        elapsed = days_between(np.asarray(end), start)
        if self.change is None:
            return elapsed
        later = np.maximum(days_between(np.asarray(end), np.maximum(start, self.change)), 0.0)
        return elapsed - later * (1 - self.factor)

    def moments(self, start: Times, days: Floats) -> Times:
        """Return the moments at which so many of the clock's days have passed."""
        if self.change is None:
            return after(start, days)
        before = np.maximum(days_between(np.asarray(self.change), start), 0.0)
        return after(start, np.minimum(days, before) + np.maximum(days - before, 0.0) / self.factor)


def build_population(config: SampleConfig, places: pd.DataFrame) -> pd.DataFrame:
    """Return one row per person: id, time of the first order, home (position in ``places``), segment, own spending."""
    rng = config.stream("olist.segments")
    segments = config.olist.segments
    first = _first_orders(config)
    count = len(first)
    return pd.DataFrame(
        {
            "customer_unique_id": hex_ids(config.stream("olist.person_ids"), count),
            "first": first,
            "home": _homes(config, first, places),
            "segment": pick(rng, [segment.share for segment in segments], count),
            "spending": rng.standard_normal(count),
        }
    )


def build_visits(config: SampleConfig, population: pd.DataFrame) -> pd.DataFrame:
    """Return ``person`` and ``purchased`` of first orders, later visits, and what splits a basket."""
    first = pd.DataFrame({"purchased": population["first"], "person": np.arange(len(population))})
    visits = pd.concat([first, _later_orders(config, population)], ignore_index=True)
    return pd.concat([visits, _split_orders(config, visits)], ignore_index=True)


def build_orders(
    config: SampleConfig, population: pd.DataFrame, purchases: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per order: ids, time, person, position among the person's orders, zip prefix, segment.

    Parameters
    ----------
    config
        Size, seed and rates.
    population
        One row per person.
    purchases
        One row per order: ``person`` and ``purchased``.
    places
        One row per zip prefix.
    """
    people = purchases.sort_values(["person", "purchased"], kind="stable", ignore_index=True)
    people["visit"] = people.groupby("person").cumcount().to_numpy()
    people["prefix"] = _prefixes(config, people, population, places)
    shuffled = people.iloc[config.stream("olist.order_of_rows").permutation(len(people))].reset_index(drop=True)
    person = shuffled["person"].to_numpy()
    return shuffled.assign(
        order_id=hex_ids(config.stream("olist.order_ids"), len(people)),
        customer_id=hex_ids(config.stream("olist.customer_ids"), len(people)),
        customer_unique_id=population["customer_unique_id"].to_numpy()[person],
        segment=population["segment"].to_numpy()[person],
    )


def _first_orders(config: SampleConfig) -> Times:
    """Draw everyone's first order; the very first and last purchase stand at the extract's ends."""
    rng = config.stream("olist.purchases")
    rules = config.olist.calendar
    calendar = months.days()
    share = months.day_weights(config.stream("olist.days"), rules)
    count = round(config.rows(ORDERS) / _orders_per_person(config, share))
    tail = (calendar >= months.LAST_LIVE_DAY + 2) & rules.dies
    late = config.rows(_TAIL_ORDERS, minimum=3) if rules.dies else 0
    day = np.concatenate(
        [pick(rng, np.where(tail, 0.0, share), count - late), pick(rng, np.where(tail, 1.0, 0.0), late)]
        if late
        else [pick(rng, share, count)]
    )
    purchased = at_hours(rng, calendar[day], months.HOUR_WEIGHTS)
    purchased[0] = months.FIRST_PURCHASE
    purchased[-1] = months.LAST_PURCHASE
    return np.clip(purchased, months.FIRST_PURCHASE, months.LAST_PURCHASE)


def _orders_per_person(config: SampleConfig, day_share: Floats) -> float:
    """Return the expected orders of a person in the sample, from the laws of visits and split baskets."""
    rates = config.olist.visits
    open_share = months.open_days(day_share, config.olist.calendar)
    left = np.cumsum(open_share[::-1])[::-1].astype(np.float64)
    later = [
        segment.share * float((day_share * expected_visits(segment, left)).sum()) for segment in config.olist.segments
    ]
    visits = 1.0 + sum(later) / sum(segment.share for segment in config.olist.segments)
    return visits * (1.0 + rates.split_share / (1.0 - rates.further_split_share))


def _later_orders(config: SampleConfig, population: pd.DataFrame) -> pd.DataFrame:
    """Draw the visits after the first one; those on days without trade do not happen."""
    rng = config.stream("olist.repeats")
    segments, segment = config.olist.segments, population["segment"].to_numpy()
    clock = VisitClock.of(config)
    first = population["first"].to_numpy()
    person, _, days = later_visits(
        rng,
        draw_rates(rng, segments, segment),
        draw_dropouts(rng, segments, segment),
        clock.days(first, months.LAST_PURCHASE),
    )
    planned = clock.moments(first[person], days)
    # A visit on another day has an hour of its own.
    other_day = planned.astype("datetime64[D]") > first[person].astype("datetime64[D]")
    purchased = np.where(other_day, at_hours(rng, planned, months.HOUR_WEIGHTS), planned)
    return _on_open_days(config, pd.DataFrame({"purchased": purchased, "person": person}))


def _on_open_days(config: SampleConfig, orders: pd.DataFrame) -> pd.DataFrame:
    """Keep the orders that fall on a day with trade, before the last purchase."""
    rules = config.olist.calendar
    open_days = months.open_days(months.day_weights(config.stream("olist.days"), rules), rules)
    purchased = orders["purchased"].to_numpy()
    day = (purchased.astype("datetime64[D]") - months.days()[0]).astype(np.int64)
    inside = (day < len(open_days)) & (purchased <= months.LAST_PURCHASE)
    happens: Flags = inside & open_days[np.minimum(day, len(open_days) - 1)]
    return orders.loc[happens].reset_index(drop=True)


def _split_orders(config: SampleConfig, visits: pd.DataFrame) -> pd.DataFrame:
    """Draw the further orders of split baskets, each soon after the one before."""
    rng = config.stream("olist.split_baskets")
    rates = config.olist.visits
    split = np.flatnonzero(rng.random(len(visits)) < rates.split_share)
    length = np.minimum(rng.geometric(1 - rates.further_split_share, len(split)), 14)
    visit = np.repeat(split, length)
    mean, spread, longest = _SHORT_GAP
    # All orders of one basket lie within the longest time together.
    limit = np.repeat(longest / length, length)
    soon = np.minimum(np.exp(mean + spread * rng.standard_normal(len(visit))), limit)
    gap = np.where(rng.random(len(visit)) < rates.same_second_share, 0.0, soon)
    since = pd.Series(gap).groupby(visit).cumsum().to_numpy()
    purchased = after(visits["purchased"].to_numpy()[visit], since)
    return _on_open_days(config, pd.DataFrame({"purchased": purchased, "person": visits["person"].to_numpy()[visit]}))


def _homes(config: SampleConfig, first: Times, places: pd.DataFrame) -> Integers:
    """Draw where each person lives; a planted shift sends more first orders to remote states."""
    rng = config.stream("olist.customer_prefixes")
    weights = places["customer_weight"].to_numpy()
    uniform = rng.random(len(first))
    home = pick_at(uniform, weights)
    drift = config.drift_of(DriftKind.COVARIATE)
    if drift is None:
        return home
    remote = ~places["state"].isin(_NEAR_STATES).to_numpy()
    shifted = pick_at(uniform, np.where(remote, drift.covariate.remote_state_factor, 1.0) * weights)
    return np.where(drift.since(first), shifted, home)


def _prefixes(config: SampleConfig, people: pd.DataFrame, population: pd.DataFrame, places: pd.DataFrame) -> Integers:
    """Send each order to its person's home, and some later orders elsewhere."""
    rng = config.stream("olist.moved_orders")
    home = population["home"].to_numpy()[people["person"].to_numpy()]
    moved = (people["visit"] > 0).to_numpy() & (rng.random(len(people)) < config.olist.visits.moved_share)
    return np.where(moved, pick(rng, places["customer_weight"].to_numpy(), len(people)), home)


def since_previous(people: pd.DataFrame) -> Floats:
    """Return days since the same person's order before; NaN for a first order."""
    ordered = people.sort_values(["person", "visit"])
    previous = ordered.groupby("person")["purchased"].shift()
    gap = pd.Series(days_between(ordered["purchased"].to_numpy(), previous.to_numpy()), index=ordered.index)
    return np.asarray(gap.reindex(people.index), dtype=np.float64)
