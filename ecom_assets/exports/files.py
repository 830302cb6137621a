"""A table as files: Parquet, and CSV of fixed formats.

Belongs here: how columns are written, and whether the files hold the table. Does not belong here: which table is
exported when (``assets``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ml_assets.contract import TableName
from ml_assets.files import write_whole

# By type of a column's contract, as the warehouse calls it.
_ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
_CSV_TIMES = {"date": "%Y-%m-%d", "timestamp": "%Y-%m-%d %H:%M:%S"}
_CSV_BOOLEANS = {True: "true", False: "false"}
_CSV_FLOATS = "%.6f"


@dataclass(frozen=True, slots=True)
class Export:
    """A table and the files that are made of it.

    Attributes
    ----------
    table
        What is exported.
    key
        Column that tells rows apart; the files are in its order.
    columns
        Name and declared type of each column, in order.
    folder
        Where the files lie.
    """

    table: TableName
    key: str
    columns: Mapping[str, str]
    folder: Path

    @property
    def parquet(self) -> Path:
        """Where the Parquet file lies."""
        return self.folder / f"{self.table.name}.parquet"

    @property
    def csv(self) -> Path:
        """Where the CSV file lies."""
        return self.folder / f"{self.table.name}.csv"


def contract_columns(manifest: Mapping[str, Any], table: TableName) -> dict[str, str] | None:
    """Return name and type of the columns that a model declares; None if there is no such model in use."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and (node["schema"], node["alias"]) == (table.schema, table.name):
            return {name: str(column["data_type"]) for name, column in node["columns"].items()}
    return None


def write_export(export: Export, frame: pd.DataFrame) -> None:
    """Write the rows of the table as Parquet and as CSV; whoever reads meanwhile sees an old file or a new one whole.

    Parameters
    ----------
    export
        What the rows are, and where they go.
    frame
        The rows, as the warehouse gives them.

    Raises
    ------
    KeyError
        If a declared column is missing, or a column has a type that no file format is declared for.
    """
    rows = frame[list(export.columns)].sort_values(export.key, ignore_index=True)
    # Without what pandas notes of the types of its own frame, which are not the same on every engine.
    typed = pa.Table.from_pandas(rows, _arrow_schema(export), preserve_index=False).replace_schema_metadata(None)
    text = rows.assign(**{name: _csv_column(rows[name], kind) for name, kind in export.columns.items()})
    write_whole(export.parquet, lambda path: pq.write_table(typed, path))
    write_whole(export.csv, lambda path: text.to_csv(path, index=False, float_format=_CSV_FLOATS, lineterminator="\n"))


def export_problems(export: Export, rows: int) -> list[str]:
    """Return in what the files differ from the table; nothing if they hold it.

    Parameters
    ----------
    export
        What was exported.
    rows
        Rows of the table.
    """
    return [*_parquet_problems(export, rows), *_csv_problems(export, rows)]


def _arrow_schema(export: Export) -> pa.Schema:
    return pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in export.columns.items()])


def _csv_column(values: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """Return a column as it stands in CSV: days, moments and truth values in words of one form, no number of a type."""
    if kind in _CSV_TIMES:
        return pd.to_datetime(values).dt.strftime(_CSV_TIMES[kind])
    if kind == "boolean":
        return values.astype("boolean").map(_CSV_BOOLEANS, na_action="ignore")
    return values.astype("Int64") if kind in ("integer", "bigint") else values


def _parquet_problems(export: Export, rows: int) -> Iterable[str]:
    # A file is opened by its path alone: the folders above it are no columns.
    file = pq.ParquetFile(export.parquet)
    found, wanted = (
        [(field.name, field.type) for field in schema] for schema in (file.schema_arrow, _arrow_schema(export))
    )
    yield from _differences(export.parquet, found, wanted, file.metadata.num_rows, rows)


def _csv_problems(export: Export, rows: int) -> Iterable[str]:
    found = list(pd.read_csv(export.csv, nrows=0).columns)
    count = len(pd.read_csv(export.csv, usecols=[0], dtype=str, keep_default_na=False))
    yield from _differences(export.csv, found, list(export.columns), count, rows)


def _differences(path: Path, found: list[Any], wanted: list[Any], count: int, rows: int) -> Iterable[str]:
    if found != wanted:
        yield f"{path.name} has the columns {found}, declared are {wanted}"
    if count != rows:
        yield f"{path.name} has {count} rows, the table has {rows}"
