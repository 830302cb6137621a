"""What stands in the warehouse, and what its models reach, as ``make run`` prints it at the end.

Belongs here: counts per layer, loads and rejects in words, where the reports are. Does not belong here: changing
anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from ecom_assets.environment import Settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.keys import DBT_LAYERS, LOADS, REJECTED_ROWS
from ecom_assets.models import model_files
from ecom_assets.sql_text import literal, quoted
from ecom_assets.warehouse.base import PlatformWarehouse
from ecom_assets.warehouse.ops_tables import newest_loads
from ml_assets.contract import PREDICTIONS_SCHEMA, STAGING_SCHEMA
from ml_assets.reports.terminal import scoreboard_lines, stored_rows


def summary(warehouse: PlatformWarehouse, sources: Sequence[str]) -> str:
    """Return tables, views and rows per layer, and what was rejected or superseded, as a text to print.

    Of views only those of staging are counted, which read one raw table each: the others compute.

    Raises
    ------
    WarehouseError
        If the warehouse cannot be looked into.
    """
    lines = ["\nlayer              tables  views       rows"]
    for schema in [*(SOURCES[name].schema for name in sources), *DBT_LAYERS, PREDICTIONS_SCHEMA]:
        relations = _relations(warehouse, schema)
        views = sum(is_view for is_view in relations.values())
        counted = [name for name, is_view in relations.items() if not is_view or schema == STAGING_SCHEMA]
        lines.append(f"{schema:<18} {len(relations) - views:>6} {views:>6} {_rows(warehouse, schema, counted):>10,}")
    if warehouse.exists(LOADS):
        rejected, superseded = _load_totals(warehouse)
        lines.append(f"\nrows rejected while loading: {rejected:,}   superseded by later parts: {superseded:,}")
        lines += [f"  {table}: {count:,} x {reason}" for table, reason, count in _reject_reasons(warehouse)]
    return "\n".join([*lines, f"warehouse: {warehouse.address}"])


def models_summary(settings: Settings) -> str:
    """Return the scoreboard in short, and where the reports are, as a text to print."""
    files = model_files(settings)
    path = files.scoreboard.with_suffix(".json")
    try:
        lines = scoreboard_lines(stored_rows(path))
    except ValidationError:
        lines = [f"{path} is no scoreboard of this version; make run ARGS=--full writes it anew"]
    pages = f"reports: {files.index} ({files.url(files.index)} with make ui)"
    return "\n".join(["", *lines, pages] if lines else ["\nno model was measured yet"])


def _relations(warehouse: PlatformWarehouse, schema: str) -> dict[str, bool]:
    """Return the tables and views of a schema, and whether each is a view."""
    return dict(
        warehouse.query(
            "select table_name, table_type = 'VIEW' from information_schema.tables "
            f"where table_schema = {literal(schema)} order by 1"
        )
    )


def _rows(warehouse: PlatformWarehouse, schema: str, names: Sequence[str]) -> int:
    counts = " union all ".join(f"select count(*) as rows_found from {schema}.{quoted(name)}" for name in names)
    [(total,)] = warehouse.query(f"select sum(rows_found) from ({counts}) as counts") if counts else [(0,)]
    return int(total)


def _load_totals(warehouse: PlatformWarehouse) -> tuple[int, int]:
    [(rejected, superseded)] = warehouse.query(
        "select coalesce(sum(rejected_count), 0), coalesce(sum(superseded_count), 0) "
        f"from {newest_loads()} as newest_loads"
    )
    return int(rejected), int(superseded)


def _reject_reasons(warehouse: PlatformWarehouse) -> list[tuple[str, str, int]]:
    """Return table, reason without its value, and count of rejects, the most frequent first."""
    return warehouse.query(
        f"""
        select source || '.' || table_name, split_part(reason, ':', 1), count(*)
        from {REJECTED_ROWS} group by 1, 2 order by 3 desc, 1, 2 limit 10
        """
    )
