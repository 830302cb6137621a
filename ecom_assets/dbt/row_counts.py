"""How many rows each table has that dbt built, beside what dbt said of it.

Belongs here: counting, and when it is possible. Does not belong here: running dbt, what is built.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from ecom_assets.keys import METADATA_ROWS
from ecom_assets.warehouse.base import PlatformWarehouse
from ecom_assets.warehouse.errors import WarehouseError
from ml_assets.contract import TableName

# Where dagster-dbt says which node of the manifest an event is about.
_UNIQUE_ID = "unique_id"
# A view may be costly to count.
_UNCOUNTED = "view"


def with_row_counts(
    events: Iterable[Any], manifest: Mapping[str, Any], warehouse: PlatformWarehouse, log: logging.Logger
) -> Iterator[Any]:
    """Yield what dbt reports, the outputs of tables with their number of rows.

    dagster-dbt's own counts ask again and again whether dbt has ended, without a pause, which takes a core from dbt.

    Parameters
    ----------
    events
        What dagster-dbt makes of the lines of a dbt that runs.
    manifest
        What dbt says of the project.
    warehouse
        Where dbt builds. While dbt holds it, nothing can be counted, and all events come when dbt has ended.
    log
        Is told if the rows could not be counted, which is no reason to fail.

    Raises
    ------
    Exception
        What ``events`` raises, after the events before it.
    """
    if warehouse.can_be_read_while_built:
        for event in events:
            yield from _counted([event], manifest, warehouse, log)
        return
    reported: list[Any] = []
    error: Exception | None = None
    try:
        for event in events:
            reported.append(event)
    except Exception as raised:
        error = raised
    yield from _counted(reported, manifest, warehouse, log)
    if error is not None:
        raise error


def _counted(
    events: Sequence[Any], manifest: Mapping[str, Any], warehouse: PlatformWarehouse, log: logging.Logger
) -> Iterator[Any]:
    tables = [_table(event, manifest) for event in events]
    counts = _row_counts([table for table in tables if table], warehouse, log)
    for event, table in zip(events, tables, strict=True):
        if table in counts:
            yield event.with_metadata({**event.metadata, METADATA_ROWS: dg.MetadataValue.int(counts[table])})
        else:
            yield event


def _table(event: Any, manifest: Mapping[str, Any]) -> TableName | None:
    """Return the table that an event says was built, if it says so."""
    if not isinstance(event, dg.Output):
        return None
    node = manifest["nodes"][event.metadata[_UNIQUE_ID].value]
    if node["config"]["materialized"] == _UNCOUNTED:
        return None
    return TableName(node["schema"], node["alias"])


def _row_counts(tables: Sequence[TableName], warehouse: PlatformWarehouse, log: logging.Logger) -> dict[TableName, int]:
    if not tables:
        return {}
    counts = " union all ".join(f"select {place}, count(*) from {table}" for place, table in enumerate(tables))
    try:
        return {tables[place]: rows for place, rows in warehouse.query(counts)}
    except WarehouseError as error:
        log.warning(f"rows of what dbt built were not counted: {error}")
        return {}
