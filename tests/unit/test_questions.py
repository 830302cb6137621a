"""The five questions against the YAML of their feature tables: no label and no moment may stand among the features."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ecom_assets.dbt.features_page import FeatureTable, Role, feature_tables
from ml_assets.churn.questions import CHURN_OLIST_CUSTOMERS
from ml_assets.churn.questions import QUESTIONS as CHURN
from ml_assets.classification.panel import feature_names
from ml_assets.classification.question import Question
from ml_assets.late_delivery.questions import LATE_DELIVERY_PURCHASE
from ml_assets.late_delivery.questions import QUESTIONS as LATE_DELIVERY

QUESTIONS = (*CHURN, *LATE_DELIVERY)
FEATURES_DIR = Path(__file__).parents[2] / "dbt_project" / "models" / "features"
NO_VARIABLES: dict[str, int] = {}

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


@pytest.fixture(scope="module")
def tables() -> dict[str, FeatureTable]:
    return {table.name: table for table in feature_tables(FEATURES_DIR, NO_VARIABLES)}


def columns_of(table: FeatureTable, *roles: Role) -> set[str]:
    return {column.name for column in table.named(*roles)}


def used(question: Question, table: FeatureTable) -> list[str]:
    return feature_names(question, [column.name for column in table.columns])


@each_question
def test_only_columns_declared_as_features_are_features(question: Question, tables: dict[str, FeatureTable]) -> None:
    table = tables[question.table.name]
    assert set(used(question, table)) <= columns_of(table, Role.FEATURE)


@each_question
def test_what_is_not_used_is_named(question: Question, tables: dict[str, FeatureTable]) -> None:
    table = tables[question.table.name]
    assert columns_of(table, Role.FEATURE) - set(used(question, table)) == set(question.left_out or {})


@each_question
def test_key_label_and_moments_are_what_the_table_declares(question: Question, tables: dict[str, FeatureTable]) -> None:
    table = tables[question.table.name]
    assert set(question.key) == columns_of(table, Role.KEY)
    assert question.entity in question.key
    assert question.as_of_column in columns_of(table, Role.TIME)
    assert question.label in columns_of(table, Role.LABEL)
    assert question.horizon_ends_column in columns_of(table, Role.TIME, Role.LABEL)
    assert set(question.not_features) <= columns_of(table, Role.TIME, Role.LABEL)


@each_question
def test_rule_and_segment_stand_on_features_that_are_used(question: Question, tables: dict[str, FeatureTable]) -> None:
    features = used(question, tables[question.table.name])
    assert {term.column for term in question.rule.terms} <= set(features)
    assert len({term.column for term in question.rule.terms}) == len(question.rule.terms)
    assert question.segment is None or question.segment in features


@pytest.mark.parametrize("forgotten", ["has_churned_by_any_order", "delivery_known_at"])
def test_a_label_that_was_forgotten_would_be_seen(forgotten: str, tables: dict[str, FeatureTable]) -> None:
    question = LATE_DELIVERY_PURCHASE if forgotten in LATE_DELIVERY_PURCHASE.not_features else CHURN_OLIST_CUSTOMERS
    careless = replace(question, not_features=tuple(set(question.not_features) - {forgotten}))
    table = tables[question.table.name]
    assert not set(used(careless, table)) <= columns_of(table, Role.FEATURE)


def test_names_are_different() -> None:
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)


def test_reasons_are_given_for_what_is_left_out() -> None:
    assert all(reason.endswith(".") for question in QUESTIONS for reason in (question.left_out or {}).values())
