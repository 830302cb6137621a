"""The summary of purchases in the feature tables of lifetime value is the one that the library `lifetimes` defines."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from lifetimes.utils import summary_data_from_transaction_data

from tests.conftest import Home

# Read from the raw tables: one row per order of the entity, with the prices of its units.
CUSTOMER_ORDERS = """
    select
        customers.customer_unique_id,
        orders.order_purchase_timestamp as purchased_at,
        cast(coalesce(sum(order_items.price), 0) as double) as items_value
    from raw_olist.orders
    inner join raw_olist.customers on orders.customer_id = customers.customer_id
    left join raw_olist.order_items on orders.order_id = order_items.order_id
    group by customers.customer_unique_id, orders.order_id, orders.order_purchase_timestamp
"""
SELLER_ORDERS = """
    select
        order_items.seller_id,
        orders.order_purchase_timestamp as purchased_at,
        cast(sum(order_items.price) as double) as items_value
    from raw_olist.order_items
    inner join raw_olist.orders on order_items.order_id = orders.order_id
    group by order_items.seller_id, orders.order_id, orders.order_purchase_timestamp
"""


@pytest.mark.parametrize(
    ("table", "entity", "orders_query"),
    [
        ("ftr_cltv_olist_customers", "customer_unique_id", CUSTOMER_ORDERS),
        ("ftr_cltv_olist_sellers", "seller_id", SELLER_ORDERS),
    ],
)
def test_the_summary_is_that_of_lifetimes_on_every_as_of_date(
    built_home: Home, table: str, entity: str, orders_query: str
) -> None:
    with duckdb.connect(str(built_home.settings().duckdb_path), read_only=True) as connection:
        orders = connection.execute(orders_query).df()
        features = connection.execute(
            f"select {entity}, as_of_date, frequency, recency, age, monetary_value from features.{table}"
        ).df()
    repeats = 0
    for as_of_date, rows in features.groupby(pd.to_datetime(features["as_of_date"])):
        expected = summary_data_from_transaction_data(
            orders,
            entity,
            "purchased_at",
            monetary_value_col="items_value",
            observation_period_end=as_of_date,
            freq="D",
        )
        found = rows.set_index(entity)[["frequency", "recency", "age", "monetary_value"]]
        found = found.rename(columns={"age": "T"}).astype(float)
        pd.testing.assert_frame_equal(found.sort_index(), expected.sort_index(), rtol=1e-9, check_index_type=False)
        repeats += int((found["monetary_value"] > 0).sum())
    assert features["as_of_date"].nunique() >= 20
    assert repeats > 0
