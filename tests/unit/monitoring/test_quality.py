"""Raw columns are compared by complete windows; nothing personal is looked at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.question import Period
from ml_assets.contract import OBSERVATION_WINDOWS, TableName
from ml_assets.files import ModelFiles
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.quality import RAW_SOURCES, Dated, LookedAt, RawColumn, RawSource, period_starts, raw_windows
from ml_assets.monitoring.quality_assets import judged_tables, look_at, write_quality
from ml_assets.monitoring.verdict import Verdict

ORDERS, ITEMS = TableName("staging", "orders"), TableName("staging", "items")
DATED = Dated(ORDERS, "bought_at", "order_id")
MONTHS = 12
SOURCE = RawSource(
    "shop",
    "purchases",
    Period.MONTH,
    (
        LookedAt(ORDERS, "orders", "order_id", DATED, (RawColumn("bought_at", "bought", is_moment=True),)),
        LookedAt(ITEMS, "items", "order_id", DATED, (RawColumn("price", "price"),)),
    ),
)


def filled(folder: Path, *, later_price: float, until: str | None = "2018-06-30") -> DuckDBWarehouse:
    """Return a warehouse with 600 orders a month; from June on they cost so many times as much."""
    rng = np.random.default_rng(4)
    month = np.repeat(np.arange(MONTHS), 600)
    start = np.datetime64("2017-07", "M") + month
    bought = start.astype("datetime64[us]") + (rng.uniform(0, 27 * 24, len(month)) * 3.6e9).astype("timedelta64[us]")
    number = np.arange(len(month)).astype(str)
    price = rng.lognormal(4, 0.5, len(month)) * np.where(month == MONTHS - 1, later_price, 1.0)
    tables = {
        ORDERS: pd.DataFrame({"order_id": number, "bought_at": bought}),
        ITEMS: pd.DataFrame({"order_id": number, "price": price}),
        OBSERVATION_WINDOWS: pd.DataFrame(
            {"source": ["shop"], "event": ["purchases"], "complete_until": [pd.Timestamp(until) if until else pd.NaT]}
        ),
    }
    warehouse = DuckDBWarehouse(path=str(folder / "warehouse.duckdb"))
    with warehouse.connect() as connection:
        for table, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create schema if not exists {table.schema}; create table {table} as from frame")
    return warehouse


def test_the_newest_complete_month_stands_beside_those_before(tmp_path: Path) -> None:
    orders, items = raw_windows(SOURCE, filled(tmp_path, later_price=1.0))
    assert (orders.current.first, orders.current.last) == (date(2018, 6, 1), date(2018, 6, 30))
    assert (orders.reference.first, orders.reference.last) == (date(2017, 7, 1), date(2018, 5, 31))
    assert (len(orders.current.frame), len(orders.reference.frame)) == (600, 6_600)
    assert orders.current.frame["hour of bought_at"].between(0, 23).all()
    # Items are dated by their orders.
    assert (len(items.current.frame), len(set(items.reference.period))) == (600, 11)


def test_an_unfinished_month_is_left_out(tmp_path: Path) -> None:
    orders, _ = raw_windows(SOURCE, filled(tmp_path, later_price=1.0, until="2018-06-29"))
    assert orders.current.last == date(2018, 5, 31)
    assert len(orders.reference.frame) == 6_000


@pytest.mark.parametrize("until", [None, "2017-07-31"])
def test_without_two_complete_windows_there_is_nothing_to_compare(tmp_path: Path, until: str | None) -> None:
    assert raw_windows(SOURCE, filled(tmp_path, later_price=1.0, until=until)) == ()
    files = ModelFiles(tmp_path / "models", tmp_path / "reports", "http://reports.test", "abc")
    assert "nothing to compare" in write_quality(SOURCE, (), files, pd.Timestamp("2018-07-01").to_pydatetime())["words"]


def test_a_price_that_rose_is_found_and_named(tmp_path: Path) -> None:
    orders, items = look_at(SOURCE, filled(tmp_path, later_price=1.4), DriftConfig())
    assert orders.verdict.verdict is Verdict.STABLE
    assert items.verdict.verdict is Verdict.DRIFT
    assert "items.price" in items.verdict.words
    assert "Against the 11 months before, 1 of 1 columns moved" in items.verdict.words
    assert "champion" not in items.verdict.words
    found = judged_tables((orders, items))
    assert not found.passed
    assert found.words.startswith("items: ")
    assert judged_tables((orders,)).passed
    files = ModelFiles(tmp_path / "models", tmp_path / "reports", "http://reports.test", "abc")
    shown = write_quality(SOURCE, (orders, items), files, pd.Timestamp("2018-07-01").to_pydatetime())
    assert shown["report"].value == "http://reports.test/drift/shop_quality/2018-06-30.html"
    page = files.quality_report("shop", date(2018, 6, 30)).read_text(encoding="utf-8")
    assert "the 11 months before" in page
    assert "champion" not in page
    assert "shop" in files.index.read_text(encoding="utf-8")


def test_weeks_begin_on_monday_and_end_with_complete_days() -> None:
    starts = period_starts(Period.WEEK, date(2015, 9, 13), 2)
    assert starts.astype(str).tolist() == ["2015-08-31", "2015-09-07", "2015-09-14"]
    assert period_starts(Period.WEEK, date(2015, 9, 12), 1).astype(str).tolist() == ["2015-08-31", "2015-09-07"]
    assert period_starts(Period.MONTH, date(2018, 1, 31), 1).astype(str).tolist() == ["2018-01-01", "2018-02-01"]


def test_what_is_looked_at_is_declared_and_not_personal() -> None:
    assert {source.source for source in RAW_SOURCES} == set(SOURCES)
    for source in RAW_SOURCES:
        raw = {table.name: table.columns for table in SOURCES[source.source].tables}
        for looked_at in source.tables:
            public = {column.name for column in raw[looked_at.raw_table] if not column.pii}
            assert {column.raw for column in looked_at.columns} <= public
