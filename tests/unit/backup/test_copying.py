"""Copies are whole, whoever has the original open."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ecom_assets.backup.copying import copy_at_rest, copy_held, copy_used, held
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import read_manifest
from tests.unit.backup.homes import (
    backed_up,
    fill,
    numbers,
    restored,
    settings_of,
)


def test_a_warehouse_of_any_name_is_copied_while_others_are_kept_out(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", ECOM_DUCKDB_PATH=str(tmp_path / "home" / "shop.db"))
    settings.home.mkdir()
    fill(settings.duckdb_path)
    folder = backed_up(settings, tmp_path / "out")
    assert read_manifest(folder).warehouse == "shop.db"
    other = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    with held(settings.duckdb_path):
        copy_held(settings.duckdb_path, tmp_path / "copy.db")
        denied = subprocess.run(
            [sys.executable, "-c", other, str(settings.duckdb_path)], capture_output=True, text=True, check=False
        )
    assert "lock" in denied.stderr
    assert numbers(tmp_path, "copy.db") == [(1,), (2,)]
    new = settings_of(tmp_path / "new", ECOM_DUCKDB_PATH=str(tmp_path / "new" / "shop.db"))
    restored(new, folder)
    assert numbers(new.home, "shop.db") == [(1,), (2,)]


def test_a_database_is_copied_with_what_stands_in_its_log(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table numbers as select 1 as n")
        connection.commit()
        copy_used(tmp_path / "a.db", tmp_path / "copy" / "a.db")
    with closing(sqlite3.connect(tmp_path / "copy" / "a.db")) as connection:
        assert connection.execute("select n from numbers").fetchall() == [(1,)]


@pytest.mark.parametrize("copy", [copy_held, copy_used, copy_at_rest])
def test_a_file_that_cannot_be_copied_is_named(tmp_path: Path, copy: Callable[[Path, Path], None]) -> None:
    with pytest.raises(BackupError, match=r"gone\.txt could not be copied"):
        copy(tmp_path / "gone.txt", tmp_path / "copy")
