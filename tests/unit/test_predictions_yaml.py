"""dbt's properties of the tables of scores follow from their declaration, and the views over them agree with it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ecom_assets.dbt.predictions_yaml import prediction_properties, predictions_yaml_path, render_predictions_yaml
from ecom_assets.environment import DBT_PROJECT_DIR
from ml_assets.predictions import BANDS, DECLARED_TABLES

SERVING = DBT_PROJECT_DIR / "models" / "serving"


def test_each_table_is_the_asset_of_its_scores_and_on_with_its_source() -> None:
    [source] = prediction_properties()["sources"]
    assert source["schema"] == "predictions"
    tables = {table["name"]: table for table in source["tables"]}
    assert list(tables) == list(DECLARED_TABLES)
    visitors = tables["churn_retailrocket_visitors"]["config"]
    assert visitors["meta"]["dagster"]["asset_key"] == ["ml", "churn_retailrocket_visitors_scores"]
    assert visitors["enabled"] == "{{ 'retailrocket' in env_var('ECOM_SOURCES', 'olist,retailrocket') }}"
    made_by = {name: tables[name]["config"]["meta"]["dagster"]["asset_key"] for name in tables}
    assert made_by["recommendations"] == ["ml", "recommender_retailrocket_scores"]
    assert made_by["similar_items"] == ["ml", "recommender_retailrocket_similar_items"]
    columns = {column["name"]: column["data_type"] for column in tables["late_delivery_purchase"]["columns"]}
    assert columns["decision_at"] == "timestamp"
    assert columns["delivery_days_high"] == "double precision"


def test_the_text_reads_back_as_the_properties_and_is_the_one_in_the_project() -> None:
    text = render_predictions_yaml()
    assert yaml.safe_load(text) == prediction_properties()
    assert predictions_yaml_path(DBT_PROJECT_DIR).read_text() == text


def accepted(model: dict[str, Any], column: str) -> list[str]:
    [found] = [each for each in model["columns"] if each["name"] == column]
    [values] = [
        test["accepted_values"]["arguments"]["values"] for test in found["data_tests"] if "accepted_values" in test
    ]
    return list(values)


@pytest.mark.parametrize("path", ["shared/churn_scores.yml", "olist/late_delivery_scores.yml", "olist/cltv_scores.yml"])
def test_the_views_accept_the_bands_that_scores_have(path: str) -> None:
    [model] = yaml.safe_load((SERVING / path).read_text())["models"]
    assert accepted(model, "band") == list(BANDS)
    texts = {column["name"]: column["data_type"] for column in model["columns"]}
    for table in DECLARED_TABLES.values():
        if table.model.startswith(model["name"].removesuffix("_scores")):
            shared = {column.name: column.type.value for column in table.columns if column.name in texts}
            assert shared == {name: texts[name] for name in shared}
            assert set(shared) >= {column.name for column in table.columns} - {table.key[0]}
