"""The warehouse: whether it can be entered, who holds it, and whether a server is as the platform needs it.

Belongs here: one look at each engine, by connections that can only read. Does not belong here: what stands in the
tables (asset checks).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import duckdb

from ecom_assets.doctor.finding import Finding, ok, problem, problem_of, warning
from ecom_assets.environment import PostgresSettings, Settings
from ecom_assets.warehouse.duckdb import holder_in_words
from ecom_assets.warehouse.errors import WarehouseError
from ecom_assets.warehouse.postgres_database import READ_DATABASE, DatabaseLocale, refusal
from ecom_assets.warehouse.postgres_roles import ROLES
from ecom_assets.warehouse.postgres_server import Address, Session, rows_of, session

_WAREHOUSE = "warehouse"
_SERVER, _DATABASE, _ROLES = "Postgres server", "Postgres database", "Postgres roles"
# The oldest that was tried, as the server writes its version: major times ten thousand.
_OLDEST_SERVER = 150_000
_OTHER_SERVER = "check PGHOST, PGPORT and the user's rights"


def warehouse_findings(settings: Settings) -> list[Finding]:
    """Look at the warehouse of the settings; nothing is made that is missing."""
    if settings.postgres is None:
        return [file_finding(settings.duckdb_path)]
    return server_findings(settings.postgres)


def file_finding(path: Path) -> Finding:
    """Judge whether a DuckDB file can be read now."""
    if not path.exists():
        return ok(_WAREHOUSE, f"{path} is not there yet; make run makes it")
    try:
        with closing(duckdb.connect(str(path), read_only=True)) as connection:
            [(tables,)] = connection.execute("select count(*) from information_schema.tables").fetchall()
    except duckdb.Error as error:
        if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
            words = f"{path} is held by {holder_in_words(str(error))}, so nobody else can read it"
            return warning(_WAREHOUSE, words, "let the process finish; if it hangs, end it")
        said = " ".join(str(error).split())
        return problem(
            _WAREHOUSE,
            f"{path} cannot be read ({said})",
            "make restore FROM=a back-up ARGS=--replace, or move the file away and make run ARGS=--full",
        )
    return ok(_WAREHOUSE, f"{path}, {tables} tables and views, held by nobody")


def server_findings(server: PostgresSettings) -> list[Finding]:
    """Look at a Postgres server."""
    address = Address(server.host, server.port, server.database, server.user)
    try:
        with session(address, role=None) as connection:
            [(version, words)] = rows_of(
                connection, "select current_setting('server_version_num')::int, current_setting('server_version')"
            )
            [found] = rows_of(connection, READ_DATABASE, [server.database])
            members = _memberships(connection)
    except WarehouseError as error:
        return [problem_of(_SERVER, error, _OTHER_SERVER)]
    return [
        version_finding(version, f"{address}, version {words}"),
        locale_finding(server.database, DatabaseLocale(*found)),
        *([role_finding(server.user, members)] if server.use_roles else []),
    ]


def version_finding(number: int, words: str) -> Finding:
    """Judge a server's version, given as major times ten thousand and minor."""
    if number < _OLDEST_SERVER:
        return warning(_SERVER, f"{words}, older than what was tried", "use a server of version 15 or newer")
    return ok(_SERVER, words)


def locale_finding(database: str, found: DatabaseLocale) -> Finding:
    """Judge encoding and collation of a database."""
    refused = refusal(database, found)
    if refused:
        words, _, repair = refused.rpartition(": ")
        return problem(_DATABASE, words, f"{repair}; make postgres makes one that fits")
    return ok(_DATABASE, f"{database}, {found.encoding}, text in the order of its bytes")


def role_finding(user: str, members: Collection[str]) -> Finding:
    """Judge whether a user may take on the roles of the platform.

    Parameters
    ----------
    user
        Who enters.
    members
        Roles that exist and that the user may take on.
    """
    lacking = [role for role in ROLES if role not in members]
    if lacking:
        words = f"{user} cannot take on {', '.join(lacking)}"
        return problem(_ROLES, words, f'make postgres ARGS="--roles --login {user}", or unset ECOM_POSTGRES_ROLES')
    return ok(_ROLES, f"{user} may take on {', '.join(ROLES)}")


def _memberships(connection: Session) -> frozenset[str]:
    rows = rows_of(
        connection,
        "select rolname from pg_roles where rolname = any(%s) and pg_has_role(current_user, oid, 'member')",
        [list(ROLES)],
    )
    return frozenset(name for (name,) in rows)
