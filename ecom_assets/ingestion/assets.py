"""Raw tables as assets: one a table, keyed like the dbt source.

Belongs here: the decorated functions and what they report. Does not belong here: how a table is loaded
(``loader``), which files there are (``landing``).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

from ecom_assets.environment import Settings
from ecom_assets.ingestion.landing import Landing, discover, landed_fingerprint
from ecom_assets.ingestion.loader import LoadReport, LoadRequest, load_table
from ecom_assets.ingestion.schema import Source, Table
from ecom_assets.keys import DATA_ENGINEERING, METADATA_ROWS
from ecom_assets.warehouse.base import PlatformWarehouse
from ml_assets.contract import TableName

METADATA_REJECTED = "rejected_rows"
METADATA_SUPERSEDED = "superseded_rows"
METADATA_OUTCOME = "outcome"
METADATA_WARNINGS = "warnings"
ACCOUNTING_CHECK = "every_row_accounted_for"
PRESENCE_CHECK = "files_present"
STRAYS_CHECK = "no_stray_files"
# Raise when the same files would give other rows, so that every raw table is loaded again.
_PARSER_VERSION = 1


class RawLoadConfig(dg.Config):
    """What may be asked of a load in the launchpad.

    Attributes
    ----------
    reload
        Load although the same files are loaded already.
    """

    reload: bool = False


def raw_asset_key(source: Source, table: Table) -> dg.AssetKey:
    """Return the key of a raw table, equal to that of its dbt source."""
    return dg.AssetKey([source.schema, table.name])


def raw_code_version(table: Table, warehouse_identity: str | None = None) -> str:
    """Return a hash of all that decides how a file's rows become a table's, and of which warehouse."""
    columns = [(column.name, column.type.value) for column in table.columns]
    warehouse = [] if warehouse_identity is None else [warehouse_identity]
    content = [_PARSER_VERSION, columns, table.key, table.file_stems, *warehouse]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def landed_fingerprints(raw_dir: Path, sources: Sequence[Source]) -> dict[dg.AssetKey, str]:
    """Return the data version that each raw table would have if it were loaded from the folder as it is.

    Raises
    ------
    LoadError
        If a source's folder cannot be used as it is.
    """
    landings = {source.name: discover(raw_dir, source) for source in sources}
    return {
        raw_asset_key(source, table): landed_fingerprint(landings[source.name].parts[table.name])
        for source in sources
        for table in source.tables
    }


def build_raw_assets(settings: Settings, sources: Sequence[Source]) -> list[dg.AssetsDefinition]:
    """Return one asset a declared table of the sources in use."""
    return [_build_raw_asset(settings, source, table) for source in sources for table in source.tables]


def describe_outcome(report: LoadReport) -> str:
    """Say in a sentence what the load did."""
    if report.is_skipped:
        return "unchanged files, not loaded again"
    return f"loaded {len(report.parts)} file(s)"


def report_metadata(report: LoadReport) -> dict[str, dg.MetadataValue]:
    """Return a load's figures as they show on the materialisation."""
    files = [
        dg.TableRecord(
            {
                "file": part.file_name,
                "sha256": part.sha256,
                "bytes": part.bytes,
                "loaded": part.loaded,
                "rejected": part.rejected,
                "superseded": part.superseded,
            }
        )
        for part in report.parts
    ]
    metadata: dict[str, dg.MetadataValue] = {
        METADATA_ROWS: dg.MetadataValue.int(report.rows),
        METADATA_REJECTED: dg.MetadataValue.int(report.rejected),
        METADATA_SUPERSEDED: dg.MetadataValue.int(report.superseded),
        METADATA_OUTCOME: dg.MetadataValue.text(describe_outcome(report)),
        METADATA_WARNINGS: dg.MetadataValue.json(list(report.warnings)),
    }
    if files:
        metadata["files"] = dg.MetadataValue.table(files)
    return metadata


