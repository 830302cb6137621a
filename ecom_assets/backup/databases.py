"""Databases of Postgres servers: dumped by the server's own programs, and put back into empty ones.

Belongs here: which databases the settings name, ``pg_dump`` and ``pg_restore``. Does not belong here: files
(``copying``), what else a back-up holds (``parts``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from sqlalchemy import URL, make_url

from ecom_assets.backup.errors import BackupError
from ecom_assets.environment import DAGSTER_POSTGRES_URL, PostgresSettings, Settings
from ecom_assets.warehouse.errors import Announce
from ecom_assets.warehouse.postgres_server import BUILD_LOCK, Address, rows_of, session, take_lock

_DRIVER = "postgresql"
_PASSWORD = "PGPASSWORD"  # noqa: S105 - the name of a variable
_PATIENCE_SECONDS = 120.0
_COUNT_RELATIONS = """
    select count(*)
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where relkind in ('r', 'v', 'm', 'p') and nspname !~ '^pg_' and nspname <> 'information_schema'
"""
# The first sign that is found says what to do.
_REPAIRS = {
    "server version mismatch": "put the programs of the server's version first on PATH",
    "unsupported version": "put the programs by which the back-up was taken, or newer ones, first on PATH",
    "permission denied": "name a user in PGUSER who may read and write all of it, such as its owner",
    "already exists": "the database has to be empty",
}
_CHECK_SERVER = "check that the server answers, its address and user, and free space"


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a server.

    Attributes
    ----------
    name
        File in a back-up.
    address
        Where it is, as libpq takes it, without the password.
    password
        As which it is entered; None leaves it to libpq.
    variable
        Which names it.
    """

    name: str
    address: URL
    password: str | None = field(repr=False)
    variable: str

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.address.host}:{self.address.port or 5432}/{self.address.database}"


def databases_of(settings: Settings, environ: Mapping[str, str]) -> tuple[Database, ...]:
    """Return the databases that hold what a home keeps in files otherwise.

    Parameters
    ----------
    settings
        Whose.
    environ
        The environment, which alone holds passwords.
    """
    found: list[Database] = []
    if settings.postgres is not None:
        found.append(_of_warehouse(settings.postgres, environ[_PASSWORD]))
    if settings.dagster_in_postgres:
        url = make_url(environ[DAGSTER_POSTGRES_URL])
        # Not by URL.set: there None means that the password stays.
        without = URL.create(_DRIVER, url.username, None, url.host, url.port, url.database, url.query)
        password = None if url.password is None else str(url.password)
        found.append(Database("dagster.dump", without, password, DAGSTER_POSTGRES_URL))
    return tuple(found)


@contextmanager
def held_server(server: PostgresSettings, announce: Announce) -> Iterator[None]:
    """Keep those out who build on a server or publish raw tables there, for the time of the block.

    Raises
    ------
    WarehouseBusyError
        If somebody builds for longer than two minutes.
    WarehouseError
        If the server cannot be entered.
    """
    address = Address(server.host, server.port, server.database, server.user)
    with session(address, role=None) as connection:
        take_lock(connection, address, BUILD_LOCK, patience_seconds=_PATIENCE_SECONDS, announce=announce)
        yield


def dump(database: Database, target: Path) -> None:
    """Write all of a database into a file, as of one moment.

    Raises
    ------
    BackupError
        If the programs of Postgres are missing, or cannot read it.
    """
    _call(database, "pg_dump", "--format=custom", f"--file={target}", f"--dbname={_libpq(database)}")


def load(database: Database, source: Path) -> None:
    """Fill an empty database from such a file, all or nothing; whoever enters it owns what stands in it then.

    Raises
    ------
    BackupError
        If the programs of Postgres are missing, or the server refuses.
    """
    alone = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _call(database, "pg_restore", *alone, f"--dbname={_libpq(database)}", str(source))


def refuse_filled(database: Database) -> None:
    """Make sure that a database is there and empty.

    Raises
    ------
    BackupError
        If it cannot be entered, or holds a table or a view.
    """
    try:
        with closing(psycopg2.connect(_libpq(database), password=database.password)) as connection:
            [(count,)] = rows_of(connection, _COUNT_RELATIONS)
    except psycopg2.Error as error:
        said = " ".join(str(error).split())
        raise BackupError(f"{database}, which {database.variable} names, cannot be entered ({said})") from error
    if count:
        name = database.address.database
        raise BackupError(
            f"{database}, which {database.variable} names, holds {count} tables and views, and only an empty database "
            f'is filled; rename it (alter database "{name}" rename to "{name}_before"), make an empty one of its name '
            "(PGDATABASE=its name make postgres), then try again"
        )


def _of_warehouse(server: PostgresSettings, password: str) -> Database:
    address = URL.create(_DRIVER, server.user, None, server.host, server.port, server.database)
    return Database("warehouse.dump", address, password, "PGDATABASE")


def _libpq(database: Database) -> str:
    return database.address.render_as_string()


def _call(database: Database, program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise BackupError(
            f"{program} is not on PATH, and {database} is left to it; install the client programs of Postgres, "
            "no older than the server"
        )
    # Arguments can be read by every user of the machine, the environment cannot.
    secret = {} if database.password is None else {_PASSWORD: database.password}
    done = subprocess.run(
        [program, "--no-password", *arguments], env=os.environ | secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())
        repair = next((repair for sign, repair in _REPAIRS.items() if sign in said), _CHECK_SERVER)
        raise BackupError(f"{program} on {database}: {said}; {repair}")
