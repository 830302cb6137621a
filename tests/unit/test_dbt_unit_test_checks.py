"""Unit tests of dbt as checks: specifications from the manifest, results from dbt's run results."""

from __future__ import annotations

from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from ecom_assets.dbt.unit_tests import unit_test_name, unit_test_results, unit_test_specs

MODEL = {"unique_id": "model.ecom.orders", "name": "orders", "config": {"schema": "marts"}, "resource_type": "model"}
MANIFEST: dict[str, Any] = {
    "nodes": {"model.ecom.orders": MODEL},
    "unit_tests": {
        "unit_test.ecom.orders.late": {
            "name": "late",
            "model": "orders",
            "config": {"enabled": True},
            "depends_on": {"nodes": ["model.ecom.orders"]},
        },
        "unit_test.ecom.orders.off": {
            "name": "off",
            "model": "orders",
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
        {"results": [{"unique_id": "model.ecom.orders", "status": "success"}, *ran]}, [spec.key]
    )
    return result


def test_a_passed_test_passes_and_a_failed_or_broken_one_fails() -> None:
    assert results("pass").passed
    assert not results("fail").passed
    assert not results("error").passed


def test_a_test_that_dbt_did_not_run_has_failed() -> None:
    assert not results(None).passed
