"""The files of exported tables as assets, behind the models that build the tables.

Belongs here: which tables are exported, decorated functions of a few lines. Does not belong here: how files are written
(``files``), where they lie (``environment``), what stands in the tables (``dbt_project``).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import dagster as dg

from ecom_assets.environment import Settings
from ecom_assets.exports.files import Export, contract_columns, export_problems, write_export
from ecom_assets.keys import DATA_ENGINEERING
from ecom_assets.warehouse.base import PlatformWarehouse
from ml_assets.contract import MARTS_SCHEMA, TableName

CUSTOMER_360 = TableName(MARTS_SCHEMA, "customer_360")
EXPORT_CHECK = "files_hold_the_table"
EXPORT_GROUP = "exports"
# Raise when the same table would give other files, so that it is exported again.
_FORMAT_VERSION = 1


def build_export_assets(settings: Settings, manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """Return the assets of the tables that are exported; none where the source of a table is not in use."""
    columns = contract_columns(manifest, CUSTOMER_360)
    if columns is None:
        return []
    export = Export(CUSTOMER_360, "customer_unique_id", columns, settings.export_dir)
    return [_build_export_asset(settings, export)]


def export_key(table: TableName) -> dg.AssetKey:
    """Return the key of the asset of a table's files."""
    return dg.AssetKey([EXPORT_GROUP, table.name])


def _build_export_asset(settings: Settings, export: Export) -> dg.AssetsDefinition:
    key = export_key(export.table)

    @dg.asset(
        key=key,
        deps=[dg.AssetKey([export.table.schema, export.table.name])],
        description=f"{export.table} as Parquet and as CSV, for tools that read no database.",
        group_name=EXPORT_GROUP,
        owners=[DATA_ENGINEERING],
        kinds={"parquet", "csv"},
        code_version=_code_version(export, settings.warehouse_identity),
        check_specs=[
            dg.AssetCheckSpec(
                EXPORT_CHECK, asset=key, description="The files have the rows of the table, and its declared columns."
            )
        ],
        pool=settings.engine.pool,
    )
    def exported(warehouse: PlatformWarehouse) -> dg.MaterializeResult:  # type: ignore[type-arg]
        write_export(export, warehouse.read(export.table))
        [(rows,)] = warehouse.query(f"select count(*) from {export.table}")
        problems = export_problems(export, rows)
        return dg.MaterializeResult(
            metadata={"dagster/row_count": rows, **_files_metadata(export)},
            check_results=[
                dg.AssetCheckResult(
                    check_name=EXPORT_CHECK,
                    passed=not problems,
                    severity=dg.AssetCheckSeverity.ERROR,
                    metadata={"found": "; ".join(problems) or "all of it"},
                )
            ],
        )

    return exported


def _code_version(export: Export, warehouse_identity: str | None) -> str:
    content = [_FORMAT_VERSION, export.key, list(export.columns.items()), warehouse_identity]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _files_metadata(export: Export) -> dict[str, dg.MetadataValue]:
    return {
        name: value
        for path in (export.parquet, export.csv)
        for name, value in (
            (path.suffix[1:], dg.MetadataValue.path(path)),
            (f"{path.suffix[1:]} bytes", dg.MetadataValue.int(path.stat().st_size)),
        )
    }
