"""The dbt models as assets, their tests as checks.

Belongs here: decorated functions of a few lines. Does not belong here: decisions (``cli_args``, ``stretch``,
``translator``, ``unit_tests``).
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG, DbtBuildConfig, UnitTestConfig, build_args, unit_test_args
from ecom_assets.dbt.stretch import asked_stretch, event_clocks, reason_to_leave, stretch_variables
from ecom_assets.dbt.translator import WarehouseTranslator
from ecom_assets.dbt.unit_tests import (
    UNIT_TESTS_STEP,
    settled_results,
    settled_unit_tests,
    unit_test_name,
    unit_test_results,
    unit_test_specs,
    unit_test_versions,
)
from ecom_assets.warehouse.base import PlatformWarehouse


def build_dbt_assets(
    manifest: Mapping[str, Any], project: DbtProject, translator: DagsterDbtTranslator, pool: str
) -> dg.AssetsDefinition:
    """Return every model up to the features as one multi-asset; an error in a test skips what is downstream."""

    @dbt_assets(
        manifest=manifest,
        project=project,
        dagster_dbt_translator=translator,
        exclude=f"tag:{AFTER_PREDICTIONS_TAG}",
        name="dbt_models",
        pool=pool,
    )
    def dbt_models(
        context: dg.AssetExecutionContext, config: DbtBuildConfig, dbt: DbtCliResource, warehouse: PlatformWarehouse
    ) -> Iterator[Any]:
        stretch = asked_stretch(config)
        if stretch and (reason := reason_to_leave(stretch, event_clocks(warehouse))):
            context.log.warning(reason)
            return
        arguments = build_args(config, stretch_variables(stretch))
        yield from dbt.cli(arguments, context=context).stream().fetch_row_counts()

    return dbt_models


def build_unit_test_checks(
    manifest: Mapping[str, Any], translator: WarehouseTranslator, pool: str
) -> dg.AssetChecksDefinition | None:
    """Return the unit tests as one multi-check, or None if the project has none."""
    specs = unit_test_specs(manifest, translator)
    if not specs:
        return None
    versions = unit_test_versions(manifest, translator, partial(translator.model_code_version, manifest))

    @dg.multi_asset_check(specs=specs, name=UNIT_TESTS_STEP, can_subset=True, pool=pool)
    def dbt_unit_tests(
        context: dg.AssetCheckExecutionContext, config: UnitTestConfig, dbt: DbtCliResource
    ) -> Iterator[dg.AssetCheckResult]:
        asked = context.selected_asset_check_keys
        settled = frozenset() if config.again else asked & settled_unit_tests(context.instance, versions)
        yield from settled_results(sorted(settled), versions)
        keys = sorted(asked - settled)
        if not keys:
            return
        names = [unit_test_name(key) for key in keys]
        invocation = dbt.cli(unit_test_args(names), manifest=manifest, raise_on_error=False).wait()
        error = invocation.get_error()
        if error and not (invocation.target_path / "run_results.json").exists():
            raise error
        yield from unit_test_results(invocation.get_artifact("run_results.json"), keys, versions)

    return dbt_unit_tests
