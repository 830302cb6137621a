"""A database of its own on the server that the environment names, and ``psql`` on it.

Belongs here: making, entering and removing it. Does not belong here: what is measured in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from benchmarks.pipeline.homes import Home
from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.postgres_database import create_database

_MAINTENANCE = "postgres"


@dataclass(frozen=True, slots=True)
class ServedHome(Home):
    """A home whose warehouse is a database of the server."""

    database: str = ""

    def environment(self) -> dict[str, str]:
        """Return the environment of a command on this home."""
        own = {"ECOM_TARGET": "postgres", "PGDATABASE": self.database}
        # Not super(): a dataclass with slots is another class than the one that the method was defined in.
        return Home.environment(self) | own


@contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """Create a database on the server of PGHOST and PGPORT, and drop it in the end."""
    _administer(create_database(name))
    try:
        yield name
    finally:
        _administer(f"drop database {quoted(name)} with (force)")


def server_version() -> str:
    """Return the version of the server."""
    with closing(psycopg2.connect(dbname=_MAINTENANCE)) as connection:
        version = connection.server_version
    return f"{version // 10_000}.{version % 10_000}"


def psql(database: str, commands: Sequence[str], folder: Path) -> None:
    """Run commands, backslash commands included, in one transaction.

    Raises
    ------
    RuntimeError
        If there is no ``psql`` on the path, or it fails.
    """
    program = shutil.which("psql")
    if program is None:
        raise RuntimeError("psql is not on the path; the benchmark measures against it, install Postgres's client")
    script = folder / "commands.sql"
    script.write_text("\n".join(["\\set ON_ERROR_STOP on", *commands]) + "\n", encoding="utf-8")
    result = subprocess.run(
        [program, "--no-psqlrc", "--quiet", "--single-transaction", "--dbname", database, "--file", str(script)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"psql failed: {result.stderr}")


def _administer(statement: str) -> None:
    with closing(psycopg2.connect(dbname=_MAINTENANCE)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
