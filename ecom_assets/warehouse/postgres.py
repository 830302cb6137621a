"""The warehouse on a Postgres server, which many processes use at once.

Belongs here: the resource. Does not belong here: sessions and locks (``postgres_server``), how a raw table gets
there (``postgres_load``), types (``postgres_types``), roles (``postgres_roles``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import adbc_driver_manager
import duckdb
import pandas as pd

from ecom_assets.keys import LOADER_ROLE, TRANSFORMER_ROLE
from ecom_assets.sql_text import literal, quoted
from ecom_assets.warehouse.base import PlatformWarehouse, keep_known_statement, refuse_repeated_keys, replace_statements
from ecom_assets.warehouse.errors import Announce, WarehouseError
from ecom_assets.warehouse.ops_tables import OPS_TABLES, schema_statements, table_statements
from ecom_assets.warehouse.postgres_bulk import ROWS_A_BATCH, bulk_session
from ecom_assets.warehouse.postgres_database import READ_DATABASE, DatabaseLocale, refusal
from ecom_assets.warehouse.postgres_load import (
    RawTable,
    columns_on_server,
    copy_state,
    newest_load,
    publish,
)
from ecom_assets.warehouse.postgres_roles import ops_rights
from ecom_assets.warehouse.postgres_server import (
    BUILD_LOCK,
    DBT_IN_TURN,
    PATIENCE_SECONDS,
    Address,
    Session,
    release_lock,
    rows_of,
    session,
    take_lock,
)
from ecom_assets.warehouse.postgres_types import (
    cast_from_server,
    casts_to_server,
    column_definitions,
    postgres_columns,
)
from ecom_assets.warehouse.prediction_tables import SCHEMA_STATEMENT, declared_table, table_statement, tables_of
from ml_assets.contract import OPS_SCHEMA, PREDICTIONS_SCHEMA, TableName
from ml_assets.predictions import PredictionTable

_MAKING_TABLES = "ecom: tables of its own"
_INCOMING = TableName("pg_temp", "incoming_frame")


def _silently(_: str) -> None:
    """Announce nothing."""


class PostgresWarehouse(PlatformWarehouse):
    """Tables on a Postgres server; the password is taken from the environment's PGPASSWORD.

    Attributes
    ----------
    host, port, database, user
        Where the server is and as whom to enter it.
    use_roles
        Whether sessions take on the role of what they do, so that none may do more.
    patience_seconds
        How long to wait for whoever keeps a table or the warehouse.
    """

    host: str
    port: int
    database: str
    user: str
    use_roles: bool = False
    patience_seconds: float = PATIENCE_SECONDS

    @property
    def address(self) -> str:
        """Host, port and database."""
        return str(self._address)

    def exists(self, table: TableName) -> bool:
        """Return whether the table or view exists."""
        [(found,)] = self.query(f"select to_regclass({literal(str(table))}) is not null")
        return bool(found)

    def read(self, table: TableName, columns: Sequence[str] | None = None, where: str | None = None) -> pd.DataFrame:
        """Return rows of a table; see ``ml_assets.warehouse.Warehouse``."""
        with duckdb.connect() as scratch:
            self.copy_out(scratch, "asked_rows", table, columns, where)
            frame: pd.DataFrame = scratch.execute("select * from asked_rows").df()
        return frame

    def copy_out(
        self,
        scratch: duckdb.DuckDBPyConnection,
        target: str,
        table: TableName,
        columns: Sequence[str] | None = None,
        where: str | None = None,
    ) -> None:
        """Make the table ``target`` of a DuckDB connection from rows of the server, in the embedded engine's types.

        Parameters are those of ``read``.
        """
        selected = ", ".join(quoted(column) for column in columns) if columns is not None else "*"
        condition = f" where {where}" if where else ""
        with bulk_session(self._address, self._role(TRANSFORMER_ROLE)) as server, server.cursor() as cursor:
            try:
                cursor.execute(f"select {selected} from {table}{condition}")
                rows = cursor.fetch_record_batch()
                casts = ", ".join(cast_from_server(field) for field in rows.schema)
                scratch.register("server_rows", rows)
                scratch.execute(f"create table {target} as select {casts} from server_rows")
            except adbc_driver_manager.Error as error:
                raise WarehouseError(f"{table} could not be read from {self.address}: {error}") from error
            finally:
                scratch.unregister("server_rows")

    def columns(self, table: TableName) -> list[tuple[str, str]]:
        """Return name and type of a relation's columns, as the server calls them; none if there is no such relation."""
        with session(self._address, self._role(TRANSFORMER_ROLE)) as connection:
            return columns_on_server(connection, table)

    def replace(
        self, table: TableName, frame: pd.DataFrame, key: Sequence[str], whole: Sequence[str] | None = None
    ) -> None:
        """Replace the rows of the keys in ``frame``; see ``ml_assets.warehouse.Warehouse``."""
        refuse_repeated_keys(table, frame, key)
        declared = declared_table(table)
        self._make_predictions([declared] if declared else [])
        has_schema, stored = self._has_schema(table.schema), dict(self.columns(table))
        with (
            duckdb.connect() as scratch,
            bulk_session(self._address, self._role(TRANSFORMER_ROLE)) as server,
            server.cursor() as cursor,
        ):
            scratch.register("incoming_frame", frame)
            columns = postgres_columns(scratch, "incoming_frame", stored)
            definitions = column_definitions(columns)
            if not has_schema:
                cursor.execute(f"create schema if not exists {table.schema}")
            if not stored:
                cursor.execute(f"create table if not exists {table} ({definitions})")
            for new in (column for column in columns if stored and column[0] not in stored):
                cursor.execute(f"alter table {table} add column if not exists {column_definitions([new])}")
            cursor.execute(f"create temporary table {_INCOMING.name} ({definitions}) on commit drop")
            rows = scratch.sql(f"select {casts_to_server(columns)} from incoming_frame").to_arrow_reader(ROWS_A_BATCH)
            cursor.adbc_ingest(_INCOMING.name, rows, mode="append", temporary=True)
            for statement in replace_statements(table, list(frame.columns), whole or key, str(_INCOMING)):
                cursor.execute(statement)
            server.commit()

    def keep_known(self, table: TableName, known: TableName, key: Sequence[str]) -> None:
        """Remove the rows whose key does not stand in another table; see ``ml_assets.warehouse.Warehouse``."""
        with session(self._address, self._role(TRANSFORMER_ROLE)) as connection:
            if _stand(connection, [table]):
                _execute(connection, [keep_known_statement(table, known, key)])

    def delete(self, table: TableName, where: str) -> None:
        """Delete rows of a table; see ``ml_assets.warehouse.Warehouse``."""
        with session(self._address, self._role(TRANSFORMER_ROLE)) as connection, connection.cursor() as cursor:
            cursor.execute(f"delete from {table} where {where}")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with session(self._address, self._role(TRANSFORMER_ROLE)) as connection:
            return rows_of(connection, sql)

    def relations(self) -> frozenset[TableName]:
        """Return every table and view; whoever is at work on them hides none."""
        rows = self.query(
            "select schemaname, tablename from pg_tables union all select schemaname, viewname from pg_views"
        )
        return frozenset(TableName(schema, name) for schema, name in rows)

    @contextmanager
    def raw_table(self, source: str, table: TableName, scratch_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a DuckDB connection beside the server; what was committed there goes to the server in one transaction.

        Others that load the same table wait, and then find it loaded.
        """
        role, raw = self._role(LOADER_ROLE), RawTable(source, table)
        with (
            session(self._address, role) as guard,
            duckdb.connect(config={"temp_directory": str(scratch_dir)}) as scratch,
        ):
            self._prepare(guard)
            self._make_predictions(tables_of(source))
            self._lock(guard, f"ecom: {table}")
            copy_state(scratch, guard, raw)
            before = newest_load(scratch, raw)
            yield scratch
            loaded_at = newest_load(scratch, raw)
            if loaded_at is None or loaded_at == before:
                return
            self._lock(guard, BUILD_LOCK, shared=True)
            try:
                with bulk_session(self._address, role) as server:
                    publish(scratch, guard, server, raw, loaded_at)
            except adbc_driver_manager.Error as error:
                raise WarehouseError(
                    f"{table} could not be written to {self.address}, its old rows stay: {error}; "
                    "run again when the server is well"
                ) from error

    @property
    def dbt_program(self) -> str:
        """Our own, which takes the lock of builds for as long as its dbt lives."""
        return DBT_IN_TURN

    @property
    def can_be_read_while_built(self) -> bool:
        """Yes: a server has as many sessions as it is asked for."""
        return True

    def await_turn(self, announce: Announce) -> None:
        """Do nothing: the program waits by itself, and says for whom."""

    @contextmanager
    def without_builds(self, announce: Announce) -> Iterator[None]:
        """Keep out every build, and what loads would change, for the time of the block.

        Parameters
        ----------
        announce
            Is told whom there is to wait for.

        Raises
        ------
        WarehouseBusyError
            If a build goes on for too long.
        """
        with session(self._address, self._role(TRANSFORMER_ROLE)) as guard:
            self._lock(guard, BUILD_LOCK, announce)
            yield

    @property
    def _address(self) -> Address:
        return Address(self.host, self.port, self.database, self.user)

    def _role(self, role: str) -> str | None:
        return role if self.use_roles else None

    def _has_schema(self, schema: str) -> bool:
        [(found,)] = self.query(f"select to_regnamespace({literal(schema)}) is not null")
        return bool(found)

    def _lock(self, guard: Session, name: str, announce: Announce = _silently, *, shared: bool = False) -> None:
        take_lock(
            guard,
            self._address,
            name,
            patience_seconds=self.patience_seconds,
            announce=announce,
            shared=shared,
        )

    def _prepare(self, guard: Session) -> None:
        """Make the platform's own tables where they are missing.

        Raises
        ------
        WarehouseError
            If texts would not be compared byte by byte.
        """
        [found] = rows_of(guard, READ_DATABASE, [self.database])
        reason = refusal(self.database, DatabaseLocale(*found))
        if reason:
            raise WarehouseError(reason)
        if _stand(guard, OPS_TABLES):
            return
        # Postgres itself does not keep two sessions apart that make the same schema.
        self._lock(guard, _MAKING_TABLES)
        # With roles, schemas stand already, and whoever loads may make none; who builds has to be let in.
        schemas = [] if self._has_schema(OPS_SCHEMA) else schema_statements()
        _execute(guard, [*schemas, *table_statements(), *(ops_rights() if self.use_roles else ())])
        release_lock(guard, _MAKING_TABLES)

    def _make_predictions(self, tables: Collection[PredictionTable]) -> None:
        """Make tables of scores where they are missing."""
        with session(self._address, self._role(TRANSFORMER_ROLE)) as guard:
            if not tables or _stand(guard, [table.name for table in tables]):
                return
            self._lock(guard, _MAKING_TABLES)
            schema = [] if self._has_schema(PREDICTIONS_SCHEMA) else [SCHEMA_STATEMENT]
            _execute(guard, [*schema, *map(table_statement, tables)])
            release_lock(guard, _MAKING_TABLES)


def _stand(connection: Session, tables: Iterable[TableName]) -> bool:
    """Return whether all of the tables are there."""
    asked = ", ".join(f"to_regclass({literal(str(table))})" for table in tables)
    [found] = rows_of(connection, f"select {asked}")
    return None not in found


def _execute(connection: Session, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
