"""Files of a table: types and forms of their columns, their order, and what is told of files that differ."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecom_assets.environment import load_settings
from ecom_assets.exports.assets import CUSTOMER_360, EXPORT_CHECK, build_export_assets, export_key
from ecom_assets.exports.files import Export, contract_columns, export_problems, write_export
from ml_assets.contract import TableName

COLUMNS = {
    "person": "text",
    "as_of_date": "date",
    "ordered_at": "timestamp",
    "orders": "bigint",
    "days": "integer",
    "value": "double precision",
    "is_late": "boolean",
}
TABLE = TableName("marts", "people")


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(TABLE, "person", COLUMNS, tmp_path / "exports")


def people() -> pd.DataFrame:
    """Return rows in another order of rows and columns than the files have, one of them as empty as it may be."""
    return pd.DataFrame(
        {
            "is_late": pd.array([None, True], dtype="boolean"),
            "person": ["b", "a"],
            "as_of_date": pd.array(["2018-08-31", "2018-08-31"], dtype="datetime64[us]"),
            "ordered_at": pd.array([None, "2018-08-01 09:05:07"], dtype="datetime64[us]"),
            "orders": [0, 12],
            "days": pd.array([None, 3], dtype="Int32"),
            "value": [np.nan, 1234567.5],
        }
    )


def test_csv_has_one_form_for_every_type(export: Export) -> None:
    write_export(export, people())
    assert export.csv.read_bytes().decode() == (
        "person,as_of_date,ordered_at,orders,days,value,is_late\n"
        "a,2018-08-31,2018-08-01 09:05:07,12,3,1234567.500000,true\n"
        "b,2018-08-31,,0,,,\n"
    )


def test_parquet_has_the_declared_types_and_the_same_rows(export: Export) -> None:
    write_export(export, people())
    table = pq.ParquetFile(export.parquet).read()
    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "date32[day]",
        "timestamp[us]",
        "int64",
        "int32",
        "double",
        "bool",
    ]
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("a", date(2018, 8, 31), datetime(2018, 8, 1, 9, 5, 7), 12, 3, 1234567.5, True),
        ("b", date(2018, 8, 31), None, 0, None, None, None),
    ]


def test_the_same_rows_in_another_order_and_of_another_engine_are_the_same_files(
    export: Export, tmp_path: Path
) -> None:
    """A column that is nowhere empty, or everywhere, has another type in a frame, and still the same in the files."""
    write_export(export, people())
    written = [path.read_bytes() for path in (export.parquet, export.csv)]
    other = dataclasses.replace(export, folder=tmp_path / "other")
    frame = people().iloc[::-1]
    frame["days"] = frame["days"].astype("float64")
    frame["is_late"] = frame["is_late"].astype(object).where(frame["is_late"].notna(), None)
    write_export(other, frame)
    assert [path.read_bytes() for path in (other.parquet, other.csv)] == written
    assert sorted(path.name for path in other.folder.iterdir()) == ["people.csv", "people.parquet"]


def test_rows_stay_as_they_were_given(export: Export) -> None:
    frame = people()
    write_export(export, frame)
    pd.testing.assert_frame_equal(frame, people())


def test_a_table_without_rows_is_exported_too(export: Export) -> None:
    write_export(export, people().iloc[:0])
    assert export_problems(export, rows=0) == []
    assert pq.ParquetFile(export.parquet).schema_arrow.field("as_of_date").type == pa.date32()


def test_files_that_hold_the_table_have_no_problem(export: Export) -> None:
    write_export(export, people())
    assert export_problems(export, rows=2) == []


def test_files_that_lack_rows_or_columns_are_told(export: Export) -> None:
    write_export(export, people())
    assert export_problems(export, rows=3) == [
        "people.parquet has 2 rows, the table has 3",
        "people.csv has 2 rows, the table has 3",
    ]
    wider = dataclasses.replace(export, columns={**COLUMNS, "state": "text"})
    problems = export_problems(wider, rows=2)
    assert [problem.split(" has the columns ")[0] for problem in problems] == ["people.parquet", "people.csv"]
    retyped = dataclasses.replace(export, columns={**COLUMNS, "orders": "integer"})
    [problem] = export_problems(retyped, rows=2)
    assert problem.startswith("people.parquet has the columns ")


def test_a_name_that_reads_as_missing_is_a_row_like_any_other(export: Export) -> None:
    write_export(export, people().assign(person=["NA", ""]))
    assert export_problems(export, rows=2) == []


@pytest.mark.parametrize(
    ("columns", "message"), [({"person": "text", "city": "text"}, "city"), ({"person": "numeric(18,2)"}, "numeric")]
)
def test_a_column_that_cannot_be_written_stops_before_any_file(
    export: Export, columns: dict[str, str], message: str
) -> None:
    broken = dataclasses.replace(export, columns=columns)
    with pytest.raises(KeyError, match=message):
        write_export(broken, pd.DataFrame({"person": [Decimal("1.5")]}))
    assert not export.folder.exists()


def test_a_writer_that_fails_leaves_the_old_files(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    write_export(export, people())
    before = {path.name: path.read_bytes() for path in export.folder.iterdir()}

    def fail(table: pa.Table, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(OSError, match="disk full"):
        write_export(export, people().iloc[:1])
    assert {path.name: path.read_bytes() for path in export.folder.iterdir()} == before


def model(schema: str, alias: str, **columns: str) -> dict[str, object]:
    typed = {name: {"data_type": kind} for name, kind in columns.items()}
    return {"resource_type": "model", "schema": schema, "alias": alias, "columns": typed}


def test_the_declared_columns_are_those_of_the_model() -> None:
    manifest = {
        "nodes": {
            "other": model("staging", "people", x="text"),
            "test": {"resource_type": "test", "schema": "marts", "alias": "people"},
            "people": model("marts", "people", person="text", days="integer"),
        }
    }
    assert contract_columns(manifest, TABLE) == {"person": "text", "days": "integer"}
    assert contract_columns(manifest, CUSTOMER_360) is None


def test_the_asset_stands_behind_the_table_and_checks_its_files(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    manifest = {"nodes": {"customer_360": model("marts", "customer_360", customer_unique_id="text")}}
    [asset] = build_export_assets(settings, manifest)
    assert asset.key == export_key(CUSTOMER_360)
    assert [key.path for key in asset.dependency_keys] == [["marts", "customer_360"]]
    assert [key.name for key in asset.check_keys] == [EXPORT_CHECK]
    assert asset.op.pool == settings.engine.pool
    assert settings.export_dir == tmp_path / "exports"
    assert build_export_assets(settings, {"nodes": {}}) == []
    [narrower] = build_export_assets(
        settings, {"nodes": {"customer_360": model("marts", "customer_360", customer_unique_id="bigint")}}
    )
    assert narrower.code_versions_by_key != asset.code_versions_by_key
