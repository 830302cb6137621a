"""The audit's decisions: when engines can be compared, and what command and job show or raise."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ecom_assets.commands import audit_engines as command
from ecom_assets.comparison.outcome import Comparison, Difference, Example
from ecom_assets.engine_parity import job as job_module
from ecom_assets.engine_parity.audit import NotComparableError
from ecom_assets.engine_parity.files import landed_files, loaded_files, loads_of, unlike_tables
from ecom_assets.engine_parity.job import build_parity_job
from ecom_assets.environment import load_settings
from ecom_assets.warehouse.ops_tables import create_statements

EQUAL = Comparison("marts.dim_things", 1_234, ())
UNLIKE = Comparison(
    "marts.fct_things", 5, (Difference("marts.fct_things", "amount", 3, (Example("thing_id=a", "1.0", "2.0"),)),)
)
A, B, C = ("a.csv", "11"), ("b.csv", "22"), ("b.csv", "33")


@pytest.mark.parametrize(
    ("loaded", "unlike"),
    [
        ({A, B}, ()),
        ({A}, ("olist.orders",)),
        ({A, B, C}, ("olist.orders",)),
        ({A, C}, ("olist.orders",)),
        (None, ("olist.orders",)),
    ],
    ids=["the same", "one missing", "one more", "another content", "never loaded"],
)
def test_tables_loaded_from_other_files_are_named(loaded: set[tuple[str, str]] | None, unlike: tuple[str, ...]) -> None:
    wanted = {("olist", "orders"): frozenset({A, B}), ("olist", "geolocation"): frozenset[tuple[str, str]]()}
    found = {("olist", "geolocation"): frozenset[tuple[str, str]]()}
    if loaded is not None:
        found[("olist", "orders")] = frozenset(loaded)
    assert unlike_tables(found, wanted) == unlike


def test_only_the_newest_load_of_each_table_and_only_sources_in_use_count() -> None:
    rows = [
        ("olist", "orders", "a.csv", "11", "2026-01-01"),
        ("olist", "orders", "b.csv", "22", "2026-01-02"),
        ("olist", "orders", "c.csv", "33", "2026-01-02"),
        ("olist", "geolocation", None, None, "2026-01-01"),
        ("retailrocket", "events", "e.csv", "44", "2026-01-03"),
    ]
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        for row in rows:
            connection.execute("insert into ops.loads values (?, ?, ?, ?, 0, 0, 0, 0, ?, 'run')", row)
        found = loaded_files(connection.execute(loads_of(["olist"])).fetchall())
    assert found == {
        ("olist", "orders"): {("b.csv", "22"), ("c.csv", "33")},
        ("olist", "geolocation"): frozenset(),
    }


def test_landed_files_are_told_by_name_and_content(sample_raw_dir: Path) -> None:
    files = landed_files(sample_raw_dir, ["retailrocket"])
    assert {table for _, table in files} == {"events", "item_properties", "category_tree"}
    [(name, sha256)] = files["retailrocket", "category_tree"]
    assert name == "category_tree.csv"
    assert len(sha256) == 64


def test_on_the_embedded_engine_command_and_job_say_what_they_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_HOME", str(tmp_path))
    monkeypatch.setenv("ECOM_TARGET", "duckdb")
    assert command.main([]) == 2
    assert "ECOM_TARGET is duckdb; set ECOM_TARGET=postgres" in capsys.readouterr().err
    job = build_parity_job(load_settings({"ECOM_HOME": str(tmp_path)}))
    with pytest.raises(NotComparableError, match="ECOM_TARGET is duckdb; set ECOM_TARGET=postgres"):
        job.execute_in_process()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("is_unlike", "code"), [(False, 0), (True, 1)], ids=["equal", "unlike"])
def test_the_command_lists_the_tables_and_what_differs(
    is_unlike: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_HOME", str(tmp_path))
    monkeypatch.setattr(command, "audit_parity", lambda *_: (EQUAL, UNLIKE) if is_unlike else (EQUAL,))
    assert command.main([]) == code
    out = capsys.readouterr().out
    assert "1,234 rows" in out
    assert ("marts.fct_things.amount differs in 3 rows" in out) is is_unlike
    assert ("all 1 tables are equal on both engines" in out) is not is_unlike


@pytest.mark.parametrize("is_unlike", [False, True], ids=["equal", "unlike"])
def test_the_job_shows_the_tables_and_fails_with_what_differs(
    is_unlike: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "audit_parity", lambda *_: (EQUAL, UNLIKE) if is_unlike else (EQUAL,))
    job = build_parity_job(load_settings({"ECOM_HOME": str(tmp_path)}))
    result = job.execute_in_process(raise_on_error=False)
    assert result.success is not is_unlike
    if is_unlike:
        [event] = [event for event in result.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
        failure = event.step_failure_data.user_failure_data
        assert failure is not None
        assert "marts.fct_things.amount differs in 3 rows" in str(failure.description)
        metadata = failure.metadata
    else:
        [event] = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
        metadata = event.step_output_data.metadata
    table = metadata["tables"]
    assert isinstance(table, dg.TableMetadataValue)
    assert table.records[0] == dg.TableRecord({"table": "marts.dim_things", "rows": 1_234, "differences": 0})
    assert [record.data["differences"] for record in table.records[1:]] == ([3] if is_unlike else [])
