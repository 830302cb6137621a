"""dbt's unit tests as asset checks; dagster-dbt shows data tests only.

Belongs here: the mapping from manifest and run results to check specifications and results, and which tests need
not run again. Does not belong here: data tests, which dagster-dbt turns into checks by itself.

A unit test reads no data: where the test, the SQL and the packages are those with which it passed, it passes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg

# Dagster has no public name for this; the tests of this module notice if it moves.
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster_dbt import DagsterDbtTranslator

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG

UNIT_TESTS_STEP = "dbt_unit_tests"
# Of the models that read scores.
SERVING_UNIT_TESTS_STEP = "dbt_serving_unit_tests"
UNIT_TEST_STEPS = (UNIT_TESTS_STEP, SERVING_UNIT_TESTS_STEP)
_CHECK_PREFIX = "unit_test__"
_PASSED = "pass"
_ENDED = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
_VERSION = "version"
# What runs a test besides what stands in the project.
_PACKAGES = ("dbt-core", "dbt-duckdb", "dbt-postgres", "duckdb")


def unit_test_specs(manifest: Mapping[str, Any], translator: DagsterDbtTranslator) -> list[dg.AssetCheckSpec]:
    """Return one check a unit test, on the model that it tests."""
    return [
        dg.AssetCheckSpec(
            name=_CHECK_PREFIX + test["name"],
            asset=_model_key(manifest, test, translator),
            blocking=True,
            description=test.get("description") or f"dbt unit test {test['name']}.",
        )
        for _, test in sorted(manifest.get("unit_tests", {}).items())
        if test["config"].get("enabled", True)
    ]


def serving_models(manifest: Mapping[str, Any], translator: DagsterDbtTranslator) -> frozenset[dg.AssetKey]:
    """Return the assets of the models that read scores."""
    return frozenset(
        translator.get_asset_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and AFTER_PREDICTIONS_TAG in node["tags"]
    )


def unit_test_versions(
    manifest: Mapping[str, Any], translator: DagsterDbtTranslator, code_version: Callable[[str], str]
) -> dict[dg.AssetCheckKey, str]:
    """Return by check a hash of all that decides how its test ends: the test, the model, what it reads, the packages.

    Parameters
    ----------
    manifest
        dbt's manifest.
    translator
        Says which asset a model is.
    code_version
        Returns the code version of a model or seed by its unique id.
    """
    packages = [version(package) for package in _PACKAGES]
    versions = {}
    for test in manifest.get("unit_tests", {}).values():
        model_id = _model_id(test)
        model = manifest["nodes"][model_id]
        read = {parent: _read_version(manifest, parent, code_version) for parent in model["depends_on"]["nodes"]}
        content = [packages, test["checksum"], code_version(model_id), read]
        key = dg.AssetCheckKey(translator.get_asset_key(model), _CHECK_PREFIX + test["name"])
        versions[key] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    return versions


def settled_unit_tests(
    instance: dg.DagsterInstance, versions: Mapping[dg.AssetCheckKey, str]
) -> frozenset[dg.AssetCheckKey]:
    """Return the checks whose last result is that they passed in the version that they have now."""
    return frozenset(key for key, version in versions.items() if _last_passed_version(instance, key) == version)


def _last_passed_version(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> object:
    """Return the version in which a test ended last if it passed, else None; that it runs now is no end."""
    records = instance.event_log_storage.get_asset_check_execution_history(key, limit=1, status=_ENDED)
    evaluation = records[0].evaluation if records else None
    if evaluation is None or not evaluation.passed:
        return None
    recorded = evaluation.metadata.get(_VERSION)
    return None if recorded is None else recorded.value


def settled_results(
    keys: Sequence[dg.AssetCheckKey], versions: Mapping[dg.AssetCheckKey, str]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the outcome of tests that need not run again."""
    for key in keys:
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=True,
            metadata={"status": "passed before", _VERSION: versions[key]},
        )


def unit_test_name(check_key: dg.AssetCheckKey) -> str:
    """Return dbt's name of the unit test behind a check."""
    return check_key.name.removeprefix(_CHECK_PREFIX)


def unit_test_results(
    run_results: Mapping[str, Any], keys: Sequence[dg.AssetCheckKey], versions: Mapping[dg.AssetCheckKey, str]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the outcome of each asked unit test; one that dbt did not run has failed."""
    outcomes = {
        result["unique_id"].rsplit(".", 1)[-1]: result
        for result in run_results["results"]
        if result["unique_id"].startswith("unit_test.")
    }
    for key in keys:
        outcome = outcomes.get(unit_test_name(key), {"status": "not run", "message": "dbt did not run this test"})
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=outcome["status"] == _PASSED,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                "status": str(outcome["status"]),
                "message": outcome.get("message") or "",
                _VERSION: versions[key],
            },
        )


def _model_key(manifest: Mapping[str, Any], test: Mapping[str, Any], translator: DagsterDbtTranslator) -> dg.AssetKey:
    return translator.get_asset_key(manifest["nodes"][_model_id(test)])


def _model_id(test: Mapping[str, Any]) -> str:
    [model_id] = [unique_id for unique_id in test["depends_on"]["nodes"] if unique_id.endswith(f".{test['model']}")]
    return str(model_id)


def _read_version(manifest: Mapping[str, Any], unique_id: str, code_version: Callable[[str], str]) -> object:
    """Return what of a relation that a model reads can change a test of it: its SQL, or its declared columns."""
    if unique_id in manifest["nodes"]:
        return code_version(unique_id)
    return {name: column.get("data_type") for name, column in manifest["sources"][unique_id]["columns"].items()}
