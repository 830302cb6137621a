"""Small homes, and what is done with them in the tests of back-ups.

Belongs here: homes and short words for what is tested. Does not belong here: what is asserted.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ecom_assets.backup.manifest import Manifest
from ecom_assets.backup.restoring import restore
from ecom_assets.backup.taking import take
from ecom_assets.environment import Settings, load_settings
from ml_assets.registry.names import CHAMPION

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
NAME = "2026-03-01T123005Z"
MODEL = "churn_olist_sellers"

HOLDER = """
import sys
with open(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


def settings_of(home: Path, **variables: str) -> Settings:
    """Return the settings of a home."""
    return load_settings({"ECOM_HOME": str(home), "ECOM_SOURCES": "olist"} | variables)


def backed_up(
    settings: Settings, out: Path, *, with_raw: bool = False, with_store: bool = True, now: datetime = NOW
) -> Path:
    """Take a back-up of a home."""
    return take(settings, {}, out, with_raw=with_raw, with_store=with_store, now=now, announce=print)


def restored(settings: Settings, folder: Path, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Put a back-up back."""
    return restore(settings, {}, folder, replace=replace, now=NOW)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder, by path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folders(folder: Path) -> list[str]:
    """Return the names of the folders in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def numbers(home: Path, name: str = "warehouse.duckdb") -> list[tuple[int, ...]]:
    """Return what stands in the warehouse of a home."""
    with duckdb.connect(str(home / name)) as connection:
        return connection.execute("select n from numbers order by n").fetchall()


def fill(path: Path) -> None:
    """Make a warehouse of two numbers."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table numbers as select unnest([1, 2]) as n")


def add_champion(store: Path, artifact_dir: Path) -> None:
    """Write a version that serves into a store, and its file."""
    (artifact_dir / "1" / "model").mkdir(parents=True)
    (artifact_dir / "1" / "model" / "model.json").write_text("{}")
    address = f"{artifact_dir.as_uri()}/1/model"
    with closing(sqlite3.connect(store)) as connection, connection:
        root = f"{artifact_dir.as_uri()}/0"
        connection.execute("update experiments set artifact_location = ? where experiment_id = 0", [root])
        connection.execute("insert into registered_models (name, workspace) values (?, 'default')", [MODEL])
        connection.execute(
            "insert into model_versions (name, version, source, storage_location, workspace) "
            "values (?, 3, ?, ?, 'default')",
            [MODEL, address, address],
        )
        connection.execute(
            "insert into registered_model_aliases (name, alias, version, workspace) values (?, ?, 3, 'default')",
            [MODEL, CHAMPION],
        )


@contextmanager
def opened_by_another(path: Path) -> Iterator[int]:
    """Let another process have a file open; its id."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
    finally:
        process.kill()
        process.communicate()
