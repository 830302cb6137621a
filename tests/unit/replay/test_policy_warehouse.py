"""Two warehouses as one: which table is read and written where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import FEATURES_SCHEMA, OPS_SCHEMA, PREDICTIONS_SCHEMA, TableName
from ml_assets.replay.policy_warehouse import PolicyWarehouse
from ml_assets.warehouse import Warehouse

FEATURES = TableName(FEATURES_SCHEMA, "ftr_things")
SCORES, NOTES = TableName(PREDICTIONS_SCHEMA, "things"), TableName(OPS_SCHEMA, "notes")
KEY = ("thing",)


def things(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"thing": list(names)})


@pytest.fixture
def tables(tmp_path: Path) -> PolicyWarehouse:
    """Return a past in which things a and b stand, and nothing of a policy's own."""
    past, own = (DuckDBWarehouse(path=str(tmp_path / f"{name}.duckdb")) for name in ("past", "own"))
    past.replace(FEATURES, things("a", "b"), KEY)
    return PolicyWarehouse(past, own)


def names_in(warehouse: Warehouse, table: TableName) -> list[str]:
    return sorted(warehouse.read(table, ["thing"])["thing"])


def test_it_is_a_warehouse_to_models(tables: PolicyWarehouse) -> None:
    assert isinstance(tables, Warehouse)


@pytest.mark.parametrize("table", [SCORES, NOTES])
def test_what_a_policy_writes_is_its_own(tables: PolicyWarehouse, table: TableName) -> None:
    assert not tables.exists(table)
    tables.replace(table, things("a", "z"), KEY)
    assert tables.exists(table)
    assert names_in(tables, table) == ["a", "z"]
    assert not tables.past.exists(table)
    tables.delete(table, "thing = 'a'")
    assert names_in(tables, table) == ["z"]


def test_the_past_is_read_as_it_is(tables: PolicyWarehouse) -> None:
    assert tables.exists(FEATURES)
    assert names_in(tables, FEATURES) == ["a", "b"]
    assert list(tables.read(FEATURES, where="thing = 'b'")["thing"]) == ["b"]


@pytest.mark.parametrize(
    "write",
    [
        lambda tables: tables.replace(FEATURES, things("c"), KEY),
        lambda tables: tables.delete(FEATURES, "true"),
        lambda tables: tables.keep_known(FEATURES, SCORES, KEY),
    ],
)
def test_nobody_writes_the_past(tables: PolicyWarehouse, write: Callable[[PolicyWarehouse], None]) -> None:
    with pytest.raises(PermissionError, match=r"features\.ftr_things is of the past, which all policies read"):
        write(tables)
    assert names_in(tables.past, FEATURES) == ["a", "b"]


def test_scores_of_what_is_no_longer_asked_go(tables: PolicyWarehouse) -> None:
    tables.replace(SCORES, things("a", "b", "z"), KEY)
    tables.keep_known(SCORES, FEATURES, KEY)
    assert names_in(tables, SCORES) == ["a", "b"]
    tables.past.delete(FEATURES, "thing = 'a'")
    tables.keep_known(SCORES, FEATURES, KEY)
    assert names_in(tables, SCORES) == ["b"]


def test_scores_may_be_held_against_tables_of_the_same_policy(tables: PolicyWarehouse) -> None:
    tables.replace(SCORES, things("a", "b"), KEY)
    tables.replace(NOTES, things("b"), KEY)
    tables.keep_known(SCORES, NOTES, KEY)
    assert names_in(tables, SCORES) == ["b"]
