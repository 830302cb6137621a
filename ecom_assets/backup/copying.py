"""Files copied so that each copy is whole, whoever has the original open.

Belongs here: copies. Does not belong here: which files (``parts``).
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import duckdb

from ecom_assets.backup.errors import BackupError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse

_SQLITE_HEADER = b"SQLite format 3\0"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep others out of a DuckDB file for the time of the block, with all that was written to it in the file itself.

    Raises
    ------
    BackupError
        If it cannot be read.
    WarehouseBusyError
        If another process holds it for longer than the patience of the warehouse.
    """
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(DuckDBWarehouse(path=str(path)).connect())
            connection.execute("checkpoint")
        except duckdb.Error as error:
            said = " ".join(str(error).split())
            raise BackupError(f"{path} cannot be read ({said}); make doctor says more") from error
        yield


def copy_held(source: Path, target: Path) -> None:
    """Copy a file on which this process has locks.

    Raises
    ------
    BackupError
        If the file cannot be copied.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # By another process: a process that closes a file loses all of its own locks on it, DuckDB's too.
    copied = subprocess.run(["cp", str(source), str(target)], capture_output=True, text=True, check=False)
    if copied.returncode:
        raise _refusal(source, copied.stderr.strip())


def copy_used(source: Path, target: Path) -> None:
    """Copy a file that others may write to meanwhile: a SQLite database by SQLite itself, with what its log holds.

    Raises
    ------
    BackupError
        If the file cannot be copied.
    """
    try:
        is_database = _is_sqlite(source)
        if is_database:
            target.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
                original.backup(copy)
    except (OSError, sqlite3.Error) as error:
        raise _refusal(source, error) from error
    if not is_database:
        copy_at_rest(source, target)


def copy_at_rest(source: Path, target: Path) -> None:
    """Copy the bytes of a file that nobody writes to.

    Raises
    ------
    BackupError
        If the file cannot be copied.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    except OSError as error:
        raise _refusal(source, error) from error


def _refusal(source: Path, said: object) -> BackupError:
    return BackupError(f"{source} could not be copied ({said}); free space or check its rights, then try again")


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
