"""What of the feature tables moves with time by itself: columns, each with the reason, and rows that are no news.

Belongs here: names of columns, and which rows of a panel are watched. Does not belong here: how they are shown
(``gate``, ``report``). A column is named here when it moves in a sample in which nothing changes, the farther the later
it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True, slots=True)
class Recent:
    """Rows of a panel that are watched: those of whom was seen in the days before the as-of date.

    The others tell nothing new. They only grow older, all together, and as long as the data are young there are few of
    them; in their crowd a change among the new ones would be seen many months late.

    Attributes
    ----------
    column
        Feature that counts the days since somebody was last seen, 0 on the as-of date.
    days
        So many days up to the as-of date, which is one of them.
    """

    column: str
    days: int

    def rows(self, features: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows are watched, shape (n,)."""
        return np.asarray(features[self.column].to_numpy(dtype=np.float64, na_value=np.nan) < self.days, dtype=np.bool_)


# As long as the period after which a panel is looked at again, so that nobody's event is looked at twice.
ORDERED_THIS_MONTH = Recent("days_since_last_order", 30)
SEEN_THIS_WEEK = Recent("days_since_last_event", 7)

_SINCE_EVER = "Counts what has ever been: grows with the age of the data."
_GAPS = "Gaps are seen only as long as the data go back: they lengthen with the age of the data."
_AVERAGES = "Is taken over all that has ever been: its spread narrows with the age of the data."
_REVIEWED = "Is missing until the first review is known: of fewer and fewer with the age of the data."
_VOLUME = "Says how many orders the shop has, the same for every order of a day: follows the shop's growth."
_KNOWLEDGE = "Properties of items become known one by one: more of them with the age of the data."


def _each(reason: str, *columns: str) -> dict[str, str]:
    return dict.fromkeys(columns, reason)


# What customers and sellers of Olist have in common.
_ENTITIES = {
    **_each(
        _SINCE_EVER,
        "order_count",
        "order_day_count",
        "item_count",
        "outcome_count",
        "delivered_order_count",
        "review_count",
        "category_count",
        "category_entropy",
    ),
    **_each(_GAPS, "mean_days_between_orders", "deviation_days_between_orders"),
}
# Next to nobody orders twice, but a share of two orders lies between 0 and 1, where that of one never does.
_CUSTOMERS = {**_ENTITIES, **_each(_AVERAGES, "mean_review_score", "low_review_share", "commented_review_share")}
# Sellers sell again and again, so that their sums grow as well, and all of their averages settle. Prices, freight and
# lateness of late are told by the columns over some days.
_SELLERS = {
    **_ENTITIES,
    **_each(
        _SINCE_EVER,
        "items_value",
        "freight_value",
        "late_count",
        "customer_count",
        "product_count",
        "handed_over_order_count",
    ),
    **_each(
        _AVERAGES,
        "mean_items_per_order",
        "mean_order_value",
        "mean_item_price",
        "freight_share",
        "mean_delivery_days",
        "mean_handling_days",
        "late_share",
        "low_review_share",
    ),
    **_each(_REVIEWED, "mean_review_score", "last_review_score", "commented_review_share"),
}
_TENURE = _each(_SINCE_EVER, "tenure_days")
# The summary of a history of purchases.
_HISTORY = _each(_SINCE_EVER, "frequency", "recency", "age", "monetary_value")

CHURN_CUSTOMERS: Mapping[str, str] = {**_CUSTOMERS, **_TENURE}
CHURN_SELLERS: Mapping[str, str] = {**_SELLERS, **_TENURE}
VALUE_CUSTOMERS: Mapping[str, str] = {**_CUSTOMERS, **_HISTORY}
VALUE_SELLERS: Mapping[str, str] = {**_SELLERS, **_HISTORY}
SEGMENTS: Mapping[str, str] = _each(_SINCE_EVER, "order_day_count")
LATE_DELIVERY: Mapping[str, str] = _each(
    _VOLUME,
    "network_outcome_count_short",
    "network_outcome_count_long",
    "network_late_count_short",
    "network_late_count_long",
    "network_open_count",
    "network_overdue_count",
)
VISITORS: Mapping[str, str] = {
    **_each(
        _SINCE_EVER,
        "events_ever",
        "views_ever",
        "carts_ever",
        "purchases_ever",
        "sessions_ever",
        "active_days_ever",
        "items_ever",
        "root_categories_ever",
        "category_entropy",
        "furthest_stage_ever",
        "days_since_first_event",
    ),
    **_each(_GAPS, "mean_days_between_sessions", "deviation_of_days_between_sessions"),
    **_each(
        _AVERAGES,
        "mean_session_events",
        "mean_session_seconds",
        "one_event_session_share",
        "view_to_cart_rate",
        "cart_to_purchase_rate",
        "repeated_view_share",
        "night_share",
        "weekend_share",
    ),
    **_each(_KNOWLEDGE, "categorised_share", "available_share", "price_position"),
}
