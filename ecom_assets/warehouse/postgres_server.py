"""Sessions on a Postgres server: addresses, errors in words, locks between processes.

Belongs here: connecting, and who waits for whom. Does not belong here: tables and rows (``postgres``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

import adbc_driver_manager
import psycopg2
import psycopg2.extensions
from adbc_driver_postgresql import dbapi

from ecom_assets.warehouse.base import Announce, WarehouseBusyError, WarehouseError

Session: TypeAlias = psycopg2.extensions.connection

_APPLICATION = "ecom"
_LOCK_NOT_AVAILABLE = "55P03"
_ROLES_REPAIR = "make the roles by `make postgres ARGS=--roles`, or unset ECOM_POSTGRES_ROLES"
# The first sign that is found says what to do.
_REPAIRS = {
    "password authentication failed": "check PGUSER and PGPASSWORD",
    "no password supplied": "set PGPASSWORD",
    'role "ecom_': _ROLES_REPAIR,
    "permission denied to set role": _ROLES_REPAIR,
    "does not exist": "make it by `make postgres`, or check PGDATABASE and PGUSER",
}
_NO_ANSWER = "start the server, or check PGHOST and PGPORT"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is and as whom to enter it; the password is the environment's (PGPASSWORD) alone.

    Attributes
    ----------
    host, port, database, user
        As in the environment's PGHOST, PGPORT, PGDATABASE and PGUSER.
    """

    host: str
    port: int
    database: str
    user: str

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.host}:{self.port}/{self.database}"

    def uri(self, role: str | None = None) -> str:
        """Return it for libpq, with the session's settings.

        Parameters
        ----------
        role
            Role that the session takes on; by default it acts as its user.
        """
        settings = ["-c timezone=UTC", *([f"-c role={role}"] if role else [])]
        parameters = urlencode({"application_name": _APPLICATION, "options": " ".join(settings)}, quote_via=quote)
        place = f"{quote(self.user, safe='')}@{quote(self.host, safe='')}:{self.port}"
        return f"postgresql://{place}/{quote(self.database, safe='')}?{parameters}"


def in_words(address: Address, error: Exception) -> str:
    """Return what a failed connection means and what to do."""
    text = " ".join(str(error).split())
    repair = next((repair for sign, repair in _REPAIRS.items() if sign in text), _NO_ANSWER)
    return f"the warehouse {address} cannot be entered as {address.user}: {text}; {repair}"


@contextmanager
def bulk_session(address: Address, role: str | None) -> Iterator[dbapi.Connection]:
    """Open a session whose rows travel as Arrow; what is not committed is rolled back at its end.

    Raises
    ------
    WarehouseError
        If there is no server, or it does not let us in.
    """
    try:
        connection = dbapi.connect(address.uri(role))
    except adbc_driver_manager.Error as error:
        raise WarehouseError(in_words(address, error)) from error
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def session(address: Address, role: str | None) -> Iterator[Session]:
    """Open a session in which every statement is a transaction of its own.

    Raises
    ------
    WarehouseError
        If there is no server, or it does not let us in.
    """
    connection = open_session(address, role)
    try:
        yield connection
    finally:
        connection.close()


def open_session(address: Address, role: str | None) -> Session:
    """Open a session that stays open; see ``session``."""
    try:
        connection = psycopg2.connect(address.uri(role))
    except psycopg2.OperationalError as error:
        raise WarehouseError(in_words(address, error)) from error
    connection.autocommit = True
    return connection


def rows_of(connection: Session, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def take_lock(
    connection: Session,
    address: Address,
    name: str,
    *,
    patience_seconds: float,
    announce: Announce,
    shared: bool = False,
) -> None:
    """Take a lock for as long as the session lives.

    Parameters
    ----------
    connection
        The session.
    address
        Where it is, for messages.
    name
        What is locked.
    patience_seconds
        How long to wait for whoever has it.
    announce
        Is told whom there is to wait for, if there is anybody.
    shared
        Whether others that share it may have it too.

    Raises
    ------
    WarehouseBusyError
        If somebody else has the lock when the patience ends.
    """
    function = "advisory_lock_shared" if shared else "advisory_lock"
    [(is_taken,)] = rows_of(connection, f"select pg_try_{function}(hashtextextended(%s, 0))", [name])
    if is_taken:
        return
    announce(f"waiting for the warehouse, which {_holder(connection, name)} holds")
    started = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, false)", [f"{patience_seconds * 1000:.0f}"])
            cursor.execute(f"select pg_{function}(hashtextextended(%s, 0))", [name])
    except psycopg2.Error as error:
        if error.pgcode != _LOCK_NOT_AVAILABLE:
            raise
        waited = time.monotonic() - started
        raise WarehouseBusyError(str(address), _holder(connection, name), waited) from error


def release_lock(connection: Session, name: str, *, shared: bool = False) -> None:
    """Give back a lock that the session has."""
    function = "pg_advisory_unlock_shared" if shared else "pg_advisory_unlock"
    rows_of(connection, f"select {function}(hashtextextended(%s, 0))", [name])


def _holder(connection: Session, name: str) -> str:
    """Return who has a lock, in words."""
    rows = rows_of(
        connection,
        """
        select distinct activity.pid, activity.application_name, coalesce(host(activity.client_addr), 'a local socket')
        from pg_locks as locks
        inner join pg_stat_activity as activity on locks.pid = activity.pid
        where
            locks.locktype = 'advisory'
            and locks.granted
            and locks.objsubid = 1
            and (locks.classid::bigint << 32) | locks.objid::bigint = hashtextextended(%s, 0)
        order by 1
        """,
        [name],
    )
    sessions = " and ".join(f"session {pid} ({application} from {client})" for pid, application, client in rows)
    return sessions or "another session"
