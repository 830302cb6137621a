"""Which internal column becomes which column of a file.

Belongs here: the nine files as frames, and their types. Does not belong here: draws, what was known when.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from ecom_assets.ingestion.schema import ColumnType, Table
from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.olist import sellers
from ecom_assets.sample.olist.assemble import Marketplace

_ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.BIGINT: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
    ColumnType.MONEY: pa.decimal128(18, 2),
    ColumnType.TIMESTAMP: pa.timestamp("s"),
}


def raw_tables(config: SampleConfig, market: Marketplace) -> dict[str, pd.DataFrame]:
    """Return every file's columns under their declared names, in the files' order, without the translation.

    The index of each frame is the row position in the entity's frame.
    """
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
        ).loc[np.unique(unit["seller"].to_numpy())],
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


def to_arrow(declared: Table, frame: pd.DataFrame) -> pa.Table:
    """Give a frame the declared columns and types."""
    schema = pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in declared.columns])
    floats = pa.schema(
        [(field.name, pa.float64() if pa.types.is_decimal(field.type) else field.type) for field in schema]
    )
    return pa.Table.from_pandas(frame, schema=floats, preserve_index=False).cast(schema)
