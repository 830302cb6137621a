"""From which raw columns features descend is declared as the SQL says that dbt has compiled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ecom_assets.commands.write_raw_columns import RAW_COLUMNS
from ecom_assets.dbt.raw_columns import raw_columns, raw_columns_text
from tests.conftest import Home


@pytest.fixture(scope="module")
def compiled(built_home: Home) -> Mapping[str, Any]:
    """Return the newest manifest that has the SQL of all models."""
    manifests = built_home.settings().dbt_target_dir.glob("dbt_models-*/manifest.json")
    newest = max(manifests, key=lambda path: path.stat().st_mtime)
    loaded: Mapping[str, Any] = json.loads(newest.read_bytes())
    return loaded


def test_what_is_declared_is_what_the_sql_says(compiled: Mapping[str, Any]) -> None:
    assert raw_columns_text(raw_columns(compiled)) == RAW_COLUMNS.read_text(encoding="utf-8"), "run make features"


def test_some_that_can_be_told_by_hand(compiled: Mapping[str, Any]) -> None:
    declared = raw_columns(compiled)
    orders = declared["ftr_late_delivery"]
    assert orders["main_price"] == ["order_items.price"]
    assert orders["is_same_state"] == ["customers.customer_state", "sellers.seller_state"]
    assert orders["promised_days"] == ["orders.order_estimated_delivery_date", "orders.order_purchase_timestamp"]
    assert orders["promised_working_days"] == orders["promised_days"]
    assert "orders.order_delivered_customer_date" in orders["network_late_share_short"]
    visitors = declared["ftr_churn_retailrocket_visitors"]
    assert visitors["days_since_last_event"] == ["events.timestamp"]
    assert visitors["views_last_7_days"] == ["events.event", "events.timestamp"]
