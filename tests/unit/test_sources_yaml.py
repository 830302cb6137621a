"""dbt's source properties follow from the declared files."""

from __future__ import annotations

from typing import Any

import yaml

from ecom_assets.dbt.sources_yaml import render_sources_yaml, source_properties
from ecom_assets.ingestion.sources import SOURCES
from tests.fixtures.landing import tiny_source


def table(source: str, name: str) -> dict[str, Any]:
    [properties] = source_properties(SOURCES[source])["sources"]
    [found] = [candidate for candidate in properties["tables"] if candidate["name"] == name]
    return dict(found)


def test_a_single_key_is_unique_and_required_columns_are_not_null() -> None:
    columns = {column["name"]: column for column in table("olist", "orders")["columns"]}
    assert columns["order_id"]["data_tests"] == ["unique", "not_null"]
    assert columns["order_status"]["data_tests"] == ["not_null"]
    assert "data_tests" not in columns["order_approved_at"]
    assert columns["_line_number"]["data_type"] == "bigint"


def test_a_key_of_several_columns_is_tested_as_one() -> None:
    assert table("olist", "order_reviews")["data_tests"] == [
        {"unique_combination": {"arguments": {"columns": ["review_id", "order_id"]}}}
    ]
    assert "data_tests" not in table("retailrocket", "events")


def test_freshness_is_held_against_the_clock_and_the_clock_not_against_itself() -> None:
    def freshness(source: str, name: str) -> list[dict[str, Any]]:
        tests = [test for column in table(source, name)["columns"] for test in column.get("data_tests", [])]
        return [test["fresh_by_event_clock"] for test in tests if isinstance(test, dict)]

    [reviews] = freshness("olist", "order_reviews")
    assert reviews["arguments"]["clock"] == "raw_olist.orders"
    assert reviews["config"] == {"severity": "warn"}
    [properties] = freshness("retailrocket", "item_properties")
    assert properties["arguments"]["is_epoch_milliseconds"] is True
    assert freshness("olist", "orders") == freshness("retailrocket", "events") == []


def test_the_asset_key_is_that_of_the_raw_asset_and_personal_columns_are_tagged() -> None:
    customers = table("olist", "customers")
    assert customers["config"]["meta"]["dagster"]["asset_key"] == ["raw_olist", "customers"]
    tagged = {column["name"] for column in customers["columns"] if "config" in column}
    assert tagged == {"customer_zip_code_prefix", "customer_city"}


def test_the_text_reads_back_as_the_properties() -> None:
    for source in SOURCES.values():
        assert yaml.safe_load(render_sources_yaml(source)) == source_properties(source)


def test_a_source_without_any_event_column_has_no_freshness() -> None:
    assert "fresh_by_event_clock" not in render_sources_yaml(tiny_source())
