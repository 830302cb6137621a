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
from typing import Any

import duckdb
import pandas as pd

from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.base import PlatformWarehouse, keep_known_statement, refuse_repeated_keys, replace_statements
from ecom_assets.warehouse.errors import Announce, WarehouseBusyError, WarehouseError
from ecom_assets.warehouse.ops_tables import create_statements
from ecom_assets.warehouse.prediction_tables import declared_table, prediction_statements, table_statement
from ml_assets.contract import TableName

_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
# A wait shorter than this is not worth a word.
_SILENT_SECONDS = 1.0
# What DuckDB calls the type of a column that holds nothing else.
_NO_TYPE = '"NULL"'


def holder_in_words(error: str) -> str:
    """Return who holds the file, by DuckDB's error."""
    holder = _HOLDER.search(error)
    return f"process {holder['pid']} ({holder['program']})" if holder else "another process"


class DuckDBWarehouse(PlatformWarehouse):
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

    @property
    def address(self) -> str:
        """Path of the file."""
        return self.path

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file with all of the platform's own tables in place.

        Raises
        ------
        WarehouseBusyError
            If another process still holds the file when the patience ends.
        """
        connection = self._open(self.patience_seconds)
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

    def replace(
        self, table: TableName, frame: pd.DataFrame, key: Sequence[str], whole: Sequence[str] | None = None
    ) -> None:
        """Replace the rows of the keys in ``frame``; see ``ml_assets.warehouse.Warehouse``."""
        refuse_repeated_keys(table, frame, key)
        with self.connect() as connection:
            connection.register("incoming_frame", frame)
            connection.begin()
            try:
                connection.execute(f"create schema if not exists {table.schema}")
                if not _exists(connection, table):
                    connection.execute(_creation(table))
                for name, kind in _new_columns(connection, table):
                    connection.execute(f"alter table {table} add column {quoted(name)} {kind}")
                for statement in replace_statements(table, list(frame.columns), whole or key, "incoming_frame"):
                    connection.execute(statement)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def keep_known(self, table: TableName, known: TableName, key: Sequence[str]) -> None:
        """Remove the rows whose key does not stand in another table; see ``ml_assets.warehouse.Warehouse``."""
        with self.connect() as connection:
            if _exists(connection, table):
                connection.execute(keep_known_statement(table, known, key))

    def delete(self, table: TableName, where: str) -> None:
        """Delete rows of a table; see ``ml_assets.warehouse.Warehouse``."""
        with self.connect() as connection:
            connection.execute(f"delete from {table} where {where}")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.connect() as connection:
            return connection.execute(sql).fetchall()

    def relations(self) -> frozenset[TableName] | None:
        """Return every table and view, none if there is no file yet, or None if another process holds it."""
        if not Path(self.path).exists():
            return frozenset()
        try:
            connection = self._open(0)
        except WarehouseBusyError:
            return None
        with connection:
            rows = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        return frozenset(TableName(schema, name) for schema, name in rows)

    @contextmanager
    def raw_table(self, source: str, table: TableName, scratch_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse itself: what is committed there stands there."""
        with self.connect() as connection:
            for statement in prediction_statements(source):
                connection.execute(statement)
            yield connection

    @property
    def dbt_program(self) -> str:
        """Plain dbt, which opens the file by itself and keeps others out."""
        return "dbt"

    @property
    def can_be_read_while_built(self) -> bool:
        """No: the file is dbt's alone."""
        return False

    def await_turn(self, announce: Announce) -> None:
        """Open the file once, which waits for whoever holds it; dbt's own patience is short and silent."""
        try:
            self._open(min(_SILENT_SECONDS, self.patience_seconds)).close()
        except WarehouseBusyError as busy:
            announce(f"waiting for the warehouse, which {busy.holder} holds")
            self._open(self.patience_seconds).close()

    def _open(self, patience_seconds: float) -> duckdb.DuckDBPyConnection:
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
                if waited + pause > patience_seconds:
                    raise WarehouseBusyError(self.path, holder_in_words(str(error)), waited) from error
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def _exists(connection: duckdb.DuckDBPyConnection, table: TableName) -> bool:
    [(count,)] = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
        [table.schema, table.name],
    ).fetchall()
    return bool(count)


def _creation(table: TableName) -> str:
    """Return the SQL that creates a table that is missing: as it is declared, or else like the incoming frame."""
    declared = declared_table(table)
    return table_statement(declared) if declared else f"create table {table} as select * from incoming_frame limit 0"


def _new_columns(connection: duckdb.DuckDBPyConnection, table: TableName) -> list[tuple[str, str]]:
    """Return name and type of the columns of the incoming frame that a table lacks.

    Raises
    ------
    WarehouseError
        If such a column holds nothing that would tell its type.
    """
    stored, incoming = (
        dict(connection.execute(f"select column_name, column_type from (describe {relation})").fetchall())
        for relation in (table, "incoming_frame")
    )
    new = [(name, kind) for name, kind in incoming.items() if name not in stored]
    untyped = [name for name, kind in new if kind == _NO_TYPE]
    if untyped:
        raise WarehouseError(
            f"{table} lacks {', '.join(untyped)}, and no row has a value there that would tell the type; "
            "give the column a type, or leave it out"
        )
    return new
