"""Deliveries as files: what the loader makes of a base and of months landed next to it is the long run."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.loader import LoadRequest, load_table
from ecom_assets.ingestion.parse import FILE_NAME, LINE_NUMBER
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import SampleExistsError, write_sample
from ecom_assets.sample.window import EVERYTHING, Window
from ecom_assets.warehouse.ops_tables import create_statements

BOTH = ("olist", "retailrocket")


def deliver(folder: Path, source: str, *windows: Window) -> None:
    for window in windows:
        write_sample(folder, scale=0.005, seed=11, sources=[source], window=window)


def loaded(folder: Path, source: str) -> dict[str, pd.DataFrame]:
    """Load every table of a source and return its rows in an order of their own."""
    declared = SOURCES[source]
    landing = discover(folder, declared)
    assert landing.strays == ()
    tables = {}
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        for table in declared.tables:
            request = LoadRequest(
                source=declared,
                table=table,
                parts=landing.parts[table.name],
                scratch_dir=folder,
                max_rejected_share=0.0,
                run_id="run",
                loaded_at=datetime(2026, 1, 1),
            )
            report = load_table(connection, request)
            assert all(part.is_accounted for part in report.parts)
            tables[table.name] = connection.execute(
                f"select * exclude ({FILE_NAME}, {LINE_NUMBER}) from {request.target} order by all"
            ).df()
    return tables


@pytest.mark.parametrize(
    ("source", "months"),
    [
        ("olist", [date(2018, 4, 30), date(2018, 5, 31), date(2018, 6, 30)]),
        ("retailrocket", [date(2015, 6, 30), date(2015, 7, 31), date(2015, 8, 31)]),
    ],
)
def test_months_landed_one_after_the_other_are_the_long_run(source: str, months: list[date], tmp_path: Path) -> None:
    first, second, third = months
    day = pd.Timedelta(days=1).to_pytimedelta()
    windows = (Window(until=first), Window(first + day, second), Window(second + day, third))
    deliver(tmp_path / "parts", source, *windows)
    deliver(tmp_path / "whole", source, Window(until=third))
    parts, whole = loaded(tmp_path / "parts", source), loaded(tmp_path / "whole", source)
    assert parts.keys() == whole.keys()
    for name, frame in whole.items():
        pd.testing.assert_frame_equal(parts[name], frame)
    truths = [
        {path.name: path.read_bytes() for path in (tmp_path / run / "truth").glob("*.parquet")}
        for run in ("parts", "whole")
    ]
    assert truths[0] == truths[1]


@pytest.mark.parametrize("source", BOTH)
def test_a_delivery_does_not_land_twice(source: str, tmp_path: Path) -> None:
    year = 2018 if source == "olist" else 2015
    deliver(tmp_path, source, Window(until=date(year, 6, 30)))
    further = Window(date(year, 7, 1), date(year, 7, 31))
    deliver(tmp_path, source, further)
    for window in (further, Window(until=date(year, 7, 31)), EVERYTHING):
        with pytest.raises(SampleExistsError, match="already holds"):
            deliver(tmp_path, source, window)


def test_a_delivery_without_news_writes_no_raw_file(tmp_path: Path) -> None:
    further = Window(date(2018, 7, 1), date(2018, 7, 31))
    written = write_sample(tmp_path, scale=0.005, seed=11, sources=["retailrocket"], window=further)
    assert [file for file in written if file.path.parent.name == "retailrocket"] == []
