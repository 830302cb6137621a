"""The dbt models as assets, their tests as checks.

Belongs here: decorated functions of a few lines. Does not belong here: decisions (``cli_args``, ``stretch``,
``translator``, ``unit_tests``).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS, DbtBuildConfig, UnitTestConfig, build_args, unit_test_args
from ecom_assets.dbt.project import keeping_newest
from ecom_assets.dbt.row_counts import with_row_counts
from ecom_assets.dbt.stretch import asked_stretch, event_clocks, reason_to_leave, stretch_variables
from ecom_assets.dbt.translator import WarehouseTranslator
from ecom_assets.dbt.unit_tests import (
    SERVING_UNIT_TESTS_STEP,
    UNIT_TESTS_STEP,
    serving_models,
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
        exclude=AFTER_PREDICTIONS,
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
        # Scores of the last run stand beside the orders of this one until they are given anew.
        arguments = build_args(config, stretch_variables(stretch), leave_out=AFTER_PREDICTIONS)
        events = dbt.cli(arguments, context=context).stream()
        yield from with_row_counts(keeping_newest(events, project.target_path), manifest, warehouse, context.log)

    return dbt_models


def build_serving_assets(
    manifest: Mapping[str, Any], project: DbtProject, translator: DagsterDbtTranslator, pool: str
) -> dg.AssetsDefinition:
    """Return the models that read scores as one multi-asset, downstream of what writes these."""

    @dbt_assets(
        manifest=manifest,
        project=project,
        dagster_dbt_translator=translator,
        select=AFTER_PREDICTIONS,
        name="dbt_serving_models",
        pool=pool,
    )
    def dbt_serving_models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        events = dbt.cli(build_args(DbtBuildConfig(), {}), context=context).stream()
        yield from keeping_newest(events, project.target_path)

    return dbt_serving_models


def build_unit_test_checks(
    manifest: Mapping[str, Any], translator: WarehouseTranslator, pool: str
) -> list[dg.AssetChecksDefinition]:
    """Return the unit tests as multi-checks, those of models that read scores apart from the others.

    What trains a model waits for the tests of its features, and one step with all tests would wait for the scores.
    """
    specs = unit_test_specs(manifest, translator)
    versions = unit_test_versions(manifest, translator, partial(translator.model_code_version, manifest))
    serving = serving_models(manifest, translator)
    steps = {
        UNIT_TESTS_STEP: [spec for spec in specs if spec.asset_key not in serving],
        SERVING_UNIT_TESTS_STEP: [spec for spec in specs if spec.asset_key in serving],
    }
    return [_unit_test_checks(name, found, manifest, versions, pool) for name, found in steps.items() if found]


def _unit_test_checks(
    name: str,
    specs: Sequence[dg.AssetCheckSpec],
    manifest: Mapping[str, Any],
    versions: Mapping[dg.AssetCheckKey, str],
    pool: str,
) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(specs=specs, name=name, can_subset=True, pool=pool)
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
