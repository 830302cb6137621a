"""Composes assets, checks, jobs, schedules, sensors and resources into one code location.

Belongs here: assembly. Does not belong here: the definition of any asset, any decision.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import dagster as dg

from ecom_assets.dbt.assets import build_dbt_assets, build_serving_assets, build_unit_test_checks
from ecom_assets.dbt.docs_asset import build_docs_asset
from ecom_assets.dbt.project import dbt_project, prepared_manifest, project_variables
from ecom_assets.dbt.resource import PinnedDbt
from ecom_assets.dbt.translator import WarehouseTranslator
from ecom_assets.engine_parity.job import build_parity_job
from ecom_assets.environment import DBT_PROJECT_DIR, Settings, export_settings, load_settings
from ecom_assets.exports.assets import build_export_assets
from ecom_assets.ingestion.assets import build_raw_assets
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.jobs import build_jobs
from ecom_assets.keys import DBT_RESOURCE
from ecom_assets.models import model_resources
from ecom_assets.point_in_time.job import build_audit_job
from ecom_assets.schedules import build_schedules
from ecom_assets.sensors.landing_folder import build_landing_folder_sensor
from ecom_assets.sensors.retraining import build_retraining_sensor
from ecom_assets.sensors.run_failure import build_run_sensors
from ecom_assets.warehouse.choice import warehouse_of
from ml_assets.contract import WAREHOUSE_RESOURCE
from ml_assets.definitions import build_model_assets, families_of


def build_defs(
    *, settings: Settings | None = None, resource_overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Return the definitions of the whole platform.

    Parameters
    ----------
    settings
        Where things are; read from the environment by default.
    resource_overrides
        Resources by name that take the place of the platform's own, as tests need.
    """
    settings = settings or load_settings(os.environ)
    # dbt is a process of its own and finds the warehouse through the environment.
    export_settings(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    sources = [SOURCES[name] for name in settings.sources]
    project = dbt_project(settings)
    manifest = prepared_manifest(project, settings)
    translator = WarehouseTranslator(project_variables(DBT_PROJECT_DIR), settings.warehouse_identity)
    warehouse = warehouse_of(settings)
    resources = {
        WAREHOUSE_RESOURCE: warehouse,
        # dagster-dbt takes a project where its fields say a path.
        DBT_RESOURCE: PinnedDbt(project_dir=project, dbt_executable=warehouse.dbt_program),  # type: ignore[arg-type]
        **model_resources(settings),
    }
    return dg.Definitions(
        assets=[
            *build_raw_assets(settings, sources),
            build_dbt_assets(manifest, project, translator, settings.engine.pool),
            *build_model_assets(settings.sources, settings.engine.pool, settings.warehouse_identity),
            build_serving_assets(manifest, project, translator, settings.engine.pool),
            *build_export_assets(settings, manifest),
            build_docs_asset(settings, manifest, translator),
        ],
        asset_checks=build_unit_test_checks(manifest, translator, settings.engine.pool),
        jobs=[*build_jobs(sources), build_audit_job(settings), build_parity_job(settings)],
        schedules=build_schedules(settings, sources),
        sensors=[
            build_landing_folder_sensor(settings, sources),
            build_retraining_sensor(families_of(settings.sources), is_on=settings.automation),
            *build_run_sensors(settings.alert_webhook, is_on=settings.automation),
        ],
        resources=resources | dict(resource_overrides or {}),
        executor=executor_of(settings),
    )


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """Return how the steps of a launched run are executed.

    A process a step costs seconds where most steps take milliseconds: it pays where a few take minutes, and the
    warehouse serves several at once. More processes than may touch it at a time would only wait.
    """
    if not settings.has_step_processes:
        return dg.in_process_executor
    return dg.multiprocess_executor.configured({"max_concurrent": settings.engine.pool_limit})
