"""Sellers: where they are, when they sell, how much and how fast.

Belongs here: sellers and which of them sells when. Does not belong here: products and baskets.

The law: a seller has a rate (log-normal) and a time for which he sells (exponential). Each sale of a week goes to one
of those who are there in that week, in proportion to their rates; nothing else decides who sells.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers, Texts, Times, after, choose, days_between, hex_ids, pick
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.olist.categories import CATEGORIES
from ecom_assets.sample.olist.months import FIRST_PURCHASE, LAST_PURCHASE

SELLERS = 3_095
MISSPELT_CITIES = 26
# Someone must sell from the first day to the last: a few never leave, at this many standard deviations of the log rate.
FOUNDERS = 3
FOUNDERS_SCORE = 1.0
WEEK_SECONDS = 7 * 86_400
JOINING_SPAN_DAYS = 88.0
# Who joined later than this can hardly have sold anything before the marketplace went silent.
LAST_START = np.datetime64("2018-08-15T00:00:00", "s")
_MISSPELLINGS = ("{city} / {state}", "{city} - {state}", "{city}/{state}", "{city}, brasil")


def build_sellers(config: SampleConfig, places: pd.DataFrame) -> pd.DataFrame:
    """Return one row per seller: id, place, first and last moment, rate of sales, handling, main category.

    Some of them never sell anything; about as many as the original has sellers do.
    """
    rng = config.stream("olist.sellers")
    rates = config.olist.sellers
    count = candidates(config)
    start = _starts(config, rng, count)
    end = leaving(config, start, rng.standard_exponential(count))
    rate = np.exp(rates.activity_spread * np.minimum(rng.standard_normal(count), rates.activity_limit))
    start[:FOUNDERS] = FIRST_PURCHASE
    end[:FOUNDERS] = LAST_PURCHASE + np.timedelta64(1, "D")
    rate[:FOUNDERS] = np.exp(FOUNDERS_SCORE * rates.activity_spread)
    return pd.DataFrame(
        {
            "seller_id": hex_ids(config.stream("olist.seller_ids"), count),
            "place": pick(rng, places["seller_weight"].to_numpy(), count),
            "start": start,
            "end": end,
            "rate": rate,
            "handling": np.exp(rates.handling_spread * rng.standard_normal(count)),
            "category": pick(rng, [category.products for category in CATEGORIES], count),
        }
    )


def candidates(config: SampleConfig) -> int:
    """Return how many sellers are drawn, with those who will sell nothing."""
    return max(FOUNDERS + 1, round(config.rows(SELLERS) * config.olist.sellers.candidates))


def _starts(config: SampleConfig, rng: np.random.Generator, count: int) -> Times:
    """Draw when sellers join: in bursts, or all on the first day."""
    joining = config.olist.sellers.joining
    if not joining:
        return np.full(count, FIRST_PURCHASE)
    quarter = pick(rng, [share for _, share in joining], count)
    start = np.array([day for day, _ in joining], dtype="datetime64[s]")[quarter]
    return np.minimum(after(start, rng.uniform(0, JOINING_SPAN_DAYS, count)), LAST_START)


def leaving(config: SampleConfig, start: Times, exposure: Floats) -> Times:
    """Return when sellers leave.

    Parameters
    ----------
    config
        Rates and drift.
    start
        When they joined.
    exposure
        Standard exponential numbers: the accumulated hazard at which each leaves.
    """
    lasts = exposure * config.olist.sellers.lifetime_days
    drift = config.drift_of(DriftKind.CONCEPT)
    if drift is not None:
        before = np.maximum(days_between(np.full(len(start), np.datetime64(drift.start, "s")), start), 0.0)
        lasts = np.where(lasts > before, before + (lasts - before) / drift.concept.seller_hazard_factor, lasts)
    # Times have an end, so whoever stays beyond the last purchase leaves on the day after it.
    beyond = days_between(np.full(len(start), LAST_PURCHASE), start) + 1.0
    return after(start, np.minimum(lasts, beyond))


def sale_weeks(times: Times) -> Integers:
    """Return the number of each sale's week, counted from the first purchase; sellers' lives are cut to such weeks."""
    weeks: Integers = (times - FIRST_PURCHASE).astype("timedelta64[s]").astype(np.int64) // WEEK_SECONDS
    return weeks


def draw_sellers(rng: np.random.Generator, sellers: pd.DataFrame, times: Times) -> Integers:
    """Draw a seller for each sale among those active in its week, in proportion to their rates."""
    week = sale_weeks(times)
    first, last = sale_weeks(sellers["start"].to_numpy()), sale_weeks(sellers["end"].to_numpy())
    rate = sellers["rate"].to_numpy()
    order = np.argsort(week, kind="stable")
    bounds = np.searchsorted(week[order], np.arange(int(week.max()) + 2)) if len(week) else np.zeros(1, np.int64)
    chosen = np.zeros(len(times), dtype=np.int64)
    for number in range(len(bounds) - 1):
        members = order[bounds[number] : bounds[number + 1]]
        active = (first <= number) & (last >= number)
        chosen[members] = pick(rng, np.where(active, rate, 0.0), len(members))
    return chosen


def seller_cities(config: SampleConfig, sellers: pd.DataFrame, places: pd.DataFrame) -> Texts:
    """Return the sellers' city names, a few with the state or country typed behind them."""
    rng = config.stream("olist.seller_cities")
    place = places.iloc[sellers["place"].to_numpy()]
    city = place["city"].to_numpy(dtype=np.str_).astype(object)
    for position in choose(rng, np.arange(len(sellers)), config.rows(MISSPELT_CITIES)):
        form = _MISSPELLINGS[int(position) % len(_MISSPELLINGS)]
        city[position] = form.format(city=city[position], state=str(place["state"].iloc[position]).lower())
    return city.astype(np.str_)
