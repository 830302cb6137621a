"""Which tables are compared and by which key, out of a manifest written here."""

from __future__ import annotations

from typing import Any

import pytest

from ecom_assets.engine_parity.tables import ComparedTable, compared_scores, compared_tables
from ml_assets.contract import TableName


def node(schema: str, kind: str, *, resource_type: str = "model", tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "resource_type": resource_type,
        "schema": schema,
        "alias": "things",
        "tags": list(tags),
        "config": {"materialized": kind},
    }


def key_test(name: str, where: str | None = None, **arguments: object) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "attached_node": "model.ecom.things",
        "test_metadata": {"name": name, "kwargs": arguments},
        "tags": [],
        "config": {"materialized": "test", "where": where},
    }


def tables(*nodes: dict[str, Any]) -> tuple[ComparedTable, ...]:
    first, *others = nodes
    manifest = {
        "nodes": {"model.ecom.things": first, **{f"other.{place}": other for place, other in enumerate(others)}}
    }
    return compared_tables(manifest)


@pytest.mark.parametrize(
    ("described", "is_compared"),
    [
        (node("marts", "table"), True),
        (node("marts", "view"), True),
        (node("features", "incremental"), True),
        (node("intermediate", "table"), True),
        (node("staging", "seed", resource_type="seed"), True),
        (node("intermediate", "view"), False),
        (node("staging", "view"), False),
        (node("marts", "ephemeral"), False),
        (node("marts", "view", tags=("after_predictions",)), False),
        (node("marts", "table", resource_type="snapshot"), False),
    ],
    ids=lambda value: f"{value['schema']} {value['config']['materialized']}" if isinstance(value, dict) else str(value),
)
def test_what_others_read_or_a_build_stores_is_compared(described: dict[str, Any], is_compared: bool) -> None:
    assert [str(table.name) for table in tables(described)] == (
        [f"{described['schema']}.things"] if is_compared else []
    )


@pytest.mark.parametrize(
    ("tests", "key"),
    [
        ([], ()),
        ([key_test("not_null", column_name="thing_id")], ()),
        ([key_test("unique", column_name="thing_id")], ("thing_id",)),
        ([key_test("unique", column_name='"thing_id"')], ("thing_id",)),
        ([key_test("unique_combination", columns=["thing_id", "as_of_date"])], ("thing_id", "as_of_date")),
        ([key_test("unique", where="thing_id is not null", column_name="thing_id")], ()),
        (
            [key_test("unique_combination", columns=["a", "b"]), key_test("unique", column_name="thing_id")],
            ("thing_id",),
        ),
        ([key_test("unique", column_name="path"), key_test("unique", column_name="id")], ("id",)),
    ],
    ids=["no test", "another test", "unique", "quoted", "combination", "of some rows", "the shorter", "the first"],
)
def test_the_key_is_what_a_test_holds_to_be_unique(tests: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    [table] = tables(node("marts", "table"), *tests)
    assert table.key == key


def test_tables_come_in_the_order_of_the_layers() -> None:
    ordered = tables(node("features", "table"), node("marts", "table"), node("staging", "seed", resource_type="seed"))
    assert [table.name for table in ordered] == [
        TableName("staging", "things"),
        TableName("marts", "things"),
        TableName("features", "things"),
    ]


def test_scores_are_compared_by_their_declared_key_but_for_what_each_scoring_says_of_itself() -> None:
    [purchase, sellers] = compared_scores(["late_delivery_purchase", "churn_olist_sellers", "unknown"])[::-1]
    assert sellers.name == TableName("predictions", "churn_olist_sellers")
    assert sellers.key == ("seller_id", "as_of_date")
    assert purchase.key == ("order_id", "decision_point", "as_of_date")
    assert sellers.ignored == {"model_version", "reasons", "scored_at"}
    assert compared_scores([]) == ()
    # Tables are asked for by their own names, which need not be those of their models.
    assert [each.name.name for each in compared_scores(["similar_items", "recommendations"])] == [
        "recommendations",
        "similar_items",
    ]
