"""A load that is killed with SIGKILL at any statement leaves the old state or the new one, never a mixture."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.loader import LoadRequest, load_table
from ecom_assets.warehouse.ops_tables import create_statements
from tests.fixtures.landing import tiny_source, write_table

SOURCE = tiny_source()
THINGS = SOURCE.table("things")
_STATEMENTS = ("execute", "executemany", "begin", "commit")


class KilledConnection:
    """A connection that kills its process with SIGKILL before the n-th statement."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, fatal: int) -> None:
        self._connection = connection
        self._fatal = fatal
        self.statements = 0

    def __getattr__(self, name: str) -> Any:
        if name in _STATEMENTS:
            self.statements += 1
            if self.statements == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._connection, name)


def load(raw_dir: Path, warehouse: Path, *, day: int, fatal: int = 0) -> int:
    """Load the things; return how many statements that took."""
    with duckdb.connect(str(warehouse)) as connection:
        for statement in create_statements():
            connection.execute(statement)
        killed = KilledConnection(connection, fatal)
        load_table(
            killed,  # type: ignore[arg-type]
            LoadRequest(
                source=SOURCE,
                table=THINGS,
                parts=discover(raw_dir, SOURCE).parts["things"],
                scratch_dir=raw_dir,
                max_rejected_share=0.5,
                run_id=f"run-{day}",
                loaded_at=datetime(2026, 1, day),
            ),
        )
        return killed.statements


def state(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(warehouse)) as connection:
        return {
            table: connection.execute(f"select * from {table} order by all").fetchall()
            for table in ("raw_tiny.things", "ops.loads", "ops.rejected_rows")
        }


def write_old(raw_dir: Path) -> None:
    write_table(raw_dir / "tiny", THINGS, [{"thing_id": "old"}, {"amount": "?"}])


def write_new(raw_dir: Path) -> None:
    write_table(raw_dir / "tiny", THINGS, [{"thing_id": "new"}, {"thing_id": "newer"}, {"amount": "!"}])
    write_table(raw_dir / "tiny", THINGS, [{"thing_id": "new", "amount": "2"}], "_2018-01")


@pytest.mark.slow
def test_every_point_of_death_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    raw_dir = tmp_path / "raw"
    complete = tmp_path / "complete.duckdb"
    write_old(raw_dir)
    load(raw_dir, complete, day=1)
    old = state(complete)
    write_new(raw_dir)
    statements = load(raw_dir, complete, day=2)
    new = state(complete)
    assert old["raw_tiny.things"] != new["raw_tiny.things"]

    seen = set()
    for fatal in range(1, statements + 1):
        warehouse = tmp_path / f"killed_{fatal}.duckdb"
        (raw_dir / "tiny" / "things_2018-01.csv").unlink(missing_ok=True)
        write_old(raw_dir)
        load(raw_dir, warehouse, day=1)
        write_new(raw_dir)
        child = subprocess.run([sys.executable, __file__, str(raw_dir), str(warehouse), str(fatal)], check=False)
        assert child.returncode == -signal.SIGKILL
        left = state(warehouse)
        assert left in (old, new), f"killed before statement {fatal} of {statements}"
        seen.add(left == new)
        load(raw_dir, warehouse, day=2)
        assert state(warehouse) == new, "the next load must succeed without repair"
    assert seen == {False, True}, "some deaths come before the commit and some after"


if __name__ == "__main__":
    load(Path(sys.argv[1]), Path(sys.argv[2]), day=2, fatal=int(sys.argv[3]))
