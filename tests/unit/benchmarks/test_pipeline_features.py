"""Which models count as features in the benchmark, and when the marts before them were ready."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from benchmarks.pipeline.features import feature_models
from benchmarks.pipeline.whole_run import marts_finished_at


def node(name: str, schema: str, *parents: str, kind: str = "model") -> dict[str, Any]:
    return {"name": name, "schema": schema, "resource_type": kind, "depends_on": {"nodes": list(parents)}}


MANIFEST = {
    "nodes": {
        "model.stg_used": node("stg_used", "staging", "source.raw"),
        "model.stg_other": node("stg_other", "staging", "source.raw"),
        "model.int_shared": node("int_shared", "intermediate", "model.stg_used"),
        "model.int_feature": node("int_feature", "intermediate", "model.fct", "model.stg_other"),
        "model.fct": node("fct", "marts", "model.int_shared"),
        "model.ftr": node("ftr", "features", "model.int_feature", "seed.holidays"),
        "test.fct_key": node("fct_key", "dbt_test__audit", "model.fct", kind="test"),
        "test.ftr_key": node("ftr_key", "dbt_test__audit", "model.ftr", kind="test"),
        "seed.holidays": node("holidays", "staging", kind="seed") | {"depends_on": {"macros": []}},
    }
}


def test_features_are_what_no_mart_needs_and_staging_is_none_of_them() -> None:
    assert feature_models(MANIFEST) == ["ftr", "int_feature"]


def test_the_marts_are_ready_when_the_last_of_them_is_tested() -> None:
    seconds = {
        "model.fct": 10,
        "test.fct_key": 12,
        "seed.holidays": 11,
        "model.int_feature": 20,
        "model.ftr": 30,
        "test.ftr_key": 31,
    }
    results = [
        {
            "unique_id": name,
            "timing": [
                {"name": "compile", "completed_at": "2026-01-01T00:00:01Z"},
                {"name": "execute", "completed_at": f"2026-01-01T00:00:{second}Z"},
            ],
        }
        for name, second in seconds.items()
    ]
    assert marts_finished_at(MANIFEST, results) == datetime(2026, 1, 1, 0, 0, 12, tzinfo=UTC)
