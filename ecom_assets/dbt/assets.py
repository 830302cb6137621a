"""The dbt models as assets, their tests as checks.

Belongs here: decorated functions of a few lines. Does not belong here: decisions (``cli_args``, ``stretch``,
``translator``, ``unit_tests``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG, DbtBuildConfig, build_args, unit_test_args
from ecom_assets.dbt.stretch import asked_stretch, event_clocks, reason_to_leave, stretch_variables
from ecom_assets.dbt.unit_tests import unit_test_name, unit_test_results, unit_test_specs
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
        with warehouse.dbt_turn(context.log.info):
            yield from dbt.cli(arguments, context=context).stream().fetch_row_counts()

    return dbt_models


def build_unit_test_checks(
    manifest: Mapping[str, Any], translator: DagsterDbtTranslator, pool: str
) -> dg.AssetChecksDefinition | None:
    """Return the unit tests as one multi-check, or None if the project has none."""
    specs = unit_test_specs(manifest, translator)
    if not specs:
        return None

    @dg.multi_asset_check(specs=specs, name="dbt_unit_tests", can_subset=True, pool=pool)
    def dbt_unit_tests(
        context: dg.AssetCheckExecutionContext, dbt: DbtCliResource, warehouse: PlatformWarehouse
    ) -> Iterator[dg.AssetCheckResult]:
        keys = sorted(context.selected_asset_check_keys)
        names = [unit_test_name(key) for key in keys]
        with warehouse.dbt_turn(context.log.info):
            invocation = dbt.cli(unit_test_args(names), manifest=manifest, raise_on_error=False).wait()
        error = invocation.get_error()
        if error and not (invocation.target_path / "run_results.json").exists():
            raise error
        yield from unit_test_results(invocation.get_artifact("run_results.json"), keys)

    return dbt_unit_tests
