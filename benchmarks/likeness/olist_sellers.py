"""Margins of sellers and their products.

Belongs here: how unequal sellers and products are, how long sellers stay. Does not belong here: single orders.

All of them depend on how many orders are seen. The extract has a random part of the delivered orders, and a generated
sample is thinned to the same part before it is measured.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.likeness.margin import Margin, Origin, absolute, relative
from benchmarks.likeness.marketplace import Marketplace

# Before the first of these months and after the last one the original does not trade for two months on end.
_CHURN_MONTHS = ("2017-01", "2018-05")
_MONTHS_AWAY = 2


def top_share(counts: pd.Series, share: float) -> float:
    """Return what the largest ``share`` of the counts hold of their sum; at least one count is taken."""
    ordered = np.sort(counts.to_numpy())[::-1]
    return float(ordered[: max(1, round(share * len(ordered)))].sum() / ordered.sum())


def top_sellers_share(market: Marketplace) -> float:
    """Return the share of items sold by the tenth of sellers who sell most."""
    return top_share(market.thinned_items()["seller_id"].value_counts(), 0.10)


def top_products_share(market: Marketplace) -> float:
    """Return the share of items that are of the hundredth of products sold most."""
    return top_share(market.thinned_items()["product_id"].value_counts(), 0.01)


def single_order_sellers_share(market: Marketplace) -> float:
    """Return the share of sellers with one order among those who sold."""
    return float((_distinct_per_seller(market, "order_id") == 1).mean())


def products_per_seller(market: Marketplace) -> float:
    """Return the mean number of different products sold by a seller."""
    return float(_distinct_per_seller(market, "product_id").mean())


def _distinct_per_seller(market: Marketplace, column: str) -> pd.Series:
    """Return how many different values each seller who sold has."""
    return market.thinned_items().drop_duplicates(["seller_id", column])["seller_id"].value_counts()


def seller_churn_share(market: Marketplace) -> float:
    """Return the share of months with a sale after which a seller sells nothing for two months."""
    items = market.thinned_items()
    number = items["purchased"].dt.year * 12 + items["purchased"].dt.month
    active = pd.DataFrame({"seller_id": items["seller_id"], "month": number}).drop_duplicates()
    active = active.sort_values(["seller_id", "month"])
    away = active.groupby("seller_id")["month"].shift(-1) - active["month"]
    first, last = (int(month[:4]) * 12 + int(month[5:]) for month in _CHURN_MONTHS)
    is_left = ~(away <= _MONTHS_AWAY)
    return float(is_left[active["month"].between(first, last)].mean())


def selling_share(market: Marketplace) -> float:
    """Return the share of registered sellers who sold anything."""
    return market.thinned_items()["seller_id"].nunique() / len(market.sellers)


_THINNED = "Measured on 41 % of the delivered orders on both sides."

MARGINS: tuple[Margin[Marketplace], ...] = (
    Margin(
        "items of the largest tenth of sellers",
        "share",
        0.633,
        Origin.EXTRACT,
        absolute(0.02),
        top_sellers_share,
        note=_THINNED,
    ),
    Margin(
        "sellers with one order among those who sold",
        "share",
        0.240,
        Origin.EXTRACT,
        absolute(0.02),
        single_order_sellers_share,
        note=_THINNED,
    ),
    Margin("sellers who sold", "share", 0.794, Origin.EXTRACT, absolute(0.05), selling_share, note=_THINNED),
    Margin(
        "months with a sale that are followed by two without",
        "share",
        0.222,
        Origin.EXTRACT,
        absolute(0.025),
        seller_churn_share,
        note=_THINNED,
    ),
    Margin(
        "different products sold by a seller, mean",
        "",
        7.68,
        Origin.EXTRACT,
        relative(0.06),
        products_per_seller,
        note=_THINNED,
    ),
    Margin(
        "items of the top hundredth of products",
        "share",
        0.173,
        Origin.EXTRACT,
        absolute(0.02),
        top_products_share,
        note=_THINNED,
    ),
)
