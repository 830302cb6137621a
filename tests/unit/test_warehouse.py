"""The embedded warehouse: the frame protocol, and a file that somebody else holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ecom_assets.warehouse.base import WarehouseBusyError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse, holder_in_words
from ml_assets.contract import TableName
from ml_assets.warehouse import Warehouse

SCORES = TableName("predictions", "scores")


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(path=str(tmp_path / "below" / "warehouse.duckdb"), patience_seconds=0.2)


def test_it_implements_the_protocol(warehouse: DuckDBWarehouse) -> None:
    assert isinstance(warehouse, Warehouse)


def test_replacing_twice_leaves_the_same_rows(warehouse: DuckDBWarehouse) -> None:
    frame = pd.DataFrame({"person": ["a", "b"], "month": [1, 1], "score": [0.1, 0.2]})
    assert not warehouse.exists(SCORES)
    for _ in range(2):
        warehouse.replace(SCORES, frame, key=["person", "month"])
    assert warehouse.exists(SCORES)
    pd.testing.assert_frame_equal(warehouse.read(SCORES).sort_values("person", ignore_index=True), frame)


def test_replacing_touches_only_the_keys_that_are_given(warehouse: DuckDBWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a", "b"], "score": [0.1, 0.2]}), key=["person"])
    warehouse.replace(SCORES, pd.DataFrame({"score": [0.9], "person": ["b"]}), key=["person"])
    found = warehouse.read(SCORES, columns=["score", "person"], where="score > 0.05").sort_values("score")
    assert found.to_numpy().tolist() == [[0.1, "a"], [0.9, "b"]]
    assert list(found.columns) == ["score", "person"]


def test_a_key_that_repeats_is_refused_and_nothing_is_written(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(ValueError, match=r"rows for predictions\.scores repeat a combination of person"):
        warehouse.replace(SCORES, pd.DataFrame({"person": ["a", "a"], "score": [0.1, 0.2]}), key=["person"])
    assert not warehouse.exists(SCORES)


def test_a_failing_write_leaves_the_old_rows(warehouse: DuckDBWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "score": [0.1]}), key=["person"])
    with pytest.raises(Exception, match="other"):
        warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "other": [0.1]}), key=["person"])
    assert warehouse.read(SCORES)["score"].tolist() == [0.1]


HOLDER = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_file_held_by_another_process_names_it_and_is_free_afterwards(warehouse: DuckDBWarehouse) -> None:
    with warehouse.connect():
        pass
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, warehouse.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(WarehouseBusyError, match=rf"is held by process {holder.pid} .*run again"),
            warehouse.connect(),
        ):
            pass
    finally:
        holder.kill()
        holder.wait()
    with warehouse.connect() as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]


def test_a_lock_without_a_known_holder_still_says_what_to_do() -> None:
    error = WarehouseBusyError("w", holder_in_words("Could not set lock on file"), 3)
    assert error.holder == "another process"
    assert "the warehouse w is held by another process, waited 3 s" in str(error)
