"""Unit tests of dbt as checks: specifications from the manifest, results from dbt's run results."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from ecom_assets.dbt.unit_tests import (
    settled_results,
    settled_unit_tests,
    unit_test_name,
    unit_test_results,
    unit_test_specs,
    unit_test_versions,
)

MODEL = {
    "unique_id": "model.ecom.orders",
    "name": "orders",
    "config": {"schema": "marts"},
    "resource_type": "model",
    "depends_on": {"nodes": ["model.ecom.staged", "source.ecom.raw.things"]},
}
MANIFEST: dict[str, Any] = {
    "nodes": {"model.ecom.orders": MODEL, "model.ecom.staged": {}},
    "sources": {"source.ecom.raw.things": {"columns": {"thing_id": {"data_type": "text"}}}},
    "unit_tests": {
        "unit_test.ecom.orders.late": {
            "name": "late",
            "model": "orders",
            "checksum": "test-1",
            "config": {"enabled": True},
            "depends_on": {"nodes": ["model.ecom.orders"]},
        },
        "unit_test.ecom.orders.off": {
            "name": "off",
            "model": "orders",
            "checksum": "off-1",
            "config": {"enabled": False},
            "depends_on": {"nodes": ["model.ecom.orders"]},
        },
    },
}


def test_each_enabled_unit_test_is_a_blocking_check_on_its_model() -> None:
    [spec] = unit_test_specs(MANIFEST, DagsterDbtTranslator())
    assert spec.asset_key == dg.AssetKey(["marts", "orders"])
    assert spec.blocking
    assert unit_test_name(spec.key) == "late"


def results(status: str | None) -> dg.AssetCheckResult:
    [spec] = unit_test_specs(MANIFEST, DagsterDbtTranslator())
    ran = [{"unique_id": "unit_test.ecom.orders.late", "status": status, "message": "m"}] if status else []
    [result] = unit_test_results(
        {"results": [{"unique_id": "model.ecom.orders", "status": "success"}, *ran]},
        [spec.key],
        {spec.key: "version-1"},
    )
    return result


def test_a_passed_test_passes_and_a_failed_or_broken_one_fails() -> None:
    assert results("pass").passed
    assert not results("fail").passed
    assert not results("error").passed


def test_a_test_that_dbt_did_not_run_has_failed() -> None:
    assert not results(None).passed


LATE = dg.AssetCheckKey(dg.AssetKey(["marts", "orders"]), "unit_test__late")
CODE = {"model.ecom.orders": "code-1", "model.ecom.staged": "code-1"}


def version(manifest: dict[str, Any] = MANIFEST, code: dict[str, str] = CODE) -> str:
    return unit_test_versions(manifest, DagsterDbtTranslator(), code.__getitem__)[LATE]


def test_a_test_is_another_one_when_it_or_what_it_tests_or_reads_has_changed() -> None:
    other_test = deepcopy(MANIFEST)
    other_test["unit_tests"]["unit_test.ecom.orders.late"]["checksum"] = "test-2"
    other_column = deepcopy(MANIFEST)
    other_column["sources"]["source.ecom.raw.things"]["columns"]["thing_id"]["data_type"] = "bigint"
    versions = [
        version(),
        version(other_test),
        version(other_column),
        version(code=CODE | {"model.ecom.orders": "code-2"}),
        version(code=CODE | {"model.ecom.staged": "code-2"}),
    ]
    assert len(set(versions)) == len(versions)
    assert version(deepcopy(MANIFEST)) == version()


def settled_after(*outcomes: str, now: str = "version-1") -> list[bool]:
    """Run the check once for each outcome, always in version-1; return whether each run found it settled in `now`."""
    [spec] = unit_test_specs(MANIFEST, DagsterDbtTranslator())
    found = []
    with dg.DagsterInstance.ephemeral() as instance:
        for outcome in outcomes:

            @dg.multi_asset_check(specs=[spec])
            def tests(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
                found.append(settled_unit_tests(context.instance, {LATE: now}) == {LATE})
                ran = {"unique_id": "unit_test.ecom.orders.late", "status": outcome, "message": None}  # noqa: B023
                yield from unit_test_results({"results": [ran]}, [spec.key], {spec.key: "version-1"})

            job = dg.Definitions(asset_checks=[tests]).resolve_implicit_global_asset_job_def()
            job.execute_in_process(instance=instance, raise_on_error=False)
    return found


def test_what_passed_in_this_version_need_not_run_again_and_nothing_else() -> None:
    assert settled_after("pass", "pass") == [False, True]
    assert settled_after("pass", "fail", "pass", "pass") == [False, True, False, True]
    assert settled_after("pass", "pass", now="version-2") == [False, False]


def test_a_settled_test_is_reported_as_passed_before() -> None:
    [result] = settled_results([LATE], {LATE: "version-1"})
    assert result.passed
    assert result.metadata["status"].value == "passed before"
    assert result.metadata["version"].value == "version-1"
