"""Puts the marketplace together and writes its nine files.

Belongs here: the order of the steps, and which internal column becomes which column of a file. Does not belong
here: any draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ecom_assets.ingestion.schema import ColumnType, Table
from ecom_assets.ingestion.sources.olist import OLIST
from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.files import QUOTED, write_table, write_windows_list
from ecom_assets.sample.olist import baskets, delivery, payments, people, places, products, reviews, sellers, status
from ecom_assets.sample.olist.categories import CATEGORIES

_TRANSLATION = "product_category_name_translation"
_ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BIGINT: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
    ColumnType.MONEY: pa.decimal128(18, 2),
    ColumnType.TIMESTAMP: pa.timestamp("s"),
}


@dataclass(frozen=True, slots=True)
class Marketplace:
    """All entities with the columns that no file shows, for those who need the truth behind a sample.

    Attributes
    ----------
    places, sellers, products, orders, units, payments, reviews, geolocation
        One frame an entity; numbers in a column named like an entity are row positions in its frame.
    """

    places: pd.DataFrame
    sellers: pd.DataFrame
    products: pd.DataFrame
    orders: pd.DataFrame
    units: pd.DataFrame
    payments: pd.DataFrame
    reviews: pd.DataFrame
    geolocation: pd.DataFrame


def build_marketplace(config: SampleConfig) -> Marketplace:
    """Draw every entity of the marketplace."""
    place = places.build_places(config)
    seller = sellers.build_sellers(config, place)
    order = people.build_people(config, place["customer_weight"].to_numpy())
    order = _with_status(config, order)
    line = baskets.build_lines(config, order, seller)
    product = products.build_products(config, baskets.product_sellers(line), seller["category"].to_numpy())
    unit = baskets.build_units(config, order, line, product, seller, place)
    payment = payments.build_payments(config, order, baskets.order_totals(len(order), unit))
    order = _with_dates(config, order, unit, payment, seller, place)
    unit = unit.assign(limit=delivery.shipping_limits(config, order, unit))
    order = order.assign(since_previous=people.since_previous(order))
    return Marketplace(
        places=place,
        sellers=seller,
        products=product,
        orders=order,
        units=unit,
        payments=payment,
        reviews=reviews.build_reviews(config, order),
        geolocation=places.build_geolocation(
            config, place, places.unmapped_prefixes(config, order["prefix"].to_numpy())
        ),
    )


def _with_status(config: SampleConfig, order: pd.DataFrame) -> pd.DataFrame:
    """Add the status and what exists of an order."""
    state = status.build_status(config, order["purchased"].to_numpy())
    names = {"approved": "has_approval", "carrier": "has_carrier", "delivered": "has_delivery"}
    return pd.concat([order, state.rename(columns=names)], axis="columns")


def _with_dates(
    config: SampleConfig,
    order: pd.DataFrame,
    unit: pd.DataFrame,
    payment: pd.DataFrame,
    seller: pd.DataFrame,
    place: pd.DataFrame,
) -> pd.DataFrame:
    """Add the route of the first unit, the means of payment and the dates."""
    first = unit.drop_duplicates("order").set_index("order").reindex(range(len(order)))
    typical = float(unit["kilometres"].median())
    handling = pd.Series(seller["handling"].to_numpy()).reindex(first["seller"]).to_numpy()
    routed = order.assign(
        kilometres=first["kilometres"].fillna(typical).to_numpy(),
        handling=np.where(np.isnan(handling), 1.0, handling),
        payment_type=payments.first_types(len(order), payment).to_numpy(),
        state=place["state"].to_numpy()[order["prefix"].to_numpy()],
    )
    known, final = delivery.keep_known(routed, delivery.build_delivery(config, routed))
    return pd.concat([routed.assign(status=final), known], axis="columns")


def raw_tables(config: SampleConfig, market: Marketplace) -> dict[str, pd.DataFrame]:
    """Return every file's columns under their declared names, without the translation."""
    order, unit, place = market.orders, market.units, market.places
    order_id = order["order_id"].to_numpy()
    home = place.iloc[order["prefix"].to_numpy()].reset_index(drop=True)
    seat = place.iloc[market.sellers["place"].to_numpy()].reset_index(drop=True)
    return {
        "orders": pd.DataFrame(
            {
                "order_id": order_id,
                "customer_id": order["customer_id"],
                "order_status": order["status"],
                "order_purchase_timestamp": order["purchased"],
                "order_approved_at": order["approved"],
                "order_delivered_carrier_date": order["carrier"],
                "order_delivered_customer_date": order["delivered"],
                "order_estimated_delivery_date": order["promised"],
            }
        ),
        "order_items": pd.DataFrame(
            {
                "order_id": order_id[unit["order"].to_numpy()],
                "order_item_id": unit["item"],
                "product_id": market.products["product_id"].to_numpy()[unit["product"].to_numpy()],
                "seller_id": market.sellers["seller_id"].to_numpy()[unit["seller"].to_numpy()],
                "shipping_limit_date": unit["limit"],
                "price": unit["price_cents"] / 100,
                "freight_value": unit["freight_cents"] / 100,
            }
        ).sort_values(["order_id", "order_item_id"]),
        "order_payments": pd.DataFrame(
            {
                "order_id": order_id[market.payments["order"].to_numpy()],
                "payment_sequential": market.payments["sequence"],
                "payment_type": market.payments["type"],
                "payment_installments": market.payments["instalments"],
                "payment_value": market.payments["cents"] / 100,
            }
        ).iloc[config.stream("olist.order_of_payments").permutation(len(market.payments))],
        "order_reviews": pd.DataFrame(
            {
                "review_id": market.reviews["review_id"],
                "order_id": order_id[market.reviews["order"].to_numpy()],
                "review_score": market.reviews["score"],
                "review_comment_title": market.reviews["title"],
                "review_comment_message": market.reviews["message"],
                "review_creation_date": market.reviews["survey"],
                "review_answer_timestamp": market.reviews["answered"],
            }
        ),
        "customers": pd.DataFrame(
            {
                "customer_id": order["customer_id"],
                "customer_unique_id": order["customer_unique_id"],
                "customer_zip_code_prefix": home["prefix"],
                "customer_city": home["city"],
                "customer_state": home["state"],
            }
        ).sort_values("customer_id"),
        "products": _raw_products(market.products),
        "sellers": pd.DataFrame(
            {
                "seller_id": market.sellers["seller_id"],
                "seller_zip_code_prefix": seat["prefix"],
                "seller_city": sellers.seller_cities(config, market.sellers, place),
                "seller_state": seat["state"],
            }
        ),
        "geolocation": market.geolocation,
    }


