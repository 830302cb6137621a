"""The embedded warehouse: one DuckDB file that one process at a time may open.

Belongs here: connections that are short and wait their turn, and the frame protocol on them.
Does not belong here: the pool that keeps Dagster's own steps apart (``keys``, ``environment``).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd

from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.ops_tables import create_statements
from ml_assets.contract import TableName

_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0


class WarehouseBusyError(RuntimeError):
    """Another process keeps the warehouse file open; the message names it.

    Attributes
    ----------
    holder
        Who holds the file, in words.
    """

    def __init__(self, path: Path, error: str, waited_seconds: float) -> None:
        """Take the holder from DuckDB's own words."""
        self.holder = holder_in_words(error)
        super().__init__(busy_message(path, self.holder, waited_seconds))


def holder_in_words(error: str) -> str:
    """Return who holds the file, by DuckDB's error."""
    holder = _HOLDER.search(error)
    return f"process {holder['pid']} ({holder['program']})" if holder else "another process"


def busy_message(path: Path, holder: str, waited_seconds: float) -> str:
    """Say who holds the file, and what to do."""
    return (
        f"the warehouse {path} is held by {holder}, waited {waited_seconds:.0f} s; "
        "wait until it has finished or close it, then run again"
    )


class DuckDBWarehouse(dg.ConfigurableResource[None]):
    """Short connections to a DuckDB file.

    Attributes
    ----------
    path
        The file; it and its folder are created on first use.
    patience_seconds
        How long to wait for a process that holds the file, such as a dbt in a shell, which obeys no pool.
    """

    path: str
    patience_seconds: float = 120.0

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file with all of the platform's own tables in place.

        Raises
        ------
        WarehouseBusyError
            If another process still holds the file when the patience ends.
        """
        connection = self._open()
        try:
            for statement in create_statements():
                connection.execute(statement)
            yield connection
        finally:
            connection.close()

    def exists(self, table: TableName) -> bool:
        """Return whether the table or view exists."""
        with self.connect() as connection:
            return _exists(connection, table)

    def read(self, table: TableName, columns: Sequence[str] | None = None, where: str | None = None) -> pd.DataFrame:
        """Return rows of a table; see ``ml_assets.warehouse.Warehouse``."""
        selected = ", ".join(quoted(column) for column in columns) if columns is not None else "*"
        condition = f" where {where}" if where else ""
        with self.connect() as connection:
            frame: pd.DataFrame = connection.execute(f"select {selected} from {table}{condition}").df()
        return frame

    def replace(self, table: TableName, frame: pd.DataFrame, key: Sequence[str]) -> None:
        """Replace the rows of the keys in ``frame``; see ``ml_assets.warehouse.Warehouse``."""
        if frame.duplicated(list(key)).any():
            raise ValueError(f"rows for {table} repeat a combination of {', '.join(key)}; each must stand once")
        columns = ", ".join(quoted(column) for column in frame.columns)
        same_key = " and ".join(f"stored.{quoted(column)} is not distinct from new.{quoted(column)}" for column in key)
        with self.connect() as connection:
            connection.register("incoming_frame", frame)
            connection.begin()
            try:
                connection.execute(f"create schema if not exists {table.schema}")
                if not _exists(connection, table):
                    connection.execute(f"create table {table} as select * from incoming_frame limit 0")
                connection.execute(f"delete from {table} as stored using incoming_frame as new where {same_key}")
                connection.execute(f"insert into {table} ({columns}) select {columns} from incoming_frame")
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def _open(self) -> duckdb.DuckDBPyConnection:
        path = Path(self.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return duckdb.connect(str(path))
            except duckdb.IOException as error:
                waited = time.monotonic() - started
                if "lock" not in str(error).lower():
                    raise
                if waited + pause > self.patience_seconds:
                    raise WarehouseBusyError(path, str(error), waited) from error
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def _exists(connection: duckdb.DuckDBPyConnection, table: TableName) -> bool:
    [(count,)] = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
        [table.schema, table.name],
    ).fetchall()
    return bool(count)
