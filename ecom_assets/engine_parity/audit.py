"""The audit of engines: what stands on the server must be what the embedded engine builds from the same files.

Belongs here: when that can be asked, what is built, and the verdict. Does not belong here: which tables there are
(``tables``), the comparison of one (``compare``), Dagster (``job``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ecom_assets.comparison.builds import Build, build_embedded, embedded_settings
from ecom_assets.comparison.outcome import Comparison, describe
from ecom_assets.engine_parity.compare import Sides, compare, missing_table
from ecom_assets.engine_parity.files import Files, landed_files, loaded_files, loads_of, unlike_tables
from ecom_assets.engine_parity.tables import ComparedTable, compared_scores, compared_tables
from ecom_assets.environment import Settings
from ecom_assets.keys import LOADS
from ecom_assets.sql_text import literal
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.errors import Announce
from ecom_assets.warehouse.postgres import PostgresWarehouse
from ml_assets.contract import PREDICTIONS_SCHEMA, TableName

EMBEDDED, SERVER = "duckdb", "postgres"
_BUILD, _COPY = "embedded_build", "server_copy"


class NotComparableError(ValueError):
    """There is no server, or what stands on it was not built from the landing folder; the message says what to do."""


def audit_parity(settings: Settings, announce: Announce) -> tuple[Comparison, ...]:
    """Build the landing folder with the embedded engine, and compare its tables with those on the server.

    The build is made in a folder of its own below the home, which is removed afterwards; the server is only read, and
    no build may change it in the meantime.

    Parameters
    ----------
    settings
        Which server and landing folder, and where the home is.
    announce
        Is told of a build on the server that has to be waited for.

    Returns
    -------
    tuple of Comparison
        One a table, in the order in which data flows; ``problems`` tells what is wrong.

    Raises
    ------
    NotComparableError
        If the engine is not the server, or the server was not built from the files that lie in the folder.
    LoadError
        If the landing folder cannot be used as it is.
    BuildError
        If dbt fails.
    WarehouseError
        If the server cannot be used.
    """
    server = server_of(settings)
    refuse_other_files(server, settings, landed_files(settings.raw_dir, settings.sources))
    settings.home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.home, prefix="parity_") as folder:
        build = build_embedded(embedded_settings(settings, Path(folder), settings.sources), settings.raw_dir)
        with server.without_builds(announce):
            # Either side may have been loaded from newer files since the first look.
            refuse_other_files(server, settings, built_files(build, settings.sources))
            return audit_build(build, server)


def problems(comparisons: Sequence[Comparison]) -> str:
    """Return what differs, in words; nothing if all tables are equal."""
    return describe(comparisons, EMBEDDED, SERVER)


def server_of(settings: Settings) -> PostgresWarehouse:
    """Return the server of the settings.

    Raises
    ------
    NotComparableError
        If the warehouse is the embedded one.
    """
    warehouse = warehouse_of(settings)
    if not isinstance(warehouse, PostgresWarehouse):
        raise NotComparableError(
            f"engines are compared on a server, and ECOM_TARGET is {settings.engine.name}; set ECOM_TARGET=postgres "
            "with PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, and run make run first"
        )
    return warehouse


def refuse_other_files(server: PostgresWarehouse, settings: Settings, wanted: Files) -> None:
    """Raise if the raw tables on the server do not hold just the files wanted.

    Raises
    ------
    NotComparableError
        If they do not, or nothing was loaded yet.
    """
    if not server.exists(LOADS):
        raise NotComparableError(f"nothing was loaded into {server.address} yet; run make run first")
    unlike = unlike_tables(loaded_files(server.query(loads_of(settings.sources))), wanted)
    if unlike:
        raise NotComparableError(
            f"{', '.join(unlike)} in {server.address} were not loaded from the files that lie in {settings.raw_dir} "
            "now; run make run first"
        )


def built_files(build: Build, sources: Sequence[str]) -> Files:
    """Return the files from which a build was made."""
    with duckdb.connect(str(build.path), read_only=True) as connection:
        return loaded_files(connection.execute(loads_of(sources)).fetchall())


def audit_build(build: Build, server: PostgresWarehouse) -> tuple[Comparison, ...]:
    """Compare all tables of a build with those on the server, which come over one at a time.

    Tables of scores are compared where the build has any: dbt makes none, but a warehouse that has been scored is a
    build too.

    Raises
    ------
    NotComparableError
        If none of the tables stands on the server.
    """
    tables = compared_tables(build.manifest)
    on_server = server.relations()
    if not any(table.name in on_server for table in tables):
        raise NotComparableError(f"no table was built in {server.address} yet; run make run first")
    with _beside(build) as connection:
        embedded = _relations(connection)
        scored = [name.name for name in embedded if name.schema == PREDICTIONS_SCHEMA and _has_rows(connection, name)]
        compared = (*tables, *compared_scores(scored))
        return tuple(_compared(connection, table, embedded, server, on_server) for table in compared)


@contextmanager
def _beside(build: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a scratch file, in which a build can be read; memory does not bound what fits in."""
    with (
        TemporaryDirectory(dir=build.path.parent, prefix="server_copy_") as folder,
        duckdb.connect(str(Path(folder) / "scratch.duckdb")) as connection,
    ):
        connection.execute(f"attach {literal(str(build.path))} as {_BUILD} (read_only)")
        yield connection


def _relations(connection: duckdb.DuckDBPyConnection) -> frozenset[TableName]:
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog = ?", [_BUILD]
    ).fetchall()
    return frozenset(TableName(schema, name) for schema, name in found)


def _has_rows(connection: duckdb.DuckDBPyConnection, table: TableName) -> bool:
    [(has_rows,)] = connection.execute(f"select exists (select 1 from {_BUILD}.{table})").fetchall()
    return bool(has_rows)


def _compared(
    connection: duckdb.DuckDBPyConnection,
    table: ComparedTable,
    embedded: Collection[TableName],
    server: PostgresWarehouse,
    on_server: Collection[TableName],
) -> Comparison:
    is_embedded, is_on_server = table.name in embedded, table.name in on_server
    if not (is_embedded and is_on_server):
        return missing_table(str(table.name), is_embedded=is_embedded, is_on_server=is_on_server)
    server.copy_out(connection, _COPY, table.name)
    sides = Sides(f"{_BUILD}.{table.name}", _COPY, server.columns(table.name))
    outcome = compare(connection, table, sides)
    connection.execute(f"drop table {_COPY}")
    return outcome
