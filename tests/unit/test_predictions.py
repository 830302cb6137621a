"""Tables of scores: their declared columns, and what is told of rows that do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.prediction_tables import declared_table, prediction_statements
from ml_assets.contract import TableName
from ml_assets.prediction_checks import schema_problems
from ml_assets.predictions import (
    DECLARED_TABLES,
    DELIVERY_DAYS,
    PREDICTION_TABLES,
    SIMILAR_ITEMS,
)
from tests.fixtures.predictions import scores

SELLERS = PREDICTION_TABLES["churn_olist_sellers"]
HANDOVER = PREDICTION_TABLES["late_delivery_handover"]
VALUE = PREDICTION_TABLES["cltv_olist_customers"]
SEGMENTS = PREDICTION_TABLES["segmentation_olist_customers"]
RECOMMENDATIONS = PREDICTION_TABLES["recommender_retailrocket"]
SIGNED = {"score", "model_version", "scored_at", "is_backtest"}


@pytest.mark.parametrize("name", DECLARED_TABLES)
def test_a_table_begins_with_its_key_and_is_signed(name: str) -> None:
    table = DECLARED_TABLES[name]
    assert table.name == TableName("predictions", name)
    assert tuple(column.name for column in table.columns[: len(table.key)]) == table.key
    assert set(table.key) | SIGNED <= set(table.required)
    assert table.source in SOURCES


@pytest.mark.parametrize("model", sorted(PREDICTION_TABLES.keys() - {RECOMMENDATIONS.model}))
def test_what_answers_in_one_row_is_called_like_its_model_and_gives_reasons(model: str) -> None:
    table = PREDICTION_TABLES[model]
    assert table.name == TableName("predictions", model)
    assert table.asset_key == ("ml", f"{model}_scores")
    assert table.answer_key == table.key
    assert {"band", "reasons"} <= set(table.required)


def test_a_recommender_fills_two_tables_of_lists() -> None:
    assert {name for name, table in DECLARED_TABLES.items() if table.model == "recommender_retailrocket"} == {
        "recommendations",
        "similar_items",
    }
    assert RECOMMENDATIONS.key == ("context", "context_id", "as_of_date", "rank")
    assert RECOMMENDATIONS.answer_key == ("context", "context_id", "as_of_date")
    assert RECOMMENDATIONS.asset_key == ("ml", "recommender_retailrocket_scores")
    assert {"item_id", "is_fallback"} <= set(RECOMMENDATIONS.required)
    assert SIMILAR_ITEMS.key == ("item_id", "as_of_date", "rank")
    assert SIMILAR_ITEMS.answer_key == ("item_id", "as_of_date")
    assert SIMILAR_ITEMS.asset_key == ("ml", "recommender_retailrocket_similar_items")
    assert "similar_item_id" in SIMILAR_ITEMS.required
    for table in (RECOMMENDATIONS, SIMILAR_ITEMS):
        assert not {"band", "reasons"} & {column.name for column in table.columns}


def test_the_sql_of_a_table_says_which_columns_may_be_empty() -> None:
    schema, visitors, recommendations, similar_items = prediction_statements("retailrocket")
    assert recommendations == (
        'create table if not exists predictions.recommendations ("context" text not null, "context_id" text not null, '
        '"as_of_date" date not null, "rank" bigint not null, "item_id" text not null, '
        '"score" double precision not null, "is_fallback" boolean not null, "model_version" text not null, '
        '"scored_at" timestamp not null, "is_backtest" boolean not null)'
    )
    assert similar_items.startswith('create table if not exists predictions.similar_items ("item_id" text not null, ')
    assert schema == "create schema if not exists predictions"
    assert visitors == (
        'create table if not exists predictions.churn_retailrocket_visitors ("visitor_id" text not null, '
        '"as_of_date" date not null, "score" double precision not null, "band" text not null, '
        '"reasons" text not null, "model_version" text not null, "scored_at" timestamp not null, '
        '"is_backtest" boolean not null)'
    )
    [handover] = [sql for sql in prediction_statements("olist") if f"exists {HANDOVER.name} (" in sql]
    assert all(f'"{name}" double precision,' in f"{handover[:-1]}," for name in DELIVERY_DAYS)
    assert prediction_statements("another") == [schema]


def test_only_a_name_in_the_schema_of_predictions_is_a_declared_table() -> None:
    assert declared_table(SELLERS.name) is SELLERS
    assert declared_table(TableName("predictions", "recommendations")) is RECOMMENDATIONS
    assert declared_table(TableName("predictions", "recommender_retailrocket")) is None
    assert declared_table(TableName("marts", SELLERS.model)) is None
    assert declared_table(TableName("predictions", "other")) is None


@pytest.mark.parametrize("name", DECLARED_TABLES)
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_rows_that_fit_have_no_problem(name: str, rows: int) -> None:
    table = DECLARED_TABLES[name]
    frame = scores(table, rows=3).iloc[:rows]
    assert schema_problems(frame, table) == []
    # Money that a contact is worth is said of who may be contacted, not of items in a list.
    extra = f"{table.name} has the column expected_value, which it should not have"
    assert schema_problems(frame.assign(expected_value=-1.5), table) == ([extra] if table.listed else [])


@pytest.mark.parametrize("model", ["cltv_olist_customers", "cltv_olist_sellers"])
def test_value_is_said_of_four_horizons_with_an_interval_each(model: str) -> None:
    table = PREDICTION_TABLES[model]
    names = [column.name for column in table.columns]
    values = [f"expected_value_{days}d{end}" for days in (30, 90, 180, 365) for end in ("", "_low", "_high")]
    purchases = [f"expected_purchases_{days}d" for days in (30, 90, 180, 365)]
    assert names[8:] == ["probability_alive", *purchases, *values]
    assert set(names) - set(table.required) == {
        "probability_alive",
        *purchases,
        *(name for name in values if name.endswith(("_low", "_high"))),
    }
    assert table.intervals == tuple(
        (f"expected_value_{days}d_low", f"expected_value_{days}d", f"expected_value_{days}d_high")
        for days in (30, 90, 180, 365)
    )


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"score": [0.0, 1e9]}, None),
        ({"score": [-0.01, 1.0]}, "score is no finite number from 0 on in 1 rows"),
        ({"score": [np.inf, 1.0]}, "score is no finite number from 0 on in 1 rows"),
        ({"expected_purchases_30d": [0.0, 2.5]}, None),
        ({"expected_purchases_30d": [-1.0, np.inf]}, "expected_purchases_30d is no finite number from 0 on in 2 rows"),
        ({"expected_purchases_365d": [np.nan, 0.5], "probability_alive": None}, None),
        ({"expected_value_365d": [np.nan, 0.25]}, "expected_value_365d is NULL in 1 rows"),
        ({"expected_value_30d_low": np.nan, "expected_value_30d_high": np.nan}, None),
        (
            {"expected_value_30d_low": [np.nan, 0.25]},
            "only some of expected_value_30d_low, expected_value_30d, expected_value_30d_high are known in 1 rows",
        ),
        ({"probability_alive": [0.0, 1.0]}, None),
        ({"probability_alive": [0.5, 1.01]}, "probability_alive is no number from 0 to 1 in 1 rows"),
        ({"expected_value_90d_low": [0.0, 0.25]}, None),
        # A mean of mostly nothing lies above quantiles of nothing.
        ({"expected_value_90d_low": 0.0, "expected_value_90d": 9.5, "expected_value_90d_high": 0.0}, None),
        (
            {"expected_value_90d_low": [0.3, 0.2], "expected_value_90d_high": 0.25},
            "expected_value_90d_low, expected_value_90d_high are not in ascending order in 1 rows",
        ),
        ({"band": ["high", "rich"]}, "band holds 'rich'; known are high, medium, low"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_value_has_an_end_and_intervals_have_two(columns: dict[str, Any], problem: str | None) -> None:
    found = schema_problems(scores(VALUE, rows=2).assign(**columns), VALUE)
    assert found[:1] == ([] if problem is None else [f"{VALUE.name}: {problem}"])


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"segment": ["Champions", "At risk"], "score": [0.0, 1.0], "is_noise": [True, False]}, None),
        ({"segment": ["Champions", " "]}, "segment is blank in 1 rows"),
        ({"segment": ["", None]}, "segment is NULL in 1 rows"),
        ({"score": [0.5, 1.5]}, "score is no number from 0 to 1 in 1 rows"),
        ({"is_noise": [None, True]}, "is_noise is NULL in 1 rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everybody_has_a_segment_with_a_name(columns: dict[str, Any], problem: str | None) -> None:
    found = schema_problems(scores(SEGMENTS, rows=2).assign(**columns), SEGMENTS)
    assert found[:1] == ([] if problem is None else [f"{SEGMENTS.name}: {problem}"])


LISTS: dict[str, Any] = {"context_id": ["a", "b", "a"], "rank": [2, 1, 1], "item_id": ["7", "7", "9"]}
NO_GAPS = "rank does not run from 1 on without gaps in {} lists, and is no whole number in {} rows"


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({}, None),
        ({"score": [-3.5, 0.0, 2e9], "is_fallback": [True, False, False]}, None),
        ({"context": ["visitor", "session", "visitor"]}, None),
        ({"context": ["visitor", "basket", "visitor"]}, "context holds 'basket'; known are visitor, session"),
        ({"rank": [3, 1, 1]}, NO_GAPS.format(1, 0)),
        ({"rank": [2, 2, 1]}, NO_GAPS.format(1, 0)),
        ({"rank": [1, 1, 0]}, "rank is no finite number from 1 on in 1 rows"),
        ({"rank": [2, 1, 1.5]}, NO_GAPS.format(0, 1)),
        ({"rank": 1}, "1 rows repeat a combination of context, context_id, as_of_date, rank"),
        ({"item_id": ["7", "7", "7"]}, "1 rows repeat a combination of context, context_id, as_of_date, item_id"),
        ({"item_id": ["7", "7", None]}, "item_id is NULL in 1 rows"),
        ({"item_id": ["7", "7", " "]}, "item_id is blank in 1 rows"),
        ({"score": [0.5, np.inf, 0.5]}, "score is no finite number in 1 rows"),
        ({"score": [0.5, np.nan, 0.5]}, "score is NULL in 1 rows"),
        ({"is_fallback": [None, True, False]}, "is_fallback is NULL in 1 rows"),
        # The same place in lists of two kinds, or of two days.
        ({"context_id": "a", "rank": 1, "context": ["visitor", "session", "visitor"]}, "1 rows repeat a combination"),
        ({"context_id": "a", "context": ["visitor", "session", "visitor"]}, None),
        ({"context_id": "a", "as_of_date": pd.to_datetime(["2018-02-28", "2018-02-21", "2018-02-28"])}, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lists_have_places_without_gaps_and_items_once(columns: dict[str, Any], problem: str | None) -> None:
    found = schema_problems(scores(RECOMMENDATIONS, rows=3).assign(**LISTS | columns), RECOMMENDATIONS)
    if problem is None:
        assert found == []
    else:
        assert found[0].startswith(f"predictions.recommendations: {problem}")


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({}, None),
        ({"similar_item_id": ["2", "2", "3"]}, "similar_item_id is the same as item_id in 1 rows"),
        ({"similar_item_id": ["3", "1", "3"]}, "1 rows repeat a combination of item_id, as_of_date, similar_item_id"),
        ({"rank": [3, 1, 1]}, NO_GAPS.format(1, 0)),
    ],
    ids=["fit", "itself", "twice", "gap"],
)
def test_no_item_is_like_itself(columns: dict[str, Any], problem: str | None) -> None:
    lists: dict[str, Any] = {"item_id": ["1", "2", "1"], "rank": [1, 1, 2], "similar_item_id": ["2", "1", "3"]}
    found = schema_problems(scores(SIMILAR_ITEMS, rows=3).assign(**lists | columns), SIMILAR_ITEMS)
    assert found == ([] if problem is None else [f"predictions.similar_items: {problem}"])


def changed(**columns: Any) -> pd.DataFrame:
    return scores(HANDOVER, rows=2).assign(**columns)


INTERVAL = dict(zip(DELIVERY_DAYS, ([1.0, 2.0], [3.0, 2.0], [9.5, 2.0]), strict=True))


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (changed(score=[0.5, np.nan]), "score is NULL in 1 rows"),
        (changed(model_version=None), "model_version is NULL in 2 rows"),
        (changed(score=[0.0, 1.0]), None),
        (changed(score=[-1e-9, 1 + 1e-9]), "score is no number from 0 to 1 in 2 rows"),
        (changed(score=[np.inf, 0.5]), "score is no number from 0 to 1 in 1 rows"),
        (changed(band=["low", "medium"]), None),
        (changed(band=["low", "unsure"]), "band holds 'unsure'; known are high, medium, low"),
        (changed(order_id="same"), "1 rows repeat a combination of order_id, decision_point, as_of_date"),
        (changed(order_id="same", decision_point=["purchase", "handover"]), None),
        (changed(as_of_date=pd.Timestamp("2018-02-28 10:00")), "as_of_date has a time of day in 2 rows"),
        (changed(reasons="[]"), None),
        (changed(reasons="[1, 2, 3]"), None),
        (changed(reasons=["[1, 2, 3, 4]", "[]"]), "reasons has up to 4 entries a row; at most 3 are shown"),
        (changed(reasons=['{"a": 1}', "[]"]), "reasons are not one JSON list a row"),
        (changed(reasons=["[], []", "[]"]), "reasons are not one JSON list a row"),
        (changed(reasons=["[", "[]"]), "reasons are not JSON: Expecting value"),
        (changed(reasons=[1.5, "[]"]), "reasons are not JSON: sequence item 0"),
        (changed(expected_value=[np.nan, 1.0]), "expected_value is no finite number in 1 rows"),
        (changed(**INTERVAL), None),
        (changed(**INTERVAL | {"delivery_days_high": [2.5, np.inf]}), "are not in ascending order in 2 rows"),
        (changed(**INTERVAL | {"delivery_days_low": [np.nan, 1.0]}), "are known in 1 rows"),
        (changed(**dict.fromkeys(DELIVERY_DAYS, None)), None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_rows_is_told_with_its_count(frame: pd.DataFrame, problem: str | None) -> None:
    problems = schema_problems(frame, HANDOVER)
    if problem is None:
        assert problems == []
    else:
        [found] = problems
        assert found.startswith("predictions.late_delivery_handover: ")
        assert problem in found


def test_columns_come_before_rows() -> None:
    frame = scores(SELLERS).drop(columns="band").assign(score=7.0, seller_city="x")
    assert schema_problems(frame, SELLERS) == [
        "predictions.churn_olist_sellers lacks the column band",
        "predictions.churn_olist_sellers has the column seller_city, which it should not have",
    ]
