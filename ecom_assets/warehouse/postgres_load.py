"""One raw table between the DuckDB connection in which it is loaded and the server.

Belongs here: what of the server a load has to know, and the transaction that brings its outcome there.
Does not belong here: sessions, locks (``postgres_server``), parsing of files (``ecom_assets.ingestion``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb
from adbc_driver_postgresql import dbapi

from ecom_assets.keys import LOADS, REJECTED_ROWS
from ecom_assets.sql_text import literal, quoted
from ecom_assets.warehouse.ops_tables import create_statements
from ecom_assets.warehouse.postgres_bulk import ROWS_A_BATCH
from ecom_assets.warehouse.postgres_server import Session, rows_of
from ecom_assets.warehouse.postgres_types import column_definitions, postgres_columns
from ml_assets.contract import TableName


@dataclass(frozen=True, slots=True)
class RawTable:
    """A raw table, and how ``ops.loads`` and ``ops.rejected_rows`` speak of it."""

    source: str
    name: TableName

    @property
    def is_it(self) -> str:
        """SQL condition that a row of ``ops`` speaks of the table."""
        return f"source = {literal(self.source)} and table_name = {literal(self.name.name)}"


def copy_state(scratch: duckdb.DuckDBPyConnection, server: Session, table: RawTable) -> None:
    """Tell a load what the server has: the loads of the table, and the names of its columns."""
    for statement in create_statements():
        scratch.execute(statement)
    loads = rows_of(server, f"select * from {LOADS} where {table.is_it}")
    if loads:
        places = ", ".join("?" for _ in loads[0])
        scratch.executemany(f"insert into {LOADS} values ({places})", loads)
    columns = columns_on_server(server, table.name)
    if columns:
        names = ", ".join(f"{quoted(name)} varchar" for name, _ in columns)
        scratch.execute(f"create schema {table.name.schema}")
        scratch.execute(f"create table {table.name} ({names})")


def newest_load(scratch: duckdb.DuckDBPyConnection, table: RawTable) -> datetime | None:
    """Return when the table was loaded last."""
    [(loaded_at,)] = scratch.execute(f"select max(loaded_at) from {LOADS} where {table.is_it}").fetchall()
    return loaded_at if loaded_at is None or isinstance(loaded_at, datetime) else None


def publish(
    scratch: duckdb.DuckDBPyConnection, guard: Session, server: dbapi.Connection, table: RawTable, loaded_at: datetime
) -> None:
    """Replace the table, its rejects and its newest load on the server, in one transaction.

    The table stays the same relation, since views read it; only where its columns are others is it made anew, and the
    views over it with the next build.

    Parameters
    ----------
    scratch
        Where the load was made.
    guard
        Session that tells what the table is like on the server.
    server
        Session in which rows are written; committed at the end.
    table
        The table.
    loaded_at
        Which rows of ``ops.loads`` are new.
    """
    wanted = postgres_columns(scratch, str(table.name))
    found = columns_on_server(guard, table.name)
    [(has_schema,)] = rows_of(guard, f"select to_regnamespace({literal(table.name.schema)}) is not null")
    with server.cursor() as cursor:
        if not has_schema:
            cursor.execute(f"create schema {table.name.schema}")
        if found == wanted:
            cursor.execute(f"truncate table {table.name}")
        else:
            cursor.execute(f"drop table if exists {table.name} cascade")
            cursor.execute(f"create table {table.name} ({column_definitions(wanted)})")
        cursor.execute(f"delete from {REJECTED_ROWS} where {table.is_it}")
        _send(scratch, cursor, table.name, f"select * from {table.name}")
        _send(scratch, cursor, REJECTED_ROWS, f"select * from {REJECTED_ROWS} where {table.is_it}")
        is_new = f"loaded_at = {literal(loaded_at.isoformat(sep=' '))}"
        _send(scratch, cursor, LOADS, f"select * from {LOADS} where {table.is_it} and {is_new}")
        # Nothing is known of new rows until the server looks by itself, and builds come at once.
        cursor.execute(f"analyze {table.name}")
        server.commit()


def _send(scratch: duckdb.DuckDBPyConnection, cursor: dbapi.Cursor, target: TableName, query: str) -> None:
    reader = scratch.sql(query).to_arrow_reader(ROWS_A_BATCH)
    cursor.adbc_ingest(target.name, reader, mode="append", db_schema_name=target.schema)


def columns_on_server(server: Session, table: TableName) -> list[tuple[str, str]]:
    """Return name and type of a table's columns; none if there is no such table."""
    return [
        (str(name), str(kind))
        for name, kind in rows_of(
            server,
            """
            select attname, format_type(atttypid, atttypmod)
            from pg_attribute
            where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
            order by attnum
            """,
            [str(table)],
        )
    ]
