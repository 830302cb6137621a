"""Which features belong together, by the pattern of their names.

Belongs here: the groups, blanking one. Does not belong here: what a feature means (``docs/features.md``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ml_assets.contract import TableName

# Of a feature that several patterns fit the first group counts.
_SHOP_GROUPS = {
    "recency and age": r"days_since_last_order|tenure_days",
    "reviews": r".*review.*",
    "deliveries": r"outcome_count|late_.*|open_order_count|delivered_order_count|mean_delivery_days"
    r"|mean_handling_days|handed_over_order_count",
    "payment": r"last_payment_type|mean_installments|.*(card|boleto|voucher)_share",
    "changes and rhythm": r".*_change_.*|.*days_between_orders",
    "lately": r".*_\d+d",
    "whole history": r"order_count|order_day_count|item_count|items_value|freight_.*|mean_order_value"
    r"|mean_items_per_order|mean_item_price|customer_count|product_count",
    "what and where": r"(customer|seller)_state|top_category|category_.*",
}
_DELIVERY_GROUPS = {
    "own promise": r"promised_.*|promise_left_days",
    "own handling": r"purchase_to_.*|approval_to_.*|shipping_limit_left_days",
    "seller, known by then": r"seller_(outcome|late|delivery|placed|open|overdue).*",
    "route, known by then": r"route_.*",
    "network, known by then": r"network_.*",
    "where": r"(customer|seller)_state|is_same_state|distance_km",
    "when": r"(purchase|decision)_(weekday|hour)",
    "goods and payment": r"item_count|product_count|seller_count|items_value|freight_.*|main_.*|product_category"
    r"|total_weight_grams|payment.*",
}
_VISIT_GROUPS = {
    "recency and age": r"days_since_.*",
    "sessions": r".*session.*",
    "kinds of event": r"(views|carts|purchases)_.*|.*_rate|furthest_stage_ever",
    "counts of events and days": r"events_.*|event_trend|active_days_.*",
    "items and categories": r"items_.*|repeated_view_share|root_categories_ever|category_entropy|categorised_share"
    r"|price_position|available_share",
    "time of day and week": r"night_share|weekend_share",
}
_GROUPS: Mapping[str, Mapping[str, str]] = {
    "ftr_churn_olist_customers": _SHOP_GROUPS,
    "ftr_churn_olist_sellers": _SHOP_GROUPS,
    "ftr_churn_retailrocket_visitors": _VISIT_GROUPS,
    "ftr_late_delivery": _DELIVERY_GROUPS,
}


def group_of(table: TableName, feature: str) -> str:
    """Return the group of a feature.

    Raises
    ------
    LookupError
        If no pattern of the table's groups fits.
    """
    for group, pattern in _GROUPS[table.name].items():
        if re.fullmatch(pattern, feature):
            return group
    raise LookupError(f"{table}.{feature} is in no group; name it in benchmarks/model_quality/groups.py")


def groups_of(table: TableName, features: pd.DataFrame) -> dict[str, list[str]]:
    """Return the features of each group, groups in their declared order, those without a feature left out."""
    found = {feature: group_of(table, feature) for feature in map(str, features.columns)}
    members = {group: [name for name, own in found.items() if own == group] for group in _GROUPS[table.name]}
    return {group: names for group, names in members.items() if names}


def blanked(features: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return features of which some are unknown in all rows: nothing can be learned from them, a rule stays whole."""
    return features.assign(
        **{
            name: None if features[name].dtype == object else np.full(len(features), np.nan, dtype=np.float32)
            for name in names
        }
    )
