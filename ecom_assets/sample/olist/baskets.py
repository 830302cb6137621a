"""What was bought: lines of an order, their sellers and products, prices and freight.

Belongs here: from orders to units with prices. Does not belong here: payments, dates.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import (
    Flags,
    Floats,
    Integers,
    choose,
    flags,
    group_starts,
    pick,
    pick_within,
    positions_within,
    power,
)
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.olist.places import kilometres
from ecom_assets.sample.olist.products import PRODUCTS
from ecom_assets.sample.olist.sellers import draw_sellers

# Share of orders by number of units, from one on.
_UNITS = (90.07, 7.64, 1.356, 0.474, 0.202, 0.212, 0.017, 0.0096, 0.004, 0.007, 0.0072, 0.0072, 0.002, 0.002, 0.002)
_SECOND_PRODUCT_SHARE = 0.31
_THIRD_PRODUCT_SHARE = 0.09
_SAME_SELLER_SHARE = 0.62
_SECOND_SELLER_SHARE = 0.015
# A seller's later sales introduce new products less and less often.
_NOVELTY_DECAY = 0.35
_POPULARITY_SPREAD = 1.9
_PRICE_CHANGES = ((1.0, 0.75), (0.9, 0.08), (0.95, 0.07), (1.05, 0.06), (1.1, 0.04))
_LEAST_CENTS = 85
_FREE_FREIGHT_SHARE = 0.003
_FREIGHT = (1.075, 0.062, 0.208, 0.325)  # intercept, per log gram, per log kilometre, spread
# Beyond this weight each log gram costs more.
_HEAVY_GRAMS, _PER_HEAVY_GRAM = 1500.0, 0.42
_MAX_FREIGHT = 409.68


def build_lines(config: SampleConfig, orders: pd.DataFrame, sellers: pd.DataFrame) -> pd.DataFrame:
    """Return one row per order and product: order, position, units, seller, product number.

    Parameters
    ----------
    config
        Size and seed.
    orders
        Orders with ``purchased`` and the flag ``items``.
    sellers
        Sellers with their windows and rates.
    """
    rng = config.stream("olist.baskets")
    order = np.flatnonzero(orders["items"].to_numpy())
    units = pick(rng, _UNITS, len(order)) + 1
    second = (units > 1) & (rng.random(len(order)) < _SECOND_PRODUCT_SHARE)
    third = second & (units > 2) & (rng.random(len(order)) < _THIRD_PRODUCT_SHARE)
    lines = 1 + second + third
    first = group_starts(lines)
    frame = pd.DataFrame({"order": np.repeat(order, lines), "position": positions_within(lines)})
    frame["units"] = 1
    frame.loc[first, "units"] = units - lines + 1
    purchased = orders["purchased"].to_numpy()[frame["order"].to_numpy()]
    own = np.flatnonzero((frame["position"].to_numpy() == 0) | (rng.random(len(frame)) >= _SAME_SELLER_SHARE))
    seller = np.full(len(frame), -1, dtype=np.int64)
    seller[own] = draw_sellers(config.stream("olist.line_sellers"), sellers, purchased[own])
    frame["seller"] = np.where(seller < 0, seller[np.repeat(first, lines)], seller)
    frame["product"], frame["introduces"] = _products(config, frame["seller"].to_numpy())
    return frame


def _products(config: SampleConfig, seller: Integers) -> tuple[Integers, Flags]:
    """Give the products numbers so that each is sold at least once; say which line sold it first."""
    rng = config.stream("olist.line_products")
    count = len(seller)
    by_seller = np.lexsort((rng.random(count), seller))
    sales = np.bincount(seller)
    sales = sales[sales > 0]
    rank = positions_within(sales)
    new = rank == 0
    others = np.flatnonzero(~new)
    more = max(0, config.rows(PRODUCTS) - int(new.sum()))
    new[choose(rng, others, more, power(rank[others] + 1, -_NOVELTY_DECAY))] = True
    number = np.cumsum(new) - 1
    # A seller's products are numbered in one piece, so that later sales draw from that piece.
    per_seller = np.add.reduceat(new.astype(np.int64), group_starts(sales))
    start = np.repeat(group_starts(per_seller), sales)
    end = start + np.repeat(per_seller, sales)
    popularity = np.exp(_POPULARITY_SPREAD * rng.standard_normal(int(new.sum())))
    repeat = pick_within(rng.random(count), popularity, start, end)
    elsewhere = rng.random(count) < _SECOND_SELLER_SHARE
    repeat = np.where(elsewhere, pick(rng, popularity, count), repeat)
    product = np.empty(count, dtype=np.int64)
    product[by_seller] = np.where(new, number, repeat)
    return product, flags(count, by_seller[new])


def product_sellers(lines: pd.DataFrame) -> Integers:
    """Return the seller who introduced each product, in the products' order."""
    introduced = lines[lines["introduces"]].sort_values("product")
    return introduced["seller"].to_numpy()


