"""Columns are traced through SQL to raw columns: expressions, counts, unions, calendars, models upon models."""

from __future__ import annotations

import pytest

from ecom_assets.dbt.lineage import CALENDAR, Query, raw_origins
from ecom_assets.dbt.raw_columns import raw_columns_text, told

RAW = {
    "raw.orders": ("order_id", "customer_id", "bought_at", "due_on"),
    "raw.items": ("order_id", "price", "freight"),
    "raw.days": ("day", "number"),
}


def origins(sql: str, *parents: str) -> dict[str, set[str]]:
    query = Query("marts.asked", sql, frozenset(parents))
    found = raw_origins({"marts.asked": query}, RAW, "duckdb", {"raw.days"})["marts.asked"]
    return {name: {f"{relation.split('.')[-1]}.{column}" for relation, column in each} for name, each in found.items()}


def test_an_expression_descends_from_its_columns() -> None:
    found = origins("select price + freight as paid, price as price, 1 as one from raw.items", "raw.items")
    assert found == {"paid": {"items.price", "items.freight"}, "price": {"items.price"}, "one": set()}


def test_columns_pass_through_named_queries_and_stars() -> None:
    sql = """
        with source as (select * from raw.items), summed as (
            select order_id, sum(price) as value from source group by order_id
        )
        select summed.value / 2 as half from summed
    """
    assert origins(sql, "raw.items") == {"half": {"items.price"}}


def test_a_count_descends_from_what_chooses_its_rows() -> None:
    sql = "select count(*) as n from raw.orders where bought_at > timestamp '2018-01-01'"
    assert origins(sql, "raw.orders") == {"n": {"orders.bought_at"}}
    joined = """
        select count(*) as n from raw.orders inner join raw.items on orders.order_id = items.order_id
    """
    assert origins(joined, "raw.orders", "raw.items") == {"n": {"orders.order_id", "items.order_id"}}


def test_a_count_of_all_descends_from_what_it_is_counted_by() -> None:
    sql = "select order_id, count(*) as n from raw.items group by order_id"
    assert origins(sql, "raw.items")["n"] == {"items.order_id"}


def test_a_filtered_count_descends_from_its_filter() -> None:
    sql = "select count(*) filter (where price > 10) as dear from raw.items"
    assert origins(sql, "raw.items") == {"dear": {"items.price"}}


def test_the_rows_that_are_counted_may_have_been_chosen_further_up() -> None:
    sql = """
        with late as (select order_id from raw.orders where bought_at > due_on)
        select count(*) as n from late
    """
    assert origins(sql, "raw.orders")["n"] == {"orders.bought_at", "orders.due_on"}


def test_changes_that_are_summed_descend_from_what_makes_them() -> None:
    sql = """
        with changes as (
            select order_id, 1 as change from raw.orders where bought_at is not null
            union all
            select order_id, -1 as change from raw.orders where due_on is not null
            union all
            select order_id, 0 as change from raw.items where freight > 0
        )
        select sum(change) as level from changes
    """
    assert origins(sql, "raw.orders", "raw.items")["level"] == {"orders.bought_at", "orders.due_on"}


def test_a_day_looked_up_in_a_calendar_descends_from_what_it_was_looked_up_by() -> None:
    sql = """
        select days.number as working_day
        from raw.orders left join raw.days on cast(orders.due_on as date) = days.day
    """
    assert origins(sql, "raw.orders", "raw.days")["working_day"] == {".calendar", "orders.due_on"}


def test_models_are_traced_one_upon_another() -> None:
    queries = {
        "staging.items": Query("staging.items", "select price as item_price from raw.items", frozenset({"raw.items"})),
        "marts.dear": Query(
            "marts.dear", "select max(item_price) as dearest from staging.items", frozenset({"staging.items"})
        ),
    }
    assert raw_origins(queries, RAW, "duckdb")["marts.dear"] == {"dearest": frozenset({("raw.items", "price")})}


def test_a_relation_that_nobody_knows_is_named() -> None:
    query = Query("marts.asked", "select x from raw.unheard", frozenset({"raw.unheard"}))
    with pytest.raises(LookupError, match=r"raw\.unheard is read by a model and known to nobody"):
        raw_origins({"marts.asked": query}, RAW, "duckdb")


def test_identifiers_are_told_only_of_tables_of_which_nothing_else_is() -> None:
    found = told({("raw.orders", "order_id"), ("raw.orders", "due_on"), ("raw.items", "order_id")} | CALENDAR)
    assert found == ["items.order_id", "orders.due_on"]


def test_the_declaration_has_a_line_a_column() -> None:
    text = raw_columns_text({"ftr_a": {"x": ["t.c"], "y": ["t.c", "t.d"]}, "ftr_b": {"z": ["u.e"]}})
    assert text.splitlines()[1:4] == ['  "ftr_a": {', '    "x": ["t.c"],', '    "y": ["t.c", "t.d"]']
