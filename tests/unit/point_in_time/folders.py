"""Landing folders as the tests of this room compare them: loaded tables without their origin, and bytes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from ecom_assets.ingestion.parse import FILE_NAME, LINE_NUMBER
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.ingestion.whole_source import load_source


def loaded(raw_dir: Path, source: str, *, is_ordered: bool = False) -> dict[str, pd.DataFrame]:
    """Return the rows of every table of a source, in the order of the files or in one of their own."""
    order = f"{FILE_NAME}, {LINE_NUMBER}" if is_ordered else "all"
    with duckdb.connect() as connection:
        tables = load_source(connection, raw_dir, SOURCES[source], max_rejected_share=0.0)
        return {
            landed.table.name: connection.execute(
                f"select * exclude ({FILE_NAME}, {LINE_NUMBER}) from {landed.relation} order by {order}"
            ).df()
            for landed in tables
        }


def file_bytes(raw_dir: Path) -> dict[str, bytes]:
    """Return what every file of a folder holds."""
    return {str(path.relative_to(raw_dir)): path.read_bytes() for path in sorted(raw_dir.rglob("*.csv"))}
