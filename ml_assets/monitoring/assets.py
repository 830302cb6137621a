"""The assets that watch a model: drift of its newest window, past scores judged, whether it is trained again.

Belongs here: decorated functions of a few lines, and their checks. Does not belong here: what a step does (``steps``),
what it shows (``shown``), raw data of sources (``quality_assets``).
"""

from datetime import UTC, date, datetime

import dagster as dg

from ml_assets.contract import ML_KEY_PREFIX, RETRAINING_DECISIONS, TableName
from ml_assets.family.assets import results_of, specs_of
from ml_assets.family.family import Family
from ml_assets.files import ModelFiles
from ml_assets.keys import HISTORY, MACHINE_LEARNING, MONITORING, Step, Watch, model_asset_key, watch_asset_key
from ml_assets.monitoring.comparison import ComparisonConfig
from ml_assets.monitoring.decision.announcement import Announcement
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.shown import (
    AS_PROMISED,
    NO_DRIFT,
    drift_metadata,
    judged_drift,
    judged_performance,
    performance_metadata,
)
from ml_assets.monitoring.steps import decide_on_retraining, judge_past_scores, look_back, watch
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.warehouse import Warehouse

DRIFT_HISTORY = dg.AssetKey([ML_KEY_PREFIX, "drift_history"])
# One partition a model and a window: both names with a bar between them.
WINDOWS = dg.DynamicPartitionsDefinition(name="drift_windows")
_BAR = "|"


def build_monitoring_assets(family: Family, pool: str, code_version: str) -> list[dg.AssetsDefinition]:
    """Return the three assets that watch a model.

    Parameters
    ----------
    family
        The model.
    pool
        Pool that whatever touches the warehouse takes.
    code_version
        Of the code that decides what they become.
    """
    keys = {each: watch_asset_key(family.name, each) for each in Watch}
    rows = [_asset_of(table) for table in family.tables]

    @dg.asset(
        key=keys[Watch.DRIFT],
        deps=[model_asset_key(family.name, Step.PROMOTION), *rows],
        description="The newest complete window beside the rows that the champion learned from, with a report.",
        check_specs=specs_of(keys[Watch.DRIFT], (NO_DRIFT,)),
        pool=pool,
        group_name=MONITORING,
        owners=[MACHINE_LEARNING],
        kinds={"python", "evidently"},
        code_version=code_version,
    )
    def drift(
        context: dg.AssetExecutionContext,
        config: ComparisonConfig,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        found = watch(family, warehouse, model_files, registry, config, _now())
        windows = [window_partition(family.name, last) for last in family.monitored.window_ends(warehouse)]
        context.instance.add_dynamic_partitions(str(WINDOWS.name), windows)
        return dg.MaterializeResult(
            metadata=drift_metadata(found, model_files),
            check_results=results_of((NO_DRIFT,), {NO_DRIFT.name: judged_drift(found)}),
        )

    @dg.asset(
        key=keys[Watch.PERFORMANCE],
        deps=[model_asset_key(family.name, Step.SCORES), *rows],
        description="Scores that the champion gave without hindsight, judged by what became true.",
        check_specs=specs_of(keys[Watch.PERFORMANCE], (AS_PROMISED,)),
        pool=pool,
        group_name=MONITORING,
        owners=[MACHINE_LEARNING],
        kinds={"python"},
        code_version=code_version,
    )
    def performance(
        config: PerformanceConfig,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        found = judge_past_scores(family, warehouse, model_files, registry, config)
        return dg.MaterializeResult(
            metadata=performance_metadata(found),
            check_results=results_of((AS_PROMISED,), {AS_PROMISED.name: judged_performance(found)}),
        )

    @dg.asset(
        key=keys[Watch.RETRAINING],
        deps=[keys[Watch.DRIFT], keys[Watch.PERFORMANCE]],
        description=f"Whether the model is trained again, and why; the record is a row of {RETRAINING_DECISIONS}.",
        pool=pool,
        group_name=MONITORING,
        owners=[MACHINE_LEARNING],
        kinds={"python"},
        code_version=code_version,
    )
    def retraining(
        context: dg.AssetExecutionContext,
        config: RetrainingPolicy,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        decision = decide_on_retraining(
            family, warehouse, model_files, registry, context.instance, config, context.run.run_id, _now()
        )
        return dg.MaterializeResult(metadata=Announcement.of(decision).metadata)

    return [drift, performance, retraining]


def build_history_asset(families: tuple[Family, ...], pool: str, code_version: str) -> dg.AssetsDefinition:
    """Return the asset of reports on past windows, one partition a model and a window."""
    known = {family.name: family for family in families}

    @dg.asset(
        key=DRIFT_HISTORY,
        partitions_def=WINDOWS,
        description="A past window beside the rows that today's champion learned from; the partitions are the windows "
        "that the drift of each model has found complete.",
        pool=pool,
        group_name=HISTORY,
        owners=[MACHINE_LEARNING],
        kinds={"python", "evidently"},
        code_version=code_version,
    )
    def drift_history(
        context: dg.AssetExecutionContext,
        config: ComparisonConfig,
        warehouse: dg.ResourceParam[Warehouse],
        model_files: dg.ResourceParam[ModelFiles],
        registry: dg.ResourceParam[ModelRegistry],
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        model, last = partition_window(context.partition_key)
        found = look_back(known[model], warehouse, model_files, registry, config, last, _now())
        return dg.MaterializeResult(metadata=drift_metadata(found, model_files))

    return drift_history


def window_partition(model: str, last: date) -> str:
    """Return the name of the partition of a model's window, by the window's last day."""
    return f"{model}{_BAR}{last.isoformat()}"


def partition_window(partition: str) -> tuple[str, date]:
    """Return model and last day of the window of a partition."""
    model, last = partition.split(_BAR)
    return model, date.fromisoformat(last)


def _asset_of(table: TableName) -> dg.AssetKey:
    return dg.AssetKey([table.schema, table.name])


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
