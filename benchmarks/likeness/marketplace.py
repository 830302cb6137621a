"""Reads a folder of Olist files into the frames that the margins ask for.

Belongs here: which rows of the extract stand for the whole, and the like choice on a sample. Does not belong here:
figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ORDERS_IN_FULL = 99_441
# The extract: its first rows are in the official, random order; of delivered orders it has a random part.
UNBIASED_ROWS = 20_000
DELIVERED_IN_EXTRACT = 39_408
DELIVERED_IN_FULL = 96_478
_SECONDS_PER_DAY = 86_400.0
_THINNING_SEED = 20_180_829

_ORDER_COLUMNS = {
    "order_id": "order_id",
    "customer_id": "customer_id",
    "order_status": "status",
    "order_purchase_timestamp": "purchased",
    "order_approved_at": "approved",
    "order_delivered_carrier_date": "carrier",
    "order_delivered_customer_date": "delivered",
    "order_estimated_delivery_date": "promised",
}
_TIMES = ("purchased", "approved", "carrier", "delivered", "promised")
_CUSTOMER_COLUMNS = {
    "customer_id": "customer_id",
    "customer_unique_id": "person",
    "customer_zip_code_prefix": "zip",
    "customer_state": "state",
}


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One side of the comparison.

    Attributes
    ----------
    orders
        All orders with their customers: order_id, person, zip, state, status, purchased, approved, carrier, delivered,
        promised; ``in_sample`` marks an unbiased sample of all orders, ``is_thinned`` a random part of the delivered
        ones, as large on both sides.
    items
        order_id, product_id, seller_id, price, freight.
    payments
        All payments: order_id, means, instalments, value.
    reviews
        order_id, score, has_text, created, answered.
    products
        product_id, category, weight_g.
    sellers
        seller_id, zip, state.
    places
        Latitude and longitude of the middle of each zip prefix.
    """

    orders: pd.DataFrame
    items: pd.DataFrame
    payments: pd.DataFrame
    reviews: pd.DataFrame
    products: pd.DataFrame
    sellers: pd.DataFrame
    places: pd.DataFrame

    def sampled(self) -> pd.DataFrame:
        """Return an unbiased sample of orders of every status."""
        return self.orders[self.orders["in_sample"]]

    def sampled_items(self) -> pd.DataFrame:
        """Return the items of that sample."""
        return self.items[self.items["order_id"].isin(self.sampled()["order_id"])]

    def delivered(self) -> pd.DataFrame:
        """Return the delivered orders that have a delivery date; in the extract they are a random part of all."""
        return self.orders[(self.orders["status"] == "delivered") & self.orders["delivered"].notna()]

    def thinned_items(self) -> pd.DataFrame:
        """Return items of delivered orders with purchase and status times, thinned alike on both sides."""
        columns = ["order_id", "purchased", "approved", "carrier"]
        return self.items.merge(self.orders.loc[self.orders["is_thinned"], columns], on="order_id")


def read_marketplace(folder: Path, *, is_extract: bool) -> Marketplace:
    """Read the Olist files of a folder.

    Parameters
    ----------
    folder
        Folder with the original file names, plain or compressed with gzip.
    is_extract
        Whether it is the extract of the real data, whose first rows and delivered orders are random parts of the whole.
        Otherwise the folder is complete, and thinned here to the extract's part of delivered orders.
    """
    payments = folder / "complete" if (folder / "complete").is_dir() else folder
    orders = _orders(folder)
    is_delivered = (orders["status"] == "delivered").to_numpy()
    if is_extract:
        orders["in_sample"] = np.arange(len(orders)) < UNBIASED_ROWS
        orders["is_thinned"] = is_delivered
    else:
        kept = np.random.default_rng(_THINNING_SEED).random(len(orders)) < DELIVERED_IN_EXTRACT / DELIVERED_IN_FULL
        orders["in_sample"] = True
        orders["is_thinned"] = is_delivered & kept
    return Marketplace(
        orders=orders,
        items=_read(folder, "order_items", _ITEM_COLUMNS, numbers=("price", "freight")),
        payments=_read(payments, "order_payments", _PAYMENT_COLUMNS, numbers=("instalments", "value")),
        reviews=_reviews(folder),
        products=_read(folder, "products", _PRODUCT_COLUMNS, numbers=("weight_g",)),
        sellers=_read(folder, "sellers", _SELLER_COLUMNS),
        places=_places(folder),
    )


_ITEM_COLUMNS = {
    "order_id": "order_id",
    "product_id": "product_id",
    "seller_id": "seller_id",
    "price": "price",
    "freight_value": "freight",
}
_PAYMENT_COLUMNS = {
    "order_id": "order_id",
    "payment_type": "means",
    "payment_installments": "instalments",
    "payment_value": "value",
}
_REVIEW_COLUMNS = {
    "order_id": "order_id",
    "review_score": "score",
    "review_comment_message": "message",
    "review_creation_date": "created",
    "review_answer_timestamp": "answered",
}
_PRODUCT_COLUMNS = {"product_id": "product_id", "product_category_name": "category", "product_weight_g": "weight_g"}
_SELLER_COLUMNS = {"seller_id": "seller_id", "seller_zip_code_prefix": "zip", "seller_state": "state"}
_PLACE_COLUMNS = {
    "geolocation_zip_code_prefix": "zip",
    "geolocation_lat": "latitude",
    "geolocation_lng": "longitude",
}


def days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the days from one time to another, with fractions."""
    return (end - start).dt.total_seconds() / _SECONDS_PER_DAY


def csv_path(folder: Path, stem: str) -> Path:
    """Return the plain file of a folder, or the compressed one."""
    plain = folder / f"{stem}.csv"
    return plain if plain.exists() else folder / f"{stem}.csv.gz"


def _read(folder: Path, entity: str, columns: Mapping[str, str], numbers: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read some columns of a file under short names: text, but for the numbers."""
    text: pd.DataFrame = pd.read_csv(
        csv_path(folder, f"olist_{entity}_dataset"),
        usecols=list(columns),
        dtype={column: "float64" if name in numbers else "str" for column, name in columns.items()},
        encoding="utf-8-sig",
    )
    return text.rename(columns=dict(columns))


def _orders(folder: Path) -> pd.DataFrame:
    """Return orders with their customers, in the order of the file."""
    orders = _read(folder, "orders", _ORDER_COLUMNS)
    for column in _TIMES:
        orders[column] = pd.to_datetime(orders[column])
    return orders.merge(_read(folder, "customers", _CUSTOMER_COLUMNS), on="customer_id", how="left")


def _reviews(folder: Path) -> pd.DataFrame:
    """Return reviews without their text."""
    reviews = _read(folder, "order_reviews", _REVIEW_COLUMNS, numbers=("score",))
    for column in ("created", "answered"):
        reviews[column] = pd.to_datetime(reviews[column])
    reviews["has_text"] = reviews.pop("message").notna()
    return reviews


def _places(folder: Path) -> pd.DataFrame:
    """Return the median point of each zip prefix, so that stray points outside Brazil do not move it."""
    points = _read(folder, "geolocation", _PLACE_COLUMNS, numbers=("latitude", "longitude"))
    return points.groupby("zip")[["latitude", "longitude"]].median()
