"""The embedded warehouse: a file that somebody else holds. Frames are tested on all engines together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ecom_assets.warehouse.base import WarehouseBusyError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse, holder_in_words
from ml_assets.contract import TableName


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(path=str(tmp_path / "below" / "warehouse.duckdb"), patience_seconds=0.2)


def test_without_a_file_there_is_no_relation_and_looking_makes_none(warehouse: DuckDBWarehouse) -> None:
    assert warehouse.relations() == frozenset()
    assert not Path(warehouse.path).exists()


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
        assert warehouse.relations() is None
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
    assert TableName("ops", "loads") in (warehouse.relations() or ())


def test_a_lock_without_a_known_holder_still_says_what_to_do() -> None:
    error = WarehouseBusyError("w", holder_in_words("Could not set lock on file"), 3)
    assert error.holder == "another process"
    assert "the warehouse w is held by another process, waited 3 s" in str(error)
