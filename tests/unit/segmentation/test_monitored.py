"""Customers of a snapshot are compared among those who ordered in its month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.segmentation.monitored import MonitoredSegmentation
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION

ROWS = pd.DataFrame(
    {
        "customer_unique_id": ["a", "b", "c", "a", "b"],
        "as_of_date": pd.to_datetime(["2018-01-31"] * 3 + ["2018-02-28"] * 2).date,
        "days_since_last_order": [0, 29, 30, 28, 57],
        "order_day_count": [1, 2, 3, 1, 2],
        "items_value": [10.0, 20.0, 30.0, 10.0, 20.0],
    }
)


def warehouse(folder: Path, until: str) -> DuckDBWarehouse:
    made = DuckDBWarehouse(path=str(folder / "warehouse.duckdb"))
    clock = pd.DataFrame({"source": ["olist"], "event": ["purchases"], "complete_until": [pd.Timestamp(until)]})
    with made.connect() as connection:
        for table, frame in ((QUESTION.table, ROWS), (OBSERVATION_WINDOWS, clock)):
            connection.register("frame", frame)
            connection.execute(f"create schema {table.schema}; create table {table} as select * from frame")
    return made


def test_windows_are_complete_snapshots(tmp_path: Path) -> None:
    monitored = MonitoredSegmentation(QUESTION)
    assert monitored.window_ends(warehouse(tmp_path, "2018-02-27")) == (date(2018, 1, 31),)


def test_those_who_ordered_in_the_month_are_watched(tmp_path: Path) -> None:
    made, monitored = warehouse(tmp_path, "2018-02-28"), MonitoredSegmentation(QUESTION)
    assert monitored.window_ends(made) == (date(2018, 1, 31), date(2018, 2, 28))
    window = monitored.window(made, date(2018, 1, 31))
    assert window is not None
    assert sorted(window.frame["items_value"]) == [10.0, 20.0]
    assert set(window.frame) == set(QUESTION.columns)
    later = monitored.window(made, date(2018, 2, 28))
    assert later is not None
    assert later.frame["items_value"].tolist() == [10.0]
    assert set(later.entity) < set(window.entity)
    assert monitored.window(made, date(2018, 3, 31)) is None
