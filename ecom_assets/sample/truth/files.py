"""How the truth is written.

Belongs here: Parquet and JSON. Does not belong here: what is true.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ecom_assets.sample.files import replacing


def write_parquet(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write tables of one schema, a row group each, and return the rows; the file is complete or not there."""
    rows = 0
    with replacing(path) as partial, pq.ParquetWriter(partial, schema) as writer:
        for table in tables:
            writer.write_table(table)
            rows += table.num_rows
    return rows


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write a mapping for people to read."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