def build_units(
    config: SampleConfig,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    products: pd.DataFrame,
    sellers: pd.DataFrame,
    places: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row per unit: order, item number, product, seller, kilometres, price and freight in cents."""
    rng = config.stream("olist.prices")
    product = lines["product"].to_numpy()
    order = lines["order"].to_numpy()
    distance = kilometres(
        places, sellers["place"].to_numpy()[lines["seller"].to_numpy()], orders["prefix"].to_numpy()[order]
    )
    change = np.array([factor for factor, _ in _PRICE_CHANGES])[
        pick(rng, [share for _, share in _PRICE_CHANGES], len(lines))
    ]
    # Two lines of one product in one order cost the same.
    same = pd.Series(change).groupby([order, product]).transform("first").to_numpy()
    level = products["price"].to_numpy()[product] * _price_level(config, orders, lines)
    price = np.maximum(np.rint(level * (1.0 if config.olist.spending.gamma_gamma else same) * 100), _LEAST_CENTS)
    grams = products["grams"].fillna(0).to_numpy(dtype=np.float64)[product]
    freight = np.where(rng.random(len(lines)) < _FREE_FREIGHT_SHARE, 0.0, _freight(rng, grams, distance))
    frame = lines[["order", "product", "seller"]].assign(
        kilometres=distance,
        price_cents=price.astype(np.int64),
        freight_cents=np.rint(100 * freight).astype(np.int64),
    )
    units = frame.loc[np.repeat(np.arange(len(lines)), lines["units"].to_numpy())].reset_index(drop=True)
    per_order = units.groupby("order")["order"].cumcount().to_numpy()
    return units.assign(item=per_order + 1)


def _price_level(config: SampleConfig, orders: pd.DataFrame, lines: pd.DataFrame) -> Floats:
    """Return by what the catalogue's prices are multiplied: what the order shall be worth, and a planted shift."""
    order = lines["order"].to_numpy()
    level = np.ones(len(lines))
    if config.olist.spending.gamma_gamma is not None:
        level = orders["wanted"].to_numpy()[order] / lines["value"].to_numpy()
    drift = config.drift_of(DriftKind.COVARIATE)
    if drift is None:
        return level
    return level * np.where(drift.since(orders["purchased"].to_numpy()[order]), drift.covariate.price_factor, 1.0)


def _freight(rng: np.random.Generator, grams: Floats, distance: Floats) -> Floats:
    """Return freight by weight and distance."""
    intercept, per_gram, per_kilometre, spread = _FREIGHT
    level = intercept + per_gram * np.log1p(grams) + per_kilometre * np.log1p(distance)
    level = level + _PER_HEAVY_GRAM * np.log(np.maximum(grams / _HEAVY_GRAMS, 1.0))
    return np.clip(np.exp(level + spread * rng.standard_normal(len(grams))), 0.01, _MAX_FREIGHT)


def order_totals(orders: int, units: pd.DataFrame) -> Integers:
    """Return price plus freight of each order in cents; 0 without items."""
    value = (units["price_cents"] + units["freight_cents"]).to_numpy(dtype=np.float64)
    return np.bincount(units["order"].to_numpy(), weights=value, minlength=orders).astype(np.int64)
