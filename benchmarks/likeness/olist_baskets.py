"""Margins of baskets, prices, freight and payments.

Belongs here: what is bought and what it costs. Does not belong here: who buys, how it arrives.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.likeness.distance import order_distances
from benchmarks.likeness.margin import Margin, Origin, absolute, relative
from benchmarks.likeness.marketplace import Marketplace


def category_share(market: Marketplace, category: str) -> float:
    """Return the share of items of a category."""
    categories = market.products.set_index("product_id")["category"]
    return float((market.sampled_items()["product_id"].map(categories) == category).mean())


def price_quantile(market: Marketplace, level: float) -> float:
    """Return a quantile of the prices of items."""
    return float(market.sampled_items()["price"].quantile(level))


def log_price_spread(market: Marketplace) -> float:
    """Return the standard deviation of the logarithm of the prices of items."""
    return float(np.log(market.sampled_items()["price"]).std())


def freight_quantile(market: Marketplace, level: float) -> float:
    """Return a quantile of the freight of items."""
    return float(market.sampled_items()["freight"].quantile(level))


def units_per_order(market: Marketplace) -> float:
    """Return the mean number of items of the orders that have any."""
    items = market.sampled_items()
    return len(items) / items["order_id"].nunique()


def freight_elasticities(market: Marketplace) -> tuple[float, float]:
    """Return the elasticities of freight to weight and to distance.

    Least squares of the logarithm of an item's freight on those of its product's weight and of the kilometres between
    seller and customer; items without freight, weight or distance are left out.
    """
    items = order_distances(market, market.sampled_items())
    items = items.merge(market.products[["product_id", "weight_g"]], on="product_id")
    columns = items[["freight", "weight_g", "km"]].to_numpy(dtype=np.float64)
    logs = np.log(columns[np.all(np.isfinite(columns) & (columns > 0), axis=1)])
    design = np.column_stack([np.ones(len(logs)), logs[:, 1:]])
    (_, weight, distance), *_ = np.linalg.lstsq(design, logs[:, 0], rcond=None)
    return float(weight), float(distance)


def freight_to_weight(market: Marketplace) -> float:
    """Return the elasticity of freight to weight."""
    return freight_elasticities(market)[0]


def freight_to_distance(market: Marketplace) -> float:
    """Return the elasticity of freight to distance."""
    return freight_elasticities(market)[1]


def means_share(market: Marketplace, means: str) -> float:
    """Return the share of payments by one means."""
    return float((market.payments["means"] == means).mean())


def mean_instalments(market: Marketplace) -> float:
    """Return the mean number of instalments of a payment."""
    return float(market.payments["instalments"].mean())


def mean_order_value(market: Marketplace) -> float:
    """Return the mean of what is paid for an order."""
    return float(market.payments["value"].sum() / market.payments["order_id"].nunique())


MARGINS: tuple[Margin[Marketplace], ...] = (
    *(
        Margin(
            f"items of {category}",
            "share",
            real,
            Origin.EXTRACT,
            absolute(0.01),
            partial(category_share, category=category),
        )
        for category, real in (
            ("cama_mesa_banho", 0.0968),
            ("beleza_saude", 0.0868),
            ("esporte_lazer", 0.0775),
            ("moveis_decoracao", 0.0726),
            ("informatica_acessorios", 0.0710),
        )
    ),
    *(
        Margin(
            f"price of an item, {100 * level:g} % quantile",
            "BRL",
            real,
            Origin.EXTRACT,
            relative(width),
            partial(price_quantile, level=level),
        )
        for level, real, width in ((0.05, 18.15, 0.08), (0.50, 75.0, 0.03), (0.95, 349.99, 0.10), (0.99, 899.0, 0.10))
    ),
    Margin("log price of an item, standard deviation", "", 0.916, Origin.EXTRACT, absolute(0.03), log_price_spread),
    *(
        Margin(
            f"freight of an item, {100 * level:g} % quantile",
            "BRL",
            real,
            Origin.EXTRACT,
            relative(width),
            partial(freight_quantile, level=level),
        )
        for level, real, width in ((0.50, 16.28, 0.03), (0.95, 44.55, 0.10))
    ),
    Margin("elasticity of freight to weight", "", 0.187, Origin.EXTRACT, absolute(0.02), freight_to_weight),
    Margin("elasticity of freight to distance", "", 0.198, Origin.EXTRACT, absolute(0.01), freight_to_distance),
    Margin("items per order", "", 1.140, Origin.EXTRACT, absolute(0.005), units_per_order),
    Margin("paid for an order, mean", "BRL", 160.99, Origin.COMPLETE, relative(0.03), mean_order_value),
    *(
        Margin(
            f"payments by {means}",
            "share",
            real,
            Origin.COMPLETE,
            absolute(width),
            partial(means_share, means=means),
        )
        for means, real, width in (
            ("credit_card", 0.7392, 0.005),
            ("boleto", 0.1904, 0.005),
            ("voucher", 0.0556, 0.002),
            ("debit_card", 0.0147, 0.001),
        )
    ),
    Margin("instalments of a payment, mean", "", 2.853, Origin.COMPLETE, relative(0.04), mean_instalments),
)
