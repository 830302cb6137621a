"""``ecom-dbt``: dbt on a Postgres server, one at a time: two would drop each other's relations.

Belongs here: taking the lock and handing over to dbt. Does not belong here: anything that takes long to import, since
each dbt invocation begins here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ecom_assets.environment import SettingsError, postgres_settings
from ecom_assets.warehouse.errors import WarehouseError
from ecom_assets.warehouse.postgres_server import BUILD_LOCK, PATIENCE_SECONDS, Address, open_session, take_lock


def main() -> NoReturn:
    """Replace this process by dbt with the same arguments, when no other dbt is at work on the server.

    dbt inherits the session that holds the lock. So the lock ends with dbt's process, however that ends, and with
    nothing else: a dbt whose caller was killed goes on, and still keeps others out.
    """
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        _become_dbt(arguments)
    try:
        server = postgres_settings(os.environ)
        address = Address(server.host, server.port, server.database, server.user)
        guard = open_session(address, role=None)
        take_lock(guard, address, BUILD_LOCK, patience_seconds=PATIENCE_SECONDS, announce=_say)
    except (SettingsError, WarehouseError) as error:
        _say(f"error: {error}")
        sys.exit(2)
    os.set_inheritable(guard.fileno(), True)
    _become_dbt(arguments)


def _become_dbt(arguments: Sequence[str]) -> NoReturn:
    os.execvp("dbt", ["dbt", *arguments])  # noqa: S606 - the caller's own arguments are the purpose


def _say(line: str) -> None:
    """Print at once, and not among what dbt prints."""
    print(line, file=sys.stderr, flush=True)
