"""Kilometres between sellers and customers.

Belongs here: the middle of zip prefixes and the way between them. Does not belong here: figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.likeness.marketplace import Marketplace

_EARTH_RADIUS_KM = 6_371.0


def haversine_km(
    latitude: pd.Series, longitude: pd.Series, to_latitude: pd.Series, to_longitude: pd.Series
) -> pd.Series:
    """Return great-circle distances in kilometres between points in degrees (haversine formula)."""
    start, end = np.radians(latitude), np.radians(to_latitude)
    half = np.sin((end - start) / 2) ** 2
    half += np.cos(start) * np.cos(end) * np.sin(np.radians(to_longitude - longitude) / 2) ** 2
    kilometres: pd.Series = 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return kilometres


def order_distances(market: Marketplace, items: pd.DataFrame) -> pd.DataFrame:
    """Return items with ``km`` between seller and customer, from the middles of zip prefixes; may be missing."""
    routes = items.merge(market.sellers[["seller_id", "zip"]].rename(columns={"zip": "seller_zip"}), on="seller_id")
    routes = routes.merge(market.orders[["order_id", "zip"]], on="order_id")
    for zip_column, suffix in (("zip", ""), ("seller_zip", "_seller")):
        places = market.places.add_suffix(suffix)
        routes = routes.merge(places, left_on=zip_column, right_index=True, how="left")
    routes["km"] = haversine_km(
        routes["latitude_seller"], routes["longitude_seller"], routes["latitude"], routes["longitude"]
    )
    return routes