def _raw_products(product: pd.DataFrame) -> pd.DataFrame:
    """Return the products file; products are drawn by seller, so their ids put them into no order."""
    names = {
        "product_id": "product_id",
        "category_name": "product_category_name",
        "name_length": "product_name_lenght",
        "description_length": "product_description_lenght",
        "photos": "product_photos_qty",
        "grams": "product_weight_g",
        "length": "product_length_cm",
        "height": "product_height_cm",
        "width": "product_width_cm",
    }
    return product[list(names)].rename(columns=names).sort_values("product_id")


def write_olist(folder: Path, config: SampleConfig) -> dict[str, int]:
    """Write the nine files and return the rows of each."""
    tables = raw_tables(config, build_marketplace(config))
    rows: dict[str, int] = {}
    for declared in OLIST.tables:
        file = f"{declared.file_stems[0]}.csv"
        if declared.name == _TRANSLATION:
            translated = [(category.name, category.english) for category in CATEGORIES if category.english]
            rows[file] = write_windows_list(folder / file, declared.column_names, [*translated])
        else:
            rows[file] = write_table(folder / file, to_arrow(declared, tables[declared.name]), QUOTED)
    return rows


def to_arrow(declared: Table, frame: pd.DataFrame) -> pa.Table:
    """Give a frame the declared columns and types."""
    schema = pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in declared.columns])
    floats = pa.schema(
        [(field.name, pa.float64() if pa.types.is_decimal(field.type) else field.type) for field in schema]
    )
    return pa.Table.from_pandas(frame, schema=floats, preserve_index=False).cast(schema)
