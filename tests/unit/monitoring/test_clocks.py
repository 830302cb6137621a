"""What moves with time by itself is declared of columns that there are; of panels recent rows are watched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from ecom_assets.dbt.features_page import Role, feature_tables
from ecom_assets.dbt.project import project_variables
from ecom_assets.environment import DBT_PROJECT_DIR
from ecom_assets.ingestion.sources import SOURCES
from ml_assets.cltv.question import QUESTIONS as VALUES
from ml_assets.definitions import questions_of
from ml_assets.monitoring.clocks import Recent
from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.described import declared_raw_columns, features
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS

TABLES = {
    table.name: table
    for table in feature_tables(DBT_PROJECT_DIR / "models" / "features", project_variables(DBT_PROJECT_DIR))
}
WATCHED = {
    **{question.name: question for question in questions_of(SOURCES)},
    **{question.name: question.hurdle for question in VALUES},
}


def feature_names(table: str) -> set[str]:
    return {column.name for column in TABLES[table].named(Role.FEATURE)}


@pytest.mark.parametrize("name", WATCHED)
def test_clocks_are_features_and_each_has_a_reason(name: str) -> None:
    question = WATCHED[name]
    assert set(question.clocks) <= feature_names(question.table.name)
    assert all(reason.endswith(".") for reason in question.clocks.values())
    if question.watched is not None:
        assert question.watched.column in feature_names(question.table.name)
        # What the rows are chosen by says nothing of drift in itself, and is no clock among them.
        assert question.watched.column not in question.clocks


def test_a_panel_that_is_asked_again_and_again_is_watched_by_its_recent_rows() -> None:
    for question in WATCHED.values():
        assert (question.watched is None) == (not question.as_of_is_date)


def test_clocks_of_segments_are_features() -> None:
    question = SEGMENTATION_OLIST_CUSTOMERS
    assert {*question.clocks, question.watched.column} <= feature_names(question.table.name)


def test_recent_rows_are_those_of_the_last_days() -> None:
    features = pd.DataFrame({"days": [0.0, 6.0, 7.0, np.nan]})
    assert Recent("days", 7).rows(features).tolist() == [True, True, False, False]


@pytest.mark.parametrize("name", WATCHED)
def test_every_feature_descends_from_raw_columns_of_its_source(name: str) -> None:
    question = WATCHED[name]
    declared = declared_raw_columns()[question.table.name]
    raw = {f"{table.name}.{column.name}" for table in SOURCES[question.source].tables for column in table.columns}
    for feature in feature_names(question.table.name):
        assert declared[feature], feature
        assert set(declared[feature]) <= raw, feature


def test_features_are_described_by_what_is_declared_of_them() -> None:
    question = WATCHED["churn_olist_customers"]
    clocks: Mapping[str, str] = {"order_count": "Grows."}
    price, state, count = features(
        question.table,
        ["mean_item_price", "customer_state", "order_count"],
        ("customer_state",),
        {"order_count": 0.5},
        clocks,
    )
    assert (price.kind, price.raw_columns, price.excluded) == (ColumnKind.NUMERIC, ("order_items.price",), "")
    assert (state.kind, state.raw_columns) == (ColumnKind.CATEGORICAL, ("customers.customer_state",))
    assert (count.importance, count.excluded) == (0.5, "Grows.")
    assert features(question.table, ["unheard_of"], (), {}, {})[0].raw_columns == ()
