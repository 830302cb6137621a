"""The assets that watch the raw data of a source.

Belongs here: a decorated function of a few lines, and what it does in order. Does not belong here: which columns are
looked at (``quality``), the page (``report``).
"""

from datetime import UTC, datetime

import dagster as dg
import numpy as np

from ml_assets.contract import ML_KEY_PREFIX, OBSERVATION_WINDOWS, TableName
from ml_assets.family.assets import results_of, specs_of
from ml_assets.family.records import Check, Judgement, Metadata
from ml_assets.files import ModelFiles, write_text
from ml_assets.keys import MACHINE_LEARNING, MONITORING
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.quality import RawSource, RawWindows, raw_windows
from ml_assets.monitoring.report.archive import write_report
from ml_assets.monitoring.report.quality_page import QualityFacts, RawTable, quality_page
from ml_assets.monitoring.verdict import Verdict
from ml_assets.reports.index import index_text
from ml_assets.warehouse import Warehouse

AS_BEFORE = Check("raw_data_as_before", "Raw columns are as they were in the windows before.", is_blocking=False)


def quality_key(source: str) -> dg.AssetKey:
    """Return the key of the asset that watches a source."""
    return dg.AssetKey([ML_KEY_PREFIX, f"{source}_quality"])


def build_quality_asset(source: RawSource, pool: str, code_version: str) -> dg.AssetsDefinition:
    """Return the asset that watches a source."""
    key = quality_key(source.source)
    tables = {table for each in source.tables for table in (each.table, each.dated.table)}

    @dg.asset(
        key=key,
        deps=[_asset_of(table) for table in sorted({*tables, OBSERVATION_WINDOWS})],
        description="Raw columns of the newest complete window beside the windows before it, with a report.",
        check_specs=specs_of(key, (AS_BEFORE,)),
        pool=pool,
        group_name=MONITORING,
        owners=[MACHINE_LEARNING],
        kinds={"python", "evidently"},
        code_version=code_version,
    )
    def quality(
        config: DriftConfig, warehouse: dg.ResourceParam[Warehouse], model_files: dg.ResourceParam[ModelFiles]
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        tables = look_at(source, warehouse, config)
        metadata = write_quality(source, tables, model_files, datetime.now(UTC).replace(tzinfo=None))
        return dg.MaterializeResult(
            metadata=metadata, check_results=results_of((AS_BEFORE,), {AS_BEFORE.name: judged_tables(tables)})
        )

    return quality


def look_at(source: RawSource, warehouse: Warehouse, config: DriftConfig) -> tuple[RawTable, ...]:
    """Compare the newest complete window of each table with those before it."""
    return tuple(
        RawTable(
            name=each.looked_at.raw_table,
            reference=each.reference,
            current=each.current,
            verdict=judge(each.reference, each.current, each.looked_at.monitored, config, windows_before(source, each)),
        )
        for each in raw_windows(source, warehouse)
    )


def windows_before(source: RawSource, compared: RawWindows) -> str:
    """Return in words with what the newest window of a table is compared."""
    count = len(np.unique(compared.reference.period))
    return f"the {count} {source.period}s before" if count > 1 else f"the {source.period} before"


def write_quality(source: RawSource, tables: tuple[RawTable, ...], files: ModelFiles, now: datetime) -> Metadata:
    """Write the report on a source, and return what its asset shows."""
    if not tables:
        return {"words": f"{source.source} has no two windows that are complete: there is nothing to compare"}
    as_of = max(each.current.last for each in tables)
    facts = QualityFacts(
        source=source.source,
        as_of=as_of,
        made_at=f"{now:%Y-%m-%d %H:%M} UTC",
        git_commit=files.commit,
    )
    page = files.quality_report(source.source, as_of)
    write_report(page, quality_page(tables, facts))
    write_text(files.index, index_text(files))
    return {
        "verdicts": dg.MetadataValue.json({each.name: each.verdict.verdict.value for each in tables}),
        "report": dg.MetadataValue.url(files.url(page)),
    }


def judged_tables(tables: tuple[RawTable, ...]) -> Judgement:
    """Judge tables: they pass unless one has drifted."""
    drifted = [f"{each.name}: {each.verdict.words}" for each in tables if each.verdict.verdict is Verdict.DRIFT]
    return Judgement(not drifted, " ".join(drifted) or "none has moved")


def _asset_of(table: TableName) -> dg.AssetKey:
    return dg.AssetKey([table.schema, table.name])
