"""dbt's unit tests as asset checks; dagster-dbt shows data tests only.

Belongs here: the mapping from manifest and run results to check specifications and results.
Does not belong here: data tests, which dagster-dbt turns into checks by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

_CHECK_PREFIX = "unit_test__"
_PASSED = "pass"


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


def unit_test_name(check_key: dg.AssetCheckKey) -> str:
    """Return dbt's name of the unit test behind a check."""
    return check_key.name.removeprefix(_CHECK_PREFIX)


def unit_test_results(
    run_results: Mapping[str, Any], keys: Sequence[dg.AssetCheckKey]
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
            metadata={"status": str(outcome["status"]), "message": outcome.get("message") or ""},
        )


def _model_key(manifest: Mapping[str, Any], test: Mapping[str, Any], translator: DagsterDbtTranslator) -> dg.AssetKey:
    [model_id] = [unique_id for unique_id in test["depends_on"]["nodes"] if unique_id.endswith(f".{test['model']}")]
    return translator.get_asset_key(manifest["nodes"][model_id])
