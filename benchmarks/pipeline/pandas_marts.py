"""Four marts in plain pandas, from the columns of the staged tables.

Belongs here: frames in, frames out, with the columns and types of the mart. Does not belong here: reading the
warehouse, times.

Money is in whole cents, since sums of floating-point numbers differ from those of decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

_NO_SALE = ("canceled", "unavailable")
_SESSION_MINUTES = 30
# Stages of a session in ascending order, and the event that shows each.
_STAGES = {"view": "view", "cart": "addtocart", "purchase": "transaction"}


@dataclass(frozen=True, slots=True)
class PandasMart:
    """How pandas makes a mart.

    Attributes
    ----------
    mart
        Qualified name of the dbt model.
    queries
        SQL of each frame it starts from, by name; only staged columns, nothing computed but cents.
    compute
        From frames of those names to the mart; a column of money is called like the mart's with ``_cents`` behind.
    """

    mart: str
    queries: Mapping[str, str]
    compute: Callable[[Mapping[str, pd.DataFrame]], pd.DataFrame]


def fct_orders(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the orders with the sums of their items and payments."""
    items = (
        frames["order_items"]
        .groupby("order_id", as_index=False)
        .agg(
            item_count=("product_id", "size"),
            seller_count=("seller_id", "nunique"),
            items_value_cents=("price_cents", "sum"),
            freight_value_cents=("freight_value_cents", "sum"),
        )
    )
    payments = (
        frames["order_payments"].groupby("order_id", as_index=False).agg(payments_value_cents=("payment_cents", "sum"))
    )
    orders = _orders_with_customers(frames)
    orders = orders.sort_values(["customer_unique_id", "purchased_at", "order_id"], kind="stable")
    orders["customer_order_number"] = orders.groupby("customer_unique_id").cumcount() + 1
    joined = orders.merge(items, on="order_id", how="left").merge(payments, on="order_id", how="left")
    joined["has_items"] = joined["item_count"].notna()
    joined["has_payments"] = joined["payments_value_cents"].notna()
    sums = ["item_count", "seller_count", "items_value_cents", "freight_value_cents", "payments_value_cents"]
    joined[sums] = joined[sums].fillna(0).astype("int64")
    joined["payment_difference_cents"] = (
        joined["payments_value_cents"] - joined["items_value_cents"] - joined["freight_value_cents"]
    )
    purchase_date = joined["purchased_at"].dt.normalize()
    delivery_date = joined["delivered_at"].dt.normalize()
    joined["promised_days"] = (joined["estimated_delivery_date"] - purchase_date).dt.days
    joined["delivery_days"] = (delivery_date - purchase_date).dt.days.astype("Int64")
    joined["is_repeat"] = joined["customer_order_number"] > 1
    is_late = (delivery_date > joined["estimated_delivery_date"]).astype("boolean")
    joined["is_late"] = is_late.where(delivery_date.notna())
    joined["purchase_date"] = purchase_date
    return joined