def report_checks(source: Source, table: Table, landing: Landing, report: LoadReport) -> list[dg.AssetCheckResult]:
    """Return the results of the checks that a load makes on itself."""
    unaccounted = [part.file_name for part in report.parts if not part.is_accounted]
    checks = [
        dg.AssetCheckResult(
            check_name=ACCOUNTING_CHECK,
            passed=not unaccounted,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"files": unaccounted},
        )
    ]
    if table.optional:
        checks.append(
            dg.AssetCheckResult(
                check_name=PRESENCE_CHECK,
                passed=len(report.parts) >= len(table.file_stems),
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"expected": list(table.file_stems)},
            )
        )
    if _watches_strays(source, table):
        checks.append(
            dg.AssetCheckResult(
                check_name=STRAYS_CHECK,
                passed=not landing.strays,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"strays": list(landing.strays)},
            )
        )
    return checks


def stray_warning(source: Source, landing: Landing) -> str | None:
    """Name the files that belong to no table, if there are any."""
    if not landing.strays:
        return None
    return f"files of no table in the landing folder {source.name}/: {', '.join(landing.strays)}"


def _watches_strays(source: Source, table: Table) -> bool:
    """Return whether this table reports for the whole folder: the source's first does."""
    return table is source.tables[0]


def _check_specs(source: Source, table: Table) -> list[dg.AssetCheckSpec]:
    key = raw_asset_key(source, table)
    specs = [
        dg.AssetCheckSpec(
            ACCOUNTING_CHECK,
            asset=key,
            blocking=True,
            description="Rows read = rows loaded + rejected + superseded, for every file.",
        )
    ]
    if table.optional:
        specs.append(
            dg.AssetCheckSpec(
                PRESENCE_CHECK,
                asset=key,
                description="The optional files are there; without them the table lacks their rows.",
            )
        )
    if _watches_strays(source, table):
        specs.append(
            dg.AssetCheckSpec(
                STRAYS_CHECK,
                asset=key,
                description="Every file in the source's landing folder belongs to a declared table.",
            )
        )
    return specs


def _build_raw_asset(settings: Settings, source: Source, table: Table) -> dg.AssetsDefinition:
    key = raw_asset_key(source, table)
    code_version = raw_code_version(table, settings.warehouse_identity)

    @dg.asset(
        key=key,
        name=None,
        description=table.description,
        group_name=source.schema,
        owners=[DATA_ENGINEERING],
        kinds={"csv", settings.engine.name},
        code_version=code_version,
        check_specs=_check_specs(source, table),
        pool=settings.engine.pool,
        tags={"pii": "true"} if any(column.pii for column in table.columns) else {},
        metadata={
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(column.name, type=column.type.value, description=column.description)
                    for column in table.columns
                ]
            )
        },
    )
    def raw_table(
        context: dg.AssetExecutionContext, config: RawLoadConfig, warehouse: PlatformWarehouse
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        landing = discover(settings.raw_dir, source)
        with (
            TemporaryDirectory(dir=settings.home) as scratch,
            warehouse.raw_table(source.name, TableName(source.schema, table.name), Path(scratch)) as connection,
        ):
            report = load_table(
                connection,
                LoadRequest(
                    source=source,
                    table=table,
                    parts=landing.parts[table.name],
                    scratch_dir=Path(scratch),
                    max_rejected_share=settings.max_rejected_share,
                    run_id=context.run_id,
                    loaded_at=datetime.now(UTC).replace(tzinfo=None),
                    reload=config.reload or _was_loaded_by_other_code(context, key, code_version),
                ),
            )
        strays = stray_warning(source, landing) if _watches_strays(source, table) else None
        for warning in (*report.warnings, *([strays] if strays else [])):
            context.log.warning(warning)
        return dg.MaterializeResult(
            asset_key=key,
            metadata=report_metadata(report),
            check_results=report_checks(source, table, landing, report),
            data_version=dg.DataVersion(report.fingerprint),
        )

    return raw_table


def _was_loaded_by_other_code(context: dg.AssetExecutionContext, key: dg.AssetKey, code_version: str) -> bool:
    """Return whether the last materialisation was made under another declaration or parser."""
    event = context.instance.get_latest_materialization_event(key)
    if event is None or event.asset_materialization is None:
        return False
    tags = event.asset_materialization.tags or {}
    return tags.get("dagster/code_version") != code_version
