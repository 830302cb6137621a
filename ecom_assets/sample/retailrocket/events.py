"""The event log: views, additions to the cart, transactions, and the order of the file.

Belongs here: one row per logged event. Does not belong here: who comes when (sessions), item properties.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Integers, apportion, choose, group_starts, lognormal, pick, power
from ecom_assets.sample.retailrocket.sessions import LAST_MS, VISITORS, build_views

VIEWS = 2_664_312
CARTS = 69_332
TRANSACTION_ROWS = 22_457
DUPLICATES = 460
CART_VISITORS = 37_722
BUYERS = 11_719
_MINUTE = 60_000
_DAY = 86_400_000
_TO_CART = (1.2, 1.2)  # minutes: median, log spread
_TO_PAYMENT = (5.5, 1.2)
# What a visitor buys in one session is paid for in up to four transactions.
_BASKETS = (0.4, 0.3, 0.2, 0.1)
# The original runs through its months in this order.
_MONTH_ORDER = (6, 8, 9, 5, 7)
_NIGHT_MS = 6 * 3_600_000

KINDS = ("view", "addtocart", "transaction")


def build_events(config: SampleConfig, items: pd.DataFrame) -> pd.DataFrame:
    """Return the log: time in ms, visitor id, kind (position in ``KINDS``), item id, transaction id or missing."""
    duplicates = config.rows(DUPLICATES)
    views = build_views(config, items, config.rows(VIEWS) - duplicates).assign(kind=0)
    carts = _carts(config, items, views)
    bought = _transactions(config, items, carts)
    repeated = views.iloc[choose(config.stream("retailrocket.duplicates"), np.arange(len(views)), duplicates)]
    log = pd.concat([views, repeated, carts.assign(kind=1), bought.assign(kind=2)], ignore_index=True)
    visitor_id = config.stream("retailrocket.visitor_ids").permutation(config.rows(VISITORS))
    log["visitor"] = visitor_id[log["visitor"].to_numpy()]
    log["item"] = items["item"].to_numpy()[log["item"].to_numpy()]
    return log.iloc[_file_order(config, log)][["time", "visitor", "kind", "item", "transaction"]].reset_index(drop=True)


def _carts(config: SampleConfig, items: pd.DataFrame, views: pd.DataFrame) -> pd.DataFrame:
    """Let some visitors put items into the cart, mostly what they have just viewed."""
    rng = config.stream("retailrocket.carts")
    total = config.rows(CARTS)
    per_visitor = np.bincount(views["visitor"].to_numpy())
    visitor = choose(rng, np.arange(len(per_visitor)), min(config.rows(CART_VISITORS), total), power(per_visitor, 1.1))
    activity = power(per_visitor[visitor], 0.7) * lognormal(rng, 1.0, 0.9, len(visitor))
    number = apportion(activity, total, minimum=1)
    start = np.repeat(group_starts(per_visitor)[visitor], number)
    row = start + (rng.random(total) * np.repeat(per_visitor[visitor], number)).astype(np.int64)
    cart = views.iloc[row].reset_index(drop=True)
    other = rng.random(total) > config.retailrocket.cart_of_viewed_share
    cart["item"] = np.where(other, pick(rng, items["weight"].to_numpy(), total), cart["item"])
    later = lognormal(rng, _TO_CART[0], _TO_CART[1], total) * _MINUTE
    return cart.assign(time=np.minimum(cart["time"].to_numpy() + later.astype(np.int64) + 1, LAST_MS))


def _transactions(config: SampleConfig, items: pd.DataFrame, carts: pd.DataFrame) -> pd.DataFrame:
    """Let some visitors buy: items bought together share an id and, but for milliseconds, a time."""
    rng = config.stream("retailrocket.transactions")
    total = config.rows(TRANSACTION_ROWS)
    in_cart = np.bincount(carts["visitor"].to_numpy())
    able = np.flatnonzero(in_cart)
    buyer = choose(rng, able, config.rows(BUYERS), power(in_cart[able], 1.3))
    candidates = np.flatnonzero(np.isin(carts["visitor"].to_numpy(), buyer))
    # Every buyer buys something; the other transactions go to whatever else lies in the buyers' carts.
    mixed = rng.permutation(candidates)
    first = mixed[np.unique(carts["visitor"].to_numpy()[mixed], return_index=True)[1]]
    more = round(config.retailrocket.transaction_from_cart_share * total) - len(first)
    from_cart = np.concatenate([first, choose(rng, np.setdiff1d(candidates, first), max(0, more))])
    rest = rng.choice(candidates, total - len(from_cart))
    bought = carts.iloc[np.concatenate([from_cart, rest])].reset_index(drop=True)
    strange = np.arange(total) >= len(from_cart)
    bought["item"] = np.where(strange, pick(rng, items["weight"].to_numpy(), total), bought["item"])
    basket = bought["session"].to_numpy() * len(_BASKETS) + pick(rng, _BASKETS, total)
    baskets, code = np.unique(basket, return_inverse=True)
    last_added = bought.groupby(basket)["time"].transform("max").to_numpy()
    delay = (lognormal(rng, _TO_PAYMENT[0], _TO_PAYMENT[1], len(baskets)) * _MINUTE).astype(np.int64)
    # The rows of one transaction lie a millisecond apart.
    row = bought.groupby(basket).cumcount().to_numpy()
    bought["time"] = np.minimum(last_added + delay[code] + 1, LAST_MS - total) + row
    return bought.assign(transaction=rng.permutation(len(baskets))[code])


def _file_order(config: SampleConfig, log: pd.DataFrame) -> Integers:
    """Order the rows like the original: months in blocks, days in turn, no order within a day."""
    rng = config.stream("retailrocket.order_of_events")
    day = (log["time"].to_numpy() - _NIGHT_MS) // _DAY
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    rank = np.argsort(np.array(_MONTH_ORDER))[np.searchsorted(np.sort(_MONTH_ORDER), month)]
    place = rng.integers(0, 2**30, int(log["session"].max()) + 1)[log["session"].to_numpy()]
    key = (rank * 20_000 + day) * 2**35 + place * 2**5 + rng.integers(0, 2**5, len(log))
    return np.argsort(key, kind="stable")
