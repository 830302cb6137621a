"""What stands in the warehouse, as ``make run`` prints it at the end.

Belongs here: counts per layer, loads and rejects in words. Does not belong here: changing anything.
"""

from __future__ import annotations

import duckdb

from ecom_assets.environment import Settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.keys import DBT_LAYERS, LOADS, REJECTED_ROWS
from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import STAGING_SCHEMA


def print_summary(settings: Settings) -> None:
    """Print tables, views and rows per layer, and what was rejected or superseded.

    Of views only those of staging are counted, which read one raw table each: the others compute.
    """
    with DuckDBWarehouse(path=str(settings.duckdb_path)).connect() as connection:
        schemas = [*(SOURCES[name].schema for name in settings.sources), *DBT_LAYERS]
        print("\nlayer              tables  views       rows")
        for schema in schemas:
            relations = _relations(connection, schema)
            views = sum(is_view for is_view in relations.values())
            counted = [name for name, is_view in relations.items() if not is_view or schema == STAGING_SCHEMA]
            rows = sum(_count(connection, schema, name) for name in counted)
            print(f"{schema:<18} {len(relations) - views:>6} {views:>6} {rows:>10,}")
        rejected, superseded = _load_totals(connection)
        print(f"\nrows rejected while loading: {rejected:,}   superseded by later parts: {superseded:,}")
        for table, reason, count in _reject_reasons(connection):
            print(f"  {table}: {count:,} x {reason}")
    print(f"warehouse: {settings.duckdb_path}")


def _relations(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, bool]:
    """Return the tables and views of a schema, and whether each is a view."""
    rows = connection.execute(
        "select table_name, table_type = 'VIEW' from information_schema.tables where table_schema = ? order by 1",
        [schema],
    ).fetchall()
    return dict(rows)


def _count(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> int:
    [(count,)] = connection.execute(f"select count(*) from {schema}.{quoted(name)}").fetchall()
    return int(count)


def _load_totals(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    [(rejected, superseded)] = connection.execute(
        f"""
        select coalesce(sum(rejected_count), 0), coalesce(sum(superseded_count), 0)
        from (
            select * from {LOADS} qualify loaded_at = max(loaded_at) over (partition by source, table_name)
        )
        """
    ).fetchall()
    return int(rejected), int(superseded)


def _reject_reasons(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Return table, reason without its value, and count of rejects, the most frequent first."""
    return connection.execute(
        f"""
        select source || '.' || table_name, split_part(reason, ':', 1), count(*)
        from {REJECTED_ROWS} group by all order by 3 desc, 1, 2 limit 10
        """
    ).fetchall()
