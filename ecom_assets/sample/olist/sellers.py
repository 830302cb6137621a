"""Sellers: where they are, when they sell, how much and how fast.

Belongs here: sellers and which of them sells when. Does not belong here: products and baskets.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Integers, Texts, Times, after, choose, hex_ids, lognormal, pick, seconds
from ecom_assets.sample.olist.categories import CATEGORIES
from ecom_assets.sample.olist.months import FIRST_PURCHASE, LAST_PURCHASE

SELLERS = 3_095
MISSPELT_CITIES = 26
# Sellers joined in bursts: (quarter's first day, share in percent of those who ever sold).
_JOINING = (
    ("2016-09-01", 4.0),
    ("2017-01-01", 16.0),
    ("2017-04-01", 11.0),
    ("2017-07-01", 12.0),
    ("2017-10-01", 14.0),
    ("2018-01-01", 14.0),
    ("2018-04-01", 17.0),
    ("2018-07-01", 12.0),
)
_FOUNDERS = 3
_QUARTER_DAYS = 88.0
# Who joined later than this can hardly have sold anything before the marketplace went silent.
_LAST_START = np.datetime64("2018-08-15T00:00:00", "s")
_HAND_OVER_ROUNDS = 8
_MANY_SALES = 10
_MISSPELLINGS = ("{city} / {state}", "{city} - {state}", "{city}/{state}", "{city}, brasil")


def build_sellers(config: SampleConfig, places: pd.DataFrame) -> pd.DataFrame:
    """Return one row per seller: id, place, first and last day, rate of sales, handling, main category."""
    rng = config.stream("olist.sellers")
    rates = config.olist.sellers
    count = config.rows(SELLERS, minimum=_FOUNDERS + 1)
    quarter = pick(rng, [share for _, share in _JOINING], count)
    start = np.array([day for day, _ in _JOINING], dtype="datetime64[s]")[quarter]
    start = np.minimum(after(start, rng.uniform(0, _QUARTER_DAYS, count)), _LAST_START)
    end = after(start, np.maximum(rng.exponential(rates.lifetime_days, count), 14.0))
    rate = lognormal(rng, 1.0, rates.activity_spread, count)
    # Someone must sell from the first day to the last.
    rate[:_FOUNDERS] = np.exp(rates.activity_spread)
    start[:_FOUNDERS] = FIRST_PURCHASE - seconds(1)
    end[:_FOUNDERS] = LAST_PURCHASE + seconds(1)
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


def draw_sellers(rng: np.random.Generator, sellers: pd.DataFrame, times: Times) -> Integers:
    """Draw a seller for each sale among those active in its week, in proportion to their rates."""
    week = (times - FIRST_PURCHASE).astype(np.int64) // (7 * 86_400)
    start, end = sellers["start"].to_numpy(), sellers["end"].to_numpy()
    rate = sellers["rate"].to_numpy()
    order = np.argsort(week, kind="stable")
    bounds = np.searchsorted(week[order], np.arange(int(week.max()) + 2)) if len(week) else np.zeros(1, np.int64)
    chosen = np.zeros(len(times), dtype=np.int64)
    for number in range(len(bounds) - 1):
        members = order[bounds[number] : bounds[number + 1]]
        monday = FIRST_PURCHASE + seconds(7.0 * number)
        active = (start <= monday + seconds(7)) & (end > monday)
        chosen[members] = pick(rng, np.where(active, rate, 0.0), len(members))
    return _with_everyone(rng, sellers, times, chosen)


def _with_everyone(rng: np.random.Generator, sellers: pd.DataFrame, times: Times, chosen: Integers) -> Integers:
    """Hand one sale each from the largest sellers to those left without any: the file has only sellers who sold."""
    result = chosen.copy()
    for _ in range(_HAND_OVER_ROUNDS):
        sales = np.bincount(result, minlength=len(sellers))
        idle = np.flatnonzero(sales == 0)
        spare = np.flatnonzero(sales[result] > _MANY_SALES)
        if not len(idle) or not len(spare):
            break
        spare = spare[np.argsort(times[spare], kind="stable")]
        first = np.searchsorted(times[spare], sellers["start"].to_numpy()[idle])
        # Two idle sellers may want the same sale; one of them waits for the next round.
        wanted, index = np.unique(np.minimum(first + rng.integers(0, 50, len(idle)), len(spare) - 1), return_index=True)
        result[spare[wanted]] = idle[index]
    return result


def seller_cities(config: SampleConfig, sellers: pd.DataFrame, places: pd.DataFrame) -> Texts:
    """Return the sellers' city names, a few with the state or country typed behind them."""
    rng = config.stream("olist.seller_cities")
    place = places.iloc[sellers["place"].to_numpy()]
    city = place["city"].to_numpy(dtype=np.str_).astype(object)
    for position in choose(rng, np.arange(len(sellers)), config.rows(MISSPELT_CITIES)):
        form = _MISSPELLINGS[int(position) % len(_MISSPELLINGS)]
        city[position] = form.format(city=city[position], state=str(place["state"].iloc[position]).lower())
    return city.astype(np.str_)
