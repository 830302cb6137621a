"""Frames in and out of every engine: the same calls, the same rows, the same types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ecom_assets.warehouse.base import PlatformWarehouse, WarehouseError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.postgres import PostgresWarehouse
from ecom_assets.warehouse.postgres_types import postgres_type
from ml_assets.contract import TableName
from ml_assets.warehouse import Warehouse
from tests.postgres_server import PostgresServer

SCORES = TableName("predictions", "scores")

# A row of values and one of nothing, in every type that a column of the warehouse has.
EVERY_TYPE = """
    select
        cast('a' as text) as text_value, cast(1 as integer) as integer_value, cast(2 as bigint) as bigint_value,
        cast(0.1 as double precision) as double_value, cast(12.30 as decimal(18, 2)) as money_value,
        cast(true as boolean) as boolean_value, cast('2018-02-28' as date) as date_value,
        cast('2018-02-28 23:59:59.123' as timestamp) as timestamp_value
    union all
    select
        cast(null as text), cast(null as integer), cast(null as bigint), cast(null as double precision),
        cast(null as decimal(18, 2)), cast(null as boolean), cast(null as date), cast(null as timestamp)
"""


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> PlatformWarehouse:
    if request.param == "duckdb":
        return DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))
    make: Callable[[], PostgresWarehouse] = request.getfixturevalue("new_postgres_warehouse")
    return make()


def test_it_implements_the_protocol(warehouse: PlatformWarehouse) -> None:
    assert isinstance(warehouse, Warehouse)


def test_replacing_twice_leaves_the_same_rows(warehouse: PlatformWarehouse) -> None:
    frame = pd.DataFrame({"person": ["a", "b"], "month": [1, 1], "score": [0.1, 0.2]})
    assert not warehouse.exists(SCORES)
    for _ in range(2):
        warehouse.replace(SCORES, frame, key=["person", "month"])
    assert warehouse.exists(SCORES)
    assert SCORES in (warehouse.relations() or ())
    pd.testing.assert_frame_equal(warehouse.read(SCORES).sort_values("person", ignore_index=True), frame)


def test_replacing_touches_only_the_keys_that_are_given(warehouse: PlatformWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a", "b"], "score": [0.1, 0.2]}), key=["person"])
    warehouse.replace(SCORES, pd.DataFrame({"score": [0.9], "person": ["b"]}), key=["person"])
    found = warehouse.read(SCORES, columns=["score", "person"], where="score > 0.05").sort_values("score")
    assert found.to_numpy().tolist() == [[0.1, "a"], [0.9, "b"]]
    assert list(found.columns) == ["score", "person"]


def test_a_key_that_repeats_is_refused_and_nothing_is_written(warehouse: PlatformWarehouse) -> None:
    with pytest.raises(ValueError, match=r"rows for predictions\.scores repeat a combination of person"):
        warehouse.replace(SCORES, pd.DataFrame({"person": ["a", "a"], "score": [0.1, 0.2]}), key=["person"])
    assert not warehouse.exists(SCORES)


def test_a_failing_write_leaves_the_old_rows(warehouse: PlatformWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "score": [0.1]}), key=["person"])
    with pytest.raises(Exception, match="other"):
        warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "other": [0.1]}), key=["person"])
    assert warehouse.read(SCORES)["score"].tolist() == [0.1]


def test_a_frame_of_every_type_comes_back_as_it_went_in(warehouse: PlatformWarehouse) -> None:
    with duckdb.connect() as connection:
        frame = connection.sql(EVERY_TYPE).df()
    warehouse.replace(SCORES, frame, key=["text_value"])
    found = warehouse.read(SCORES, where="text_value = 'a'")
    assert found["timestamp_value"].tolist() == [datetime(2018, 2, 28, 23, 59, 59, 123_000)]
    assert found["date_value"].tolist() == [datetime(2018, 2, 28)]
    assert found["money_value"].tolist() == [12.30]
    nothing = warehouse.read(SCORES, where="text_value is null")
    assert nothing.isna().to_numpy().all()
    assert nothing.shape == (1, len(frame.columns))


def test_a_table_of_every_type_is_read_in_the_same_types_from_all_engines(
    tmp_path: Path, new_postgres_warehouse: Callable[[], PostgresWarehouse], postgres_server: PostgresServer
) -> None:
    embedded, served = DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb")), new_postgres_warehouse()
    statement = f"create table marts.every_type as {EVERY_TYPE}"
    with embedded.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(statement)
    postgres_server.query(served.database, f"create schema marts; {statement}")
    table = TableName("marts", "every_type")
    frames = [warehouse.read(table).sort_values("text_value") for warehouse in (embedded, served)]
    pd.testing.assert_frame_equal(*frames)
    for warehouse in (embedded, served):
        [(day, count)] = warehouse.query(f"select min(date_value), count(*) from {table}")
        assert (day, count) == (date(2018, 2, 28), 2)


def test_a_type_that_a_server_cannot_keep_is_named() -> None:
    assert postgres_type("DECIMAL(18,2)") == "numeric(18,2)"
    with pytest.raises(WarehouseError, match=r"columns of type INTEGER\[\] cannot be kept in Postgres"):
        postgres_type("INTEGER[]")
