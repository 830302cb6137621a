"""The files as they looked at a moment.

Belongs here: which rows and values were known by then. Does not belong here: how they came about, file names.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ecom_assets.sample.draws import Flags, Texts, flags
from ecom_assets.sample.olist.assemble import Marketplace

# The dates that fill in after the purchase, by their column in the file.
_LATER_DATES = {
    "approved": "order_approved_at",
    "carrier": "order_delivered_carrier_date",
    "delivered": "order_delivered_customer_date",
}
# Files that say nothing of a moment: a further delivery does not hold them.
STATIC = ("geolocation", "product_category_name_translation")


def known_tables(
    tables: Mapping[str, pd.DataFrame], market: Marketplace, before: np.datetime64 | None
) -> dict[str, pd.DataFrame]:
    """Return the rows and values that were known before a moment; everything without one.

    Later orders are gone with their items, payments and customers, later dates are blank, the status is what the
    dates say by then, a review appears when it is answered, products and sellers with their first sale. Before the
    approval a shipping limit counts from the purchase.
    """
    if before is None:
        return dict(tables)
    placed = (market.orders["purchased"] < before).to_numpy()
    unit, payment = market.units, market.payments
    sold = unit[placed[unit["order"].to_numpy()]]
    answered = (market.reviews["answered"] < before).to_numpy()
    visible: dict[str, Flags] = {
        "orders": placed,
        "customers": placed,
        "order_items": placed[unit["order"].to_numpy()],
        "order_payments": placed[payment["order"].to_numpy()],
        "order_reviews": answered & placed[market.reviews["order"].to_numpy()],
        "products": flags(len(market.products), np.unique(sold["product"].to_numpy())),
        "sellers": flags(len(market.sellers), np.unique(sold["seller"].to_numpy())),
    }
    known = {name: frame[visible[name][frame.index]] if name in visible else frame for name, frame in tables.items()}
    known["orders"] = _known_orders(known["orders"], market.orders, before)
    known["order_items"] = _known_items(known["order_items"], market, before)
    return known


def _known_orders(frame: pd.DataFrame, orders: pd.DataFrame, before: np.datetime64) -> pd.DataFrame:
    """Blank later dates and imply the status."""
    at = orders.loc[frame.index]
    columns = {column: at[name].where(at[name] < before) for name, column in _LATER_DATES.items()}
    return frame.assign(order_status=implied_status(at, before), **columns)


def implied_status(orders: pd.DataFrame, before: np.datetime64) -> Texts:
    """Return the final status of settled orders; of the others what their dates say by then."""
    status = np.full(len(orders), "created", dtype="U11")
    status[(orders["approved"] < before).to_numpy()] = "processing"
    status[(orders["carrier"] < before).to_numpy()] = "shipped"
    status[(orders["delivered"] < before).to_numpy()] = "delivered"
    settled = (orders["settled"] < before).to_numpy()
    return np.where(settled, orders["status"].to_numpy(dtype="U11"), status)


def _known_items(frame: pd.DataFrame, market: Marketplace, before: np.datetime64) -> pd.DataFrame:
    """Count the shipping limit from the purchase where the approval was not known."""
    order = market.orders.loc[market.units.loc[frame.index, "order"].to_numpy()]
    wait = (order["approved"] - order["purchased"]).where(order["approved"] >= before)
    limit = frame["shipping_limit_date"] - wait.fillna(pd.Timedelta(0)).to_numpy()
    return frame.assign(shipping_limit_date=limit.astype("datetime64[s]"))


def news(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the later state that the earlier one lacks or holds with other values."""
    joined = pd.concat([earlier, later], keys=["earlier", "later"])
    is_known: Flags = joined.duplicated(keep="first").loc["later"].to_numpy()
    return later.loc[~is_known]