def sales_monthly(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return orders, items and revenue by month, state and category."""
    orders = _orders_with_customers(frames)
    items = frames["order_items"].merge(orders.loc[orders["is_sale"]], on="order_id")
    items = items.merge(_categories(frames), on="product_id")
    items["sales_month"] = _month_start(items["purchased_at"])
    months = items.groupby(["sales_month", "customer_state", "product_category"], as_index=False).agg(
        order_count=("order_id", "nunique"),
        item_count=("order_id", "size"),
        revenue_cents=("price_cents", "sum"),
        freight_value_cents=("freight_value_cents", "sum"),
    )
    return _with_complete_months(months, frames)


def seller_performance(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return sales, lateness, scores and handling of each seller by month."""
    orders = _orders_with_customers(frames)
    orders = orders.loc[orders["is_sale"]].copy()
    orders["sales_month"] = _month_start(orders["purchased_at"])
    late = orders["delivered_at"].dt.normalize() > orders["estimated_delivery_date"]
    orders["late"] = late.where(orders["delivered_at"].notna()).astype("Float64")
    began = orders["approved_at"].fillna(orders["purchased_at"]).dt.normalize()
    orders["handling_days"] = (orders["handed_over_at"].dt.normalize() - began).dt.days.clip(lower=0)
    order_of_reviews = ["answered_at", "created_at", "review_id"]
    latest = frames["order_reviews"].sort_values(order_of_reviews).drop_duplicates("order_id", keep="last")
    orders = orders.merge(latest[["order_id", "review_score"]], on="order_id", how="left")
    sales = (
        frames["order_items"]
        .groupby(["seller_id", "order_id"], as_index=False)
        .agg(
            item_count=("product_id", "size"),
            revenue_cents=("price_cents", "sum"),
            freight_value_cents=("freight_value_cents", "sum"),
        )
    )
    months = (
        sales.merge(orders, on="order_id")
        .groupby(["seller_id", "sales_month"], as_index=False)
        .agg(
            order_count=("order_id", "size"),
            item_count=("item_count", "sum"),
            revenue_cents=("revenue_cents", "sum"),
            freight_value_cents=("freight_value_cents", "sum"),
            delivered_order_count=("late", "count"),
            late_order_count=("late", "sum"),
            late_share=("late", "mean"),
            reviewed_order_count=("review_score", "count"),
            mean_review_score=("review_score", "mean"),
            mean_handling_days=("handling_days", "mean"),
        )
    )
    return _with_complete_months(months, frames)


def fct_sessions(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the sessions of the visitors, split by pauses of more than half an hour."""
    events = frames["events"].sort_values(["file_name", "line_number"])
    events = events.drop_duplicates(["occurred_at", "visitor_id", "event_type", "item_id"])
    events = events.sort_values(["visitor_id", "occurred_at"], kind="stable")
    pause = events["occurred_at"] - events.groupby("visitor_id")["occurred_at"].shift()
    starts = pause.isna() | (pause > pd.Timedelta(minutes=_SESSION_MINUTES))
    events["session_number"] = starts.groupby(events["visitor_id"]).cumsum().astype("int64")
    for stage, event_type in _STAGES.items():
        events[f"is_{stage}"] = events["event_type"] == event_type
    sessions = events.groupby(["visitor_id", "session_number"], as_index=False).agg(
        event_count=("item_id", "size"),
        view_count=("is_view", "sum"),
        cart_count=("is_cart", "sum"),
        purchase_count=("is_purchase", "sum"),
        item_count=("item_id", "nunique"),
        transaction_count=("transaction_id", "nunique"),
        started_at=("occurred_at", "min"),
        ended_at=("occurred_at", "max"),
    )
    sessions["duration_seconds"] = (sessions["ended_at"] - sessions["started_at"]).dt.total_seconds()
    milliseconds = (sessions["started_at"] - pd.Timestamp(0)) // pd.Timedelta(milliseconds=1)
    sessions["session_id"] = sessions["visitor_id"] + "-" + milliseconds.astype(str)
    sessions["session_date"] = sessions["started_at"].dt.normalize()
    for stage in _STAGES:
        sessions[f"has_{stage}"] = sessions[f"{stage}_count"] > 0
        sessions.loc[sessions[f"has_{stage}"], "furthest_stage"] = stage
    return sessions


def _orders_with_customers(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    orders = frames["orders"].merge(frames["customers"], on="customer_id")
    orders["is_sale"] = ~orders["order_status"].isin(_NO_SALE)
    return orders


def _categories(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the category of each product: its English name, else its own, else unknown."""
    products = frames["products"].merge(frames["translations"], on="product_category_name", how="left")
    english = products["product_category_name_english"]
    products["product_category"] = english.fillna(products["product_category_name"]).fillna("unknown")
    return products[["product_id", "product_category"]]


def _month_start(times: pd.Series) -> pd.Series:
    months: pd.Series = times.dt.to_period("M").dt.to_timestamp()
    return months


def _with_complete_months(months: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    complete_until = frames["observation_windows"]["complete_until"].max()
    months["is_complete_month"] = months["sales_month"] + pd.offsets.MonthEnd(0) <= complete_until
    return months


_ORDERS = """
    select order_id, customer_id, order_status, purchased_at, approved_at, handed_over_at, delivered_at,
           cast(estimated_delivery_date as timestamp) as estimated_delivery_date
    from staging.stg_olist__orders
"""
_CUSTOMERS = "select customer_id, customer_unique_id, customer_state from staging.stg_olist__customers"
_ORDER_ITEMS = """
    select order_id, product_id, seller_id, cast(price * 100 as bigint) as price_cents,
           cast(freight_value * 100 as bigint) as freight_value_cents
    from staging.stg_olist__order_items
"""
_ORDER_PAYMENTS = """
    select order_id, cast(payment_value * 100 as bigint) as payment_cents from staging.stg_olist__order_payments
"""
_ORDER_REVIEWS = """
    select order_id, review_id, review_score, created_at, answered_at from staging.stg_olist__order_reviews
"""
_PRODUCTS = "select product_id, product_category_name from staging.stg_olist__products"
_TRANSLATIONS = """
    select product_category_name, product_category_name_english from staging.stg_olist__product_category_translations
"""
_PURCHASES_WINDOW = """
    select cast(complete_until as timestamp) as complete_until from intermediate.int_observation_windows
    where source = 'olist' and event = 'purchases'
"""
_EVENTS = """
    select visitor_id, item_id, transaction_id, event_type, occurred_at, file_name, line_number
    from staging.stg_retailrocket__events
"""

PANDAS_MARTS = (
    PandasMart(
        "marts.fct_orders",
        {
            "orders": _ORDERS,
            "customers": _CUSTOMERS,
            "order_items": _ORDER_ITEMS,
            "order_payments": _ORDER_PAYMENTS,
        },
        fct_orders,
    ),
    PandasMart(
        "marts.sales_monthly",
        {
            "orders": _ORDERS,
            "customers": _CUSTOMERS,
            "order_items": _ORDER_ITEMS,
            "products": _PRODUCTS,
            "translations": _TRANSLATIONS,
            "observation_windows": _PURCHASES_WINDOW,
        },
        sales_monthly,
    ),
    PandasMart(
        "marts.seller_performance",
        {
            "orders": _ORDERS,
            "customers": _CUSTOMERS,
            "order_items": _ORDER_ITEMS,
            "order_reviews": _ORDER_REVIEWS,
            "observation_windows": _PURCHASES_WINDOW,
        },
        seller_performance,
    ),
    PandasMart("marts.fct_sessions", {"events": _EVENTS}, fct_sessions),
)
