"""Frames in and out of every engine: the same calls, the same rows, the same types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from ecom_assets.warehouse.base import PlatformWarehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.errors import WarehouseError
from ecom_assets.warehouse.postgres import PostgresWarehouse
from ecom_assets.warehouse.postgres_server import Address, session
from ecom_assets.warehouse.postgres_types import postgres_type
from ml_assets.contract import PROMOTIONS, TableName
from ml_assets.family.scoring import Scored, clear_standing
from ml_assets.prediction_checks import schema_problems
from ml_assets.predictions import DECLARED_TABLES, PREDICTION_TABLES
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET
from ml_assets.recommender.scoring import standing_lists
from ml_assets.warehouse import Warehouse
from tests.fixtures.predictions import scores
from tests.postgres_server import PostgresServer

RECOMMENDATIONS = PREDICTION_TABLES["recommender_retailrocket"]
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


def drop_table(warehouse: PlatformWarehouse, table: TableName) -> None:
    """Drop a table as somebody does by hand."""
    if isinstance(warehouse, DuckDBWarehouse):
        with duckdb.connect(warehouse.path) as connection:
            connection.execute(f"drop table {table}")
    elif isinstance(warehouse, PostgresWarehouse):
        with session(Address(warehouse.host, warehouse.port, warehouse.database, warehouse.user), None) as server:
            server.cursor().execute(f"drop table {table}")


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


def ranked(**items: list[str]) -> pd.DataFrame:
    """Return lists of recommended items, by visitor."""
    lists = [(visitor, rank, item) for visitor, listed in items.items() for rank, item in enumerate(listed, start=1)]
    visitors, ranks, listed_items = zip(*lists, strict=True)
    return scores(RECOMMENDATIONS, rows=len(lists)).assign(context_id=visitors, rank=ranks, item_id=listed_items)


def listed(warehouse: PlatformWarehouse) -> dict[str, list[str]]:
    found = warehouse.read(RECOMMENDATIONS.name).sort_values(["context_id", "rank"])
    return {str(visitor): list(rows["item_id"]) for visitor, rows in found.groupby("context_id")}


def test_a_list_is_replaced_whole_and_others_stay(warehouse: PlatformWarehouse) -> None:
    key, whole = RECOMMENDATIONS.key, RECOMMENDATIONS.answer_key
    warehouse.replace(RECOMMENDATIONS.name, ranked(a=["1", "2", "3"], b=["4", "5"]), key, whole)
    assert listed(warehouse) == {"a": ["1", "2", "3"], "b": ["4", "5"]}
    for _ in range(2):
        warehouse.replace(RECOMMENDATIONS.name, ranked(a=["3", "1"], c=["6"]), key, whole)
        # Of the longer list nothing is left behind the shorter one.
        assert listed(warehouse) == {"a": ["3", "1"], "b": ["4", "5"], "c": ["6"]}
    other_day = ranked(a=["7"]).assign(as_of_date=pd.Timestamp("2018-03-07"))
    warehouse.replace(RECOMMENDATIONS.name, other_day, key, whole)
    assert len(warehouse.read(RECOMMENDATIONS.name)) == 6
    with pytest.raises(ValueError, match=r"rows for predictions\.recommendations repeat a combination of context, "):
        warehouse.replace(RECOMMENDATIONS.name, ranked(a=["1", "2"]).assign(rank=1), key, whole)
    # A row that stands for itself is replaced alone.
    warehouse.replace(RECOMMENDATIONS.name, ranked(b=["9"]), key)
    assert listed(warehouse)["b"] == ["9", "5"]


def test_lists_go_by_their_day_and_by_whom_the_events_know(warehouse: PlatformWarehouse) -> None:
    events = pd.DataFrame({"visitor_id": ["a", "b"], "session_id": ["s", "t"]})
    warehouse.replace(RECOMMENDER_RETAILROCKET.events, events, key=["visitor_id"])
    now = datetime(2018, 3, 10, 12)
    rows = ranked(a=["1"], b=["2"], c=["3"], s=["4"], u=["5"])
    rows["context"] = ["visitor", "visitor", "visitor", "session", "session"]
    clock = np.datetime64("2018-03-10T11:00:00", "us")
    for day in ("2018-03-11", "2018-03-10", "2018-03-03", "2018-03-02"):
        older = rows.assign(as_of_date=pd.Timestamp(day), scored_at=pd.Timestamp("2018-03-01"), is_backtest=False)
        warehouse.replace(RECOMMENDATIONS.name, older, RECOMMENDATIONS.key, RECOMMENDATIONS.answer_key)
    new = rows.iloc[:1].assign(as_of_date=pd.Timestamp("2018-03-10"), scored_at=now, is_backtest=False)
    warehouse.replace(RECOMMENDATIONS.name, new, RECOMMENDATIONS.key, RECOMMENDATIONS.answer_key)
    standing = standing_lists(RECOMMENDER_RETAILROCKET, clock, keep_days=7)
    clear_standing(warehouse, RECOMMENDATIONS, Scored("1", new, 0, ()), standing, now)
    found = warehouse.read(RECOMMENDATIONS.name)
    left = sorted(zip(pd.to_datetime(found["as_of_date"]).dt.day, found["context_id"], strict=True))
    assert left == [(3, "a"), (3, "b"), (3, "s"), (10, "a")]


def test_a_failing_write_leaves_the_old_rows(warehouse: PlatformWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "score": [0.1]}), key=["person"])
    with pytest.raises(Exception, match="much"):
        warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "score": ["much"], "value": [1.0]}), key=["person"])
    pd.testing.assert_frame_equal(warehouse.read(SCORES), pd.DataFrame({"person": ["a"], "score": [0.1]}))


def test_a_column_that_is_new_is_added_and_one_that_is_gone_is_left_empty(warehouse: PlatformWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a", "b"], "score": [0.1, 0.2]}), key=["person"])
    valued = pd.DataFrame({"person": ["b", "c"], "score": [0.3, 0.4], "value": [5.0, 6.0]})
    for _ in range(2):
        warehouse.replace(SCORES, valued, key=["person"])
    warehouse.replace(SCORES, pd.DataFrame({"person": ["c"], "score": [0.7]}), key=["person"])
    found = warehouse.read(SCORES).sort_values("person", ignore_index=True)
    expected = {"person": ["a", "b", "c"], "score": [0.1, 0.3, 0.7], "value": [np.nan, 5.0, np.nan]}
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected))


def test_a_new_column_without_any_value_has_no_type_and_is_refused(warehouse: PlatformWarehouse) -> None:
    warehouse.replace(SCORES, pd.DataFrame({"person": ["a"]}), key=["person"])
    with pytest.raises(WarehouseError, match="type"):
        warehouse.replace(SCORES, pd.DataFrame({"person": ["a"], "value": [None]}), key=["person"])
    assert list(warehouse.read(SCORES).columns) == ["person"]


def test_a_table_of_scores_has_its_declared_columns_whatever_frame_comes_first(warehouse: PlatformWarehouse) -> None:
    table = PREDICTION_TABLES["late_delivery_handover"]
    frame = scores(table).assign(expected_value=1.5)
    assert schema_problems(frame, table) == []
    for _ in range(2):
        warehouse.replace(table.name, frame, key=table.key)
    found = warehouse.read(table.name)
    assert list(found.columns) == [*(column.name for column in table.columns), "expected_value"]
    pd.testing.assert_frame_equal(found, frame, check_dtype=False)
    assert found.dtypes["as_of_date"].kind == "M"
    [(day, low)] = warehouse.query(f"select as_of_date, delivery_days_low from {table.name}")
    assert (day, low) == (date(2018, 2, 28), None)
    # What must not be empty is guarded by the table too.
    with pytest.raises(Exception, match=r"(?i)null"):
        warehouse.replace(table.name, frame.assign(score=np.nan), key=table.key)
    assert len(warehouse.read(table.name)) == 1


def test_no_scores_at_all_make_an_empty_table(warehouse: PlatformWarehouse) -> None:
    table = PREDICTION_TABLES["churn_olist_sellers"]
    warehouse.replace(table.name, scores(table).iloc[:0], key=table.key)
    assert list(warehouse.read(table.name).columns) == [column.name for column in table.columns]
    assert warehouse.read(table.name).empty


def test_rows_of_what_is_no_longer_known_are_removed(warehouse: PlatformWarehouse) -> None:
    known, key = TableName("features", "known"), ["person", "day"]
    warehouse.keep_known(SCORES, known, key)
    assert not warehouse.exists(SCORES)
    frame = pd.DataFrame({"person": ["a", "a", "b"], "day": [1, 2, 1], "score": [0.1, 0.2, 0.3]})
    warehouse.replace(SCORES, frame, key)
    warehouse.replace(known, pd.DataFrame({"day": [1, 2, 2], "person": ["a", "b", "c"]}), key)
    warehouse.keep_known(SCORES, known, key)
    assert warehouse.read(SCORES).to_numpy().tolist() == [["a", 1, 0.1]]


def test_what_is_not_known_of_a_decision_stays_empty(warehouse: PlatformWarehouse, tmp_path: Path) -> None:
    with warehouse.raw_table("olist", TableName("raw_olist", "orders"), tmp_path):
        pass
    row = {
        "decided_at": datetime(2018, 9, 1, 12),
        "model_name": "m",
        "champion_version": None,
        "challenger_version": "1",
        "metric": "log_loss",
        "champion_value": None,
        "challenger_value": 0.5,
        "verdict": "insufficient evidence",
        "reason": "too few",
        "run_id": None,
    }
    for _ in range(2):
        warehouse.replace(PROMOTIONS, pd.DataFrame([row]), key=["model_name", "challenger_version"])
    [found] = warehouse.query(f"select champion_version, champion_value, gain_low, reason, run_id from {PROMOTIONS}")
    assert found == (None, None, None, "too few", None)


def test_the_first_load_of_a_source_makes_its_tables_of_scores(warehouse: PlatformWarehouse, tmp_path: Path) -> None:
    with warehouse.raw_table("retailrocket", TableName("raw_retailrocket", "events"), tmp_path):
        pass
    made = {table.name for table in (warehouse.relations() or ()) if table.schema == "predictions"}
    assert made == {"churn_retailrocket_visitors", "recommendations", "similar_items"}
    for name in made:
        assert warehouse.read(DECLARED_TABLES[name].name).empty


def test_a_dropped_table_of_scores_is_missed_until_it_is_written_again(
    warehouse: PlatformWarehouse, tmp_path: Path
) -> None:
    dropped, other = PREDICTION_TABLES["churn_olist_sellers"], PREDICTION_TABLES["churn_olist_customers"]
    for table in (dropped, other):
        warehouse.replace(table.name, scores(table), key=table.key)
    drop_table(warehouse, dropped.name)
    warehouse.read(other.name)
    warehouse.replace(other.name, scores(other), key=other.key)
    assert dropped.name not in (warehouse.relations() or ())
    warehouse.replace(dropped.name, scores(dropped), key=dropped.key)
    assert dropped.name in (warehouse.relations() or ())


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
    pd.testing.assert_frame_equal(
        embedded.read(table).sort_values("text_value"), served.read(table).sort_values("text_value")
    )
    for warehouse in (embedded, served):
        [(day, count)] = warehouse.query(f"select min(date_value), count(*) from {table}")
        assert (day, count) == (date(2018, 2, 28), 2)


def test_a_type_that_a_server_cannot_keep_is_named() -> None:
    assert postgres_type("DECIMAL(18,2)") == "numeric(18,2)"
    with pytest.raises(WarehouseError, match=r"columns of type INTEGER\[\] cannot be kept in Postgres"):
        postgres_type("INTEGER[]")


def test_rows_are_deleted_by_a_condition_and_others_stay(warehouse: PlatformWarehouse) -> None:
    frame = pd.DataFrame({"person": ["a", "b", "it's"], "score": [0.1, 0.2, np.nan]})
    warehouse.replace(SCORES, frame, key=["person"])
    warehouse.delete(SCORES, where="person in ('a', 'it''s')")
    assert warehouse.read(SCORES)["person"].tolist() == ["b"]
    warehouse.delete(SCORES, where="score > 0.5")
    assert len(warehouse.read(SCORES)) == 1
    warehouse.delete(SCORES, where="person = 'b'")
    # The table stays, with its columns.
    assert list(warehouse.read(SCORES).columns) == ["person", "score"]
