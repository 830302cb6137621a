"""What a planted shift moves: raw columns that are drawn otherwise, and those that follow from them by a sample's laws.

Belongs here: these columns for each kind of shift, and whether a compared column descends from one. Does not belong
here: how a column's raw columns are found (``ml_assets.monitoring``), the sizes of shifts (the sample generator).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.drift_windows.worlds import OLIST, RETAILROCKET
from ecom_assets.sample.drift import DriftKind


class Origin(StrEnum):
    """Where the move of a named column comes from."""

    PLANTED = "planted"
    FOLLOWING = "following"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Moved:
    """Raw columns that a shift moves, as ``table.column``.

    Attributes
    ----------
    planted
        Those that are drawn otherwise.
    following
        Those that are drawn as before from what moved.
    """

    planted: frozenset[str]
    following: frozenset[str] = frozenset()


MOVED = {
    (OLIST, DriftKind.COVARIATE): Moved(
        planted=frozenset({"order_items.price", "customers.customer_state"}),
        following=frozenset(
            {
                # Whoever lives elsewhere has another way from the seller: freight, promise, arrival, review.
                "geolocation.geolocation_lat",
                "geolocation.geolocation_lng",
                "order_items.freight_value",
                "orders.order_estimated_delivery_date",
                "orders.order_delivered_customer_date",
                "order_reviews.review_score",
                "order_reviews.review_creation_date",
                "order_payments.payment_value",
                "order_payments.payment_installments",
            }
        ),
    ),
    (OLIST, DriftKind.CONCEPT): Moved(
        planted=frozenset(
            {
                # Parcels take longer, customers come back less often, sellers leave sooner.
                "orders.order_delivered_customer_date",
                "customers.customer_unique_id",
                "order_items.seller_id",
            }
        ),
        following=frozenset({"order_reviews.review_score", "order_reviews.review_creation_date"}),
    ),
    (RETAILROCKET, DriftKind.COVARIATE): Moved(planted=frozenset({"events.timestamp"})),
    (RETAILROCKET, DriftKind.CONCEPT): Moved(planted=frozenset({"events.timestamp", "events.visitorid"})),
}


def origin(raw_columns: Collection[str], moved: Moved) -> Origin:
    """Return whether raw columns hold one that was drawn otherwise, or one that follows from it, or neither.

    Parameters
    ----------
    raw_columns
        Those that a compared column descends from.
    moved
        What the shift moves.
    """
    if moved.planted & set(raw_columns):
        return Origin.PLANTED
    return Origin.FOLLOWING if moved.following & set(raw_columns) else Origin.NONE
