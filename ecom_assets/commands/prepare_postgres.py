"""``make postgres``: the database on a Postgres server, and who may do what in it.

Belongs here: arguments, connections of the server's administrator, and what is printed. Does not belong here: what is
granted to whom (``warehouse.postgres_roles``), which database is fit (``warehouse.postgres_database``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection, encrypt_password

from ecom_assets.environment import SettingsError, require_postgres_variables
from ecom_assets.warehouse.postgres_database import READ_DATABASE, DatabaseLocale, create_database, refusal
from ecom_assets.warehouse.postgres_roles import ROLES, login_statements, role_statements

PASSWORD_VARIABLE = "ECOM_POSTGRES_PASSWORD"  # noqa: S105 - the name of a variable

Say = Callable[[str], None]


class UnfitDatabaseError(RuntimeError):
    """A database exists that cannot be the warehouse; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Administration:
    """What is to be prepared, and as whom.

    Attributes
    ----------
    host, port, user, password
        Server and administrator, as in libpq's variables.
    database
        The warehouse.
    maintenance_database
        Database that is there already, to enter the server by.
    with_roles
        Whether the platform's roles are wanted.
    login
        User who is to take them on, if any.
    login_password
        Password of that user, needed if they are to be created.
    """

    host: str
    port: str
    user: str
    password: str
    database: str
    maintenance_database: str
    with_roles: bool
    login: str | None
    login_password: str | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    try:
        prepare(asked(arguments, os.environ), print)
    except (SettingsError, UnfitDatabaseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except psycopg2.Error as error:
        print(
            f"error: the server says: {str(error).strip()}; nothing of this step was kept. PGUSER must be one who may "
            "create databases and roles, and the owner of the database if it exists",
            file=sys.stderr,
        )
        return 2
    return 0


def asked(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> Administration:
    """Read arguments and variables.

    Raises
    ------
    SettingsError
        If a variable is missing, or arguments do not go together.
    """
    parser = argparse.ArgumentParser(prog="make postgres", description=__doc__)
    parser.add_argument("--roles", action="store_true", help=f"also create the roles {', '.join(ROLES)}")
    parser.add_argument(
        "--login", metavar="NAME", help=f"user who takes them on; a new one's password is {PASSWORD_VARIABLE}"
    )
    parser.add_argument(
        "--maintenance-database", default="postgres", help="database to enter by (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    require_postgres_variables(environ, needed_by="make postgres")
    if options.login and not options.roles:
        raise SettingsError("--login gives a user the platform's roles; add --roles")
    return Administration(
        host=environ["PGHOST"],
        port=environ["PGPORT"],
        user=environ["PGUSER"],
        password=environ["PGPASSWORD"],
        database=environ["PGDATABASE"],
        maintenance_database=options.maintenance_database,
        with_roles=options.roles,
        login=options.login,
        login_password=environ.get(PASSWORD_VARIABLE),
    )


def prepare(wanted: Administration, say: Say) -> None:
    """Bring the server to what is wanted; what is so already stays.

    Parameters
    ----------
    wanted
        What to prepare.
    say
        Is told what was done, without passwords.

    Raises
    ------
    UnfitDatabaseError
        If the database exists and orders text otherwise.
    SettingsError
        If a user is to be created without a password.
    psycopg2.Error
        If the server refuses.
    """
    with _session(wanted, wanted.maintenance_database) as session:
        say(_ensure_database(session, wanted.database))
    if not wanted.with_roles:
        return
    with _session(wanted, wanted.database) as session:
        statements = role_statements()
        done = [f"roles {', '.join(ROLES)} own and may read what they should; set ECOM_POSTGRES_ROLES=on"]
        if wanted.login:
            is_new = not _rows(session, "select 1 from pg_roles where rolname = %s", wanted.login)
            statements += login_statements(wanted.login, _verifier(session, wanted) if is_new else None)
            state = "is new" if is_new else "exists and keeps the password"
            done.append(f"user {wanted.login} {state}, and may take them on")
        # All or nothing.
        with session.cursor() as cursor:
            cursor.execute("begin")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("commit")
        for line in done:
            say(line)


def _ensure_database(session: connection, name: str) -> str:
    """Create the database if it is missing; return what was found or done."""
    found = _rows(session, READ_DATABASE, name)
    if not found:
        with session.cursor() as cursor:
            cursor.execute(create_database(name))
        return f"database {name} created: UTF-8, text in the order of its bytes"
    reason = refusal(name, DatabaseLocale(*found[0]))
    if reason:
        raise UnfitDatabaseError(reason)
    return f"database {name} exists and is fit"


def _verifier(session: connection, wanted: Administration) -> str:
    """Return what the server is to keep of the password, so that the password itself never gets into its log."""
    if not wanted.login_password:
        raise SettingsError(
            f"user {wanted.login} does not exist; put the password of the new user into {PASSWORD_VARIABLE}"
        )
    return str(encrypt_password(wanted.login_password, wanted.login or "", scope=session))


@contextmanager
def _session(wanted: Administration, database: str) -> Iterator[connection]:
    with closing(
        psycopg2.connect(
            host=wanted.host,
            port=wanted.port,
            user=wanted.user,
            password=wanted.password,
            dbname=database,
            application_name="ecom make postgres",
        )
    ) as session:
        session.autocommit = True
        yield session


def _rows(session: connection, sql: str, *parameters: str) -> list[tuple[str, ...]]:
    with session.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[str, ...]] = cursor.fetchall()
    return rows


if __name__ == "__main__":
    sys.exit(main())
