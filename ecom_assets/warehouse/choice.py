"""The warehouse of the settings.

Belongs here: which implementation serves which engine. Does not belong here: the implementations.
"""

from __future__ import annotations

from ecom_assets.environment import Settings
from ecom_assets.warehouse.base import PlatformWarehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.postgres import PostgresWarehouse


def warehouse_of(settings: Settings) -> PlatformWarehouse:
    """Return the warehouse that ``ECOM_TARGET`` names."""
    server = settings.postgres
    if server is None:
        return DuckDBWarehouse(path=str(settings.duckdb_path))
    return PostgresWarehouse(
        host=server.host,
        port=server.port,
        database=server.database,
        user=server.user,
        use_roles=server.use_roles,
    )
