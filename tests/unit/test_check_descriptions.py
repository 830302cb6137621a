"""What a data test of dbt says about itself in the UI."""

from __future__ import annotations

from typing import Any

import pytest

from ecom_assets.dbt.check_descriptions import check_description

SINGULAR = """{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

-- Every raw order stands in fct_orders,
-- and no other.
with raw_orders as (
    select 1 -- not this one
)
select * from raw_orders"""


def generic(name: str, **arguments: Any) -> dict[str, Any]:
    """Return the properties of a generic test on a model."""
    return {"description": "", "test_metadata": {"name": name, "kwargs": arguments | {"model": "{{ ref('m') }}"}}}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (generic("unique", column_name="order_id") | {"description": "One row an order."}, "One row an order."),
        (generic("not_null", column_name='"timestamp"'), "not null (column name: timestamp)"),
        (generic("unique_combination", columns=["a", "b"]), "unique combination (columns: a, b)"),
        (generic("expression_holds", expression="a = b"), "expression holds (expression: a = b)"),
        (
            generic("relationships", column_name="a", to="ref('dim')", field="b"),
            "relationships (column name: a; to: ref('dim'); field: b)",
        ),
        (generic("whole_table"), "whole table"),
        ({"raw_code": SINGULAR, "name": "orders_equal"}, "Every raw order stands in fct_orders, and no other."),
        ({"raw_code": "select 1 -- a remark", "name": "orders_add_up"}, "orders add up"),
    ],
)
def test_a_test_is_told_by_its_own_words_or_by_what_it_asks_for(properties: dict[str, Any], expected: str) -> None:
    assert check_description(properties) == expected
