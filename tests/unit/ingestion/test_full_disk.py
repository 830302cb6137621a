"""A disk without room: the load fails and says so, the old rows stay, and with room again it succeeds."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.warehouse.ops_tables import create_statements
from tests.unit.ingestion.test_hostile_files import HEADER, OLD, archive, load, things

# Values that do not compress, so that the table needs room.
LARGE = HEADER + b"".join(
    b"%s,1.00,\n" % hashlib.sha256(number.to_bytes(4, "little")).hexdigest().encode() for number in range(400_000)
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 12 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"NO FULL DISK TESTED: a small disk cannot be mounted here ({mounted.stderr.strip()})")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def grow(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)


def test_a_warehouse_without_room_keeps_its_rows(small_disk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    path = folder / "things.csv"
    path.write_bytes(HEADER + b"old,1.00,\n")
    warehouse = small_disk / "warehouse.duckdb"
    with duckdb.connect(warehouse) as connection:
        for statement in create_statements():
            connection.execute(statement)
        load(connection, folder)
    path.write_bytes(LARGE)
    with duckdb.connect(warehouse) as connection, pytest.raises(LoadError, match=r"(things\.csv|raw_tiny\.things)"):
        load(connection, folder)
    with duckdb.connect(warehouse) as connection:
        assert things(connection) == OLD
        assert len(connection.execute("from ops.loads").fetchall()) == 1
    grow(small_disk)
    with duckdb.connect(warehouse) as connection:
        assert load(connection, folder).rows == 400_000


def test_an_archive_that_cannot_be_unpacked_for_want_of_room_is_named(small_disk: Path) -> None:
    folder = small_disk / "tiny"
    folder.mkdir()
    (folder / "data.zip").write_bytes(archive(("things.csv", HEADER + b"a,1.00,\n" * 3_000_000)))
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        with pytest.raises(LoadError, match=r"data\.zip/things\.csv cannot be unpacked into .* \(.*No space left"):
            load(connection, folder)
        assert [path.name for path in small_disk.iterdir()] == ["tiny"], "what was unpacked is removed"
