"""Groups, tags and code versions of dbt resources."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ecom_assets.dbt.translator import code_version, group_name, pii_tags

MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.ecom.m": {
            "resource_type": "model",
            "raw_code": "select 1",
            "config": {"materialized": "table"},
            "columns": {"a": {"data_type": "text"}},
            "depends_on": {"macros": ["macro.ecom.outer", "macro.dbt.is_incremental"]},
        },
        "seed.ecom.s": {
            "resource_type": "seed",
            "raw_code": "",
            "checksum": {"name": "sha256", "checksum": "a"},
            "config": {"materialized": "seed"},
            "columns": {},
            "depends_on": {"macros": []},
        },
    },
    "macros": {
        "macro.ecom.outer": {"macro_sql": "outer", "depends_on": {"macros": ["macro.ecom.inner"]}},
        "macro.ecom.inner": {"macro_sql": "inner", "depends_on": {"macros": ["macro.ecom.outer"]}},
        "macro.ecom.unused": {"macro_sql": "unused", "depends_on": {"macros": []}},
    },
}
VARIABLES = {"session_timeout_minutes": 30}


def test_the_version_stands_still_when_nothing_that_builds_the_model_changes() -> None:
    changed = copy.deepcopy(MANIFEST)
    changed["macros"]["macro.ecom.unused"]["macro_sql"] = "other"
    assert code_version(changed, "model.ecom.m", VARIABLES) == code_version(MANIFEST, "model.ecom.m", VARIABLES)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("nodes", "model.ecom.m", "raw_code"), "select 2"),
        (("nodes", "model.ecom.m", "config", "materialized"), "view"),
        (("nodes", "model.ecom.m", "columns", "a", "data_type"), "integer"),
        (("macros", "macro.ecom.outer", "macro_sql"), "other"),
        (("macros", "macro.ecom.inner", "macro_sql"), "other"),
    ],
)
def test_the_version_changes_with_sql_config_contract_and_macros(path: tuple[str, ...], value: str) -> None:
    changed = copy.deepcopy(MANIFEST)
    target = changed
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value
    assert code_version(changed, "model.ecom.m", VARIABLES) != code_version(MANIFEST, "model.ecom.m", VARIABLES)


def test_the_version_of_a_seed_changes_with_its_rows() -> None:
    changed = copy.deepcopy(MANIFEST)
    changed["nodes"]["seed.ecom.s"]["checksum"]["checksum"] = "b"
    assert code_version(changed, "seed.ecom.s", VARIABLES) != code_version(MANIFEST, "seed.ecom.s", VARIABLES)


def test_the_version_changes_with_variables() -> None:
    changed = {"session_timeout_minutes": 31}
    assert code_version(MANIFEST, "model.ecom.m", changed) != code_version(MANIFEST, "model.ecom.m", VARIABLES)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"resource_type": "source", "schema": "raw_olist", "fqn": ["ecom", "staging", "olist"]}, "raw_olist"),
        ({"resource_type": "model", "schema": "staging", "fqn": ["ecom", "staging", "olist", "m"]}, "staging_olist"),
        ({"resource_type": "model", "schema": "marts", "fqn": ["ecom", "marts", "shared", "m"]}, "marts_shared"),
    ],
)
def test_groups_are_layer_and_source(properties: dict[str, Any], expected: str) -> None:
    assert group_name(properties) == expected


def test_a_model_with_a_personal_column_is_tagged() -> None:
    assert pii_tags({"columns": {"a": {"tags": []}, "b": {"tags": ["pii"]}}}) == {"pii": "true"}
    assert pii_tags({"columns": {"a": {"tags": []}}}) == {}
