"""Made-up scores of customers and orders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from ml_assets.predictions import PREDICTION_TABLES

CHURN = PREDICTION_TABLES["churn_olist_customers"]
VALUE = PREDICTION_TABLES["cltv_olist_customers"]
SEGMENTS = PREDICTION_TABLES["segmentation_olist_customers"]
LATE = PREDICTION_TABLES["late_delivery_purchase"]


def reasons(*found: tuple[str, object, float]) -> str:
    """Return reasons as scores have them."""
    return json.dumps([{"feature": name, "value": value, "contribution": moved} for name, value, moved in found])


def churn(*rows: tuple[str, str, float, str], told: str | Sequence[str] = "[]") -> pd.DataFrame:
    """Return scores of customers: id, as-of date, score, band; all have the same reasons, or one each."""
    frame = pd.DataFrame(rows, columns=["customer_unique_id", "as_of_date", "score", "band"])
    return frame.assign(
        as_of_date=pd.to_datetime(frame["as_of_date"]),
        reasons=told if isinstance(told, str) else list(told),
        model_version="2",
        scored_at=datetime(2026, 1, 1),
        is_backtest=False,
    )
