"""The databases of the composed platform, each with a user of its own: warehouse, Dagster's history, MLflow's runs.

Belongs here: which databases and users there are. Does not belong here: the warehouse's roles
(``warehouse.postgres_roles``), how a database is made that is fit for it (``prepare_postgres``).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import closing

import psycopg2
from psycopg2.extensions import connection, encrypt_password

from ecom_assets.commands.prepare_postgres import (
    PASSWORD_VARIABLE,
    Administration,
    Say,
    UnfitDatabaseError,
    asked,
    prepare,
)
from ecom_assets.environment import SettingsError
from ecom_assets.sql_text import literal, quoted

# As whom the platform enters the warehouse.
LOGIN = "platform"
# Databases of one tool each, named like the user who owns it, and the variable of that user's password.
TOOLS = {"dagster": "DAGSTER_POSTGRES_PASSWORD", "mlflow": "MLFLOW_POSTGRES_PASSWORD"}
# Of these passwords addresses are made, in which other characters have a meaning.
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")


def main() -> int:
    """Run the command; return its exit code."""
    try:
        prepare_stack(os.environ, print)
    except (SettingsError, UnfitDatabaseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except psycopg2.Error as error:
        print(f"error: the server says: {str(error).strip()}", file=sys.stderr)
        return 2
    return 0


def prepare_stack(environ: Mapping[str, str], say: Say) -> None:
    """Bring the server to what the services expect; what is so already stays, passwords too.

    Parameters
    ----------
    environ
        Server and administrator by libpq's variables, and the passwords of the users.
    say
        Is told what was done, without passwords.

    Raises
    ------
    SettingsError
        If a variable is missing or cannot be used; nothing is done then.
    UnfitDatabaseError
        If the warehouse exists and orders text otherwise.
    psycopg2.Error
        If the server refuses.
    """
    missing = [name for name in (PASSWORD_VARIABLE, *TOOLS.values()) if not environ.get(name)]
    if missing:
        raise SettingsError(f"the stack needs {', '.join(missing)}; set what is missing, in .env if it is composed")
    unfit = [name for name in TOOLS.values() if not _PLAIN.fullmatch(environ[name])]
    if unfit:
        # The values are secrets and are not repeated.
        raise SettingsError(
            f"{', '.join(unfit)} would not stand in an address; use letters and digits, as in: openssl rand -hex 24"
        )
    wanted = asked(["--roles", "--login", LOGIN], environ)
    prepare(wanted, say)
    with closing(_session(wanted)) as session:
        for name, variable in TOOLS.items():
            say(_ensure_tool(session, name, environ[variable]))


def _ensure_tool(session: connection, name: str, password: str) -> str:
    """Create a user and a database that nobody else enters; return what was found or done."""
    with session.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", (name,))
        if not cursor.fetchall():
            # The password itself never gets into the server's log.
            verifier = str(encrypt_password(password, name, scope=session))
            cursor.execute(f"create role {quoted(name)} login password {literal(verifier)}")
        cursor.execute("select 1 from pg_database where datname = %s", (name,))
        is_new = not cursor.fetchall()
        if is_new:
            # Who is not all-powerful must be a member of a role to give it something to own.
            cursor.execute(f"grant {quoted(name)} to current_user")
            cursor.execute(f"create database {quoted(name)} owner {quoted(name)} template template0 encoding 'UTF8'")
        cursor.execute(f"revoke all on database {quoted(name)} from public")
    return f"database {name} {'is new' if is_new else 'exists'}, and is entered by the user of that name alone"


def _session(wanted: Administration) -> connection:
    session = psycopg2.connect(
        host=wanted.host,
        port=wanted.port,
        user=wanted.user,
        password=wanted.password,
        dbname=wanted.maintenance_database,
        application_name="ecom prepare stack",
    )
    session.autocommit = True
    return session


if __name__ == "__main__":
    sys.exit(main())
