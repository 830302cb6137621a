"""Rows of what dbt built: which events get them, when they are counted, and what a failure leaves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.dbt.row_counts import with_row_counts
from ecom_assets.keys import METADATA_ROWS
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.errors import WarehouseBusyError

LOG = logging.getLogger(__name__)
MANIFEST = {
    "nodes": {
        f"model.ecom.{name}": {"schema": "marts", "alias": name, "config": {"materialized": kind}}
        for name, kind in {"orders": "table", "events": "incremental", "shown": "view"}.items()
    }
}


class ServerLike(DuckDBWarehouse):
    """Answers while dbt builds, as a server does."""

    @property
    def can_be_read_while_built(self) -> bool:
        return True


class Busy(DuckDBWarehouse):
    """Held by somebody else."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        raise WarehouseBusyError(self.path, "a shell", 0)


def built(name: str) -> dg.Output[None]:
    return dg.Output(None, output_name=name, metadata={"unique_id": f"model.ecom.{name}", "seconds": 1})


def row_counts(events: list[Any]) -> dict[str, object]:
    return {
        event.output_name: event.metadata[METADATA_ROWS].value if METADATA_ROWS in event.metadata else None
        for event in events
        if isinstance(event, dg.Output)
    }


@pytest.fixture
def path(tmp_path: Path) -> str:
    warehouse = DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))
    with warehouse.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.orders as select * from range(3)")
        connection.execute("create table marts.events as select * from range(0)")
        connection.execute("create view marts.shown as select * from marts.orders")
    return warehouse.path


@pytest.mark.parametrize("kind", [DuckDBWarehouse, ServerLike])
def test_tables_get_their_rows_and_all_else_comes_as_it_was_in_the_same_order(
    path: str, kind: type[DuckDBWarehouse]
) -> None:
    check = dg.AssetCheckResult(passed=True, check_name="unique", asset_key="orders", metadata={"unique_id": "test"})
    events = [built("orders"), check, built("events"), built("shown")]
    found = list(with_row_counts(events, MANIFEST, kind(path=path), LOG))
    assert row_counts(found) == {"orders": 3, "events": 0, "shown": None}
    assert found[1] is check
    assert found[3] is events[3]
    assert found[0].metadata["seconds"].value == 1


def test_nothing_is_counted_where_only_tests_ran(path: str) -> None:
    assert list(with_row_counts(["a check"], MANIFEST, Busy(path=path), LOG)) == ["a check"]


@pytest.mark.parametrize("kind", [DuckDBWarehouse, ServerLike])
def test_what_was_built_before_a_failure_is_reported_and_then_the_failure(
    path: str, kind: type[DuckDBWarehouse]
) -> None:
    def failing() -> Iterator[Any]:
        yield built("orders")
        raise RuntimeError("dbt failed")

    reported = with_row_counts(failing(), MANIFEST, kind(path=path), LOG)
    assert row_counts([next(reported)]) == {"orders": 3}
    with pytest.raises(RuntimeError, match="dbt failed"):
        next(reported)


@pytest.mark.parametrize(("kind", "expected"), [(DuckDBWarehouse, 2), (ServerLike, 1)], ids=["file", "server"])
def test_a_file_is_left_to_dbt_until_it_ends_and_a_server_is_asked_at_once(
    path: str, kind: type[DuckDBWarehouse], expected: int
) -> None:
    """The second event exists once the first one has been taken; a file is not opened before both exist."""
    taken = []

    def working() -> Iterator[Any]:
        for name in ("orders", "events"):
            taken.append(name)
            yield built(name)

    next(with_row_counts(working(), MANIFEST, kind(path=path), LOG))
    assert len(taken) == expected


def test_a_warehouse_that_somebody_holds_costs_the_counts_and_nothing_else(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = list(with_row_counts([built("orders")], MANIFEST, Busy(path=path), LOG))
    assert row_counts(found) == {"orders": None}
    assert "were not counted: the warehouse" in caplog.text
