"""Worlds in which all that comes after a moment is nonsense: an oracle that looks ahead would answer otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ecom_assets.sample.olist.assemble import Marketplace


def poisoned(market: Marketplace, moment: np.datetime64) -> Marketplace:
    """Return the marketplace with other people, prices, sellers, payments and dates from a moment on.

    What was known before stays: orders placed before keep all but their later dates.
    """
    rng = np.random.default_rng(99)
    orders = market.orders.copy()
    later = (orders["purchased"] >= moment).to_numpy()
    count = int(later.sum())
    orders.loc[later, "person"] = rng.permutation(orders.loc[later, "person"].to_numpy())
    orders.loc[later, "customer_unique_id"] = market.population["customer_unique_id"].to_numpy()[
        orders.loc[later, "person"].to_numpy()
    ]
    orders.loc[later, "visit"] = 1_000 + np.arange(count)
    shift = pd.to_timedelta(rng.integers(1, 20 * 86_400, len(orders)), unit="s")
    for column in ("approved", "carrier", "delivered", "settled"):
        unknown = (orders[column] >= moment).to_numpy()
        orders[column] = orders[column].where(~unknown, (orders[column] + shift).astype(orders[column].dtype))
    orders.loc[later, "purchased"] = orders.loc[later, "purchased"] + shift[later]
    units = market.units.copy()
    of_later = later[units["order"].to_numpy()]
    units.loc[of_later, "price_cents"] = rng.integers(100, 1_000_000, int(of_later.sum()))
    units.loc[of_later, "seller"] = rng.permutation(units.loc[of_later, "seller"].to_numpy())
    payments = market.payments.copy()
    payments.loc[later[payments["order"].to_numpy()], "type"] = "boleto"
    contacts = market.contacts.copy()
    contacts["added_at"] = pd.NaT
    return replace(market, orders=orders, units=units, payments=payments, contacts=contacts)
