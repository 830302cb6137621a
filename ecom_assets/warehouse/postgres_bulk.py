"""Sessions on a Postgres server in which rows travel as Arrow, by COPY in its binary form.

Belongs here: opening them. Does not belong here: what travels (``postgres``, ``postgres_load``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

from ecom_assets.warehouse.errors import WarehouseError
from ecom_assets.warehouse.postgres_server import Address, in_words

# Rows that travel at once; more gain nothing and cost memory.
ROWS_A_BATCH = 100_000


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
