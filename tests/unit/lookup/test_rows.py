"""Rows in short form: the newest of everybody with reasons, earlier ones without; nothing in a text breaks them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from ml_assets.lookup.rows import looked_up, read_columns, short_reasons
from tests.unit.lookup.made import CHURN, SEGMENTS, VALUE, churn, reasons

HOSTILE = '"}], "value": 1, "contribution": 2}["x", {"feature": "y", \\ </script>'


def test_the_newest_score_of_each_has_reasons_and_age_nought() -> None:
    frame = churn(
        ("b", "2018-05-31", 0.2, "medium"),
        ("a", "2018-04-30", 0.1, "low"),
        ("a", "2018-05-31", 0.912345, "high"),
        told=[reasons(("size", 3, 0.5)), reasons(("size", 1, 0.1)), reasons(("state", "SP", -0.25), ("size", 7, 0.1))],
    )
    found = looked_up(CHURN, frame)
    assert found.days == ("2018-04-30", "2018-05-31")
    assert (found.versions, found.features, found.facts) == (("2",), ("size", "state"), ())
    assert found.rows.drop(columns="reasons").to_dict("records") == [
        {"entity": "a", "age": 0, "day": 1, "score": 0.9123, "band": 0, "version": 0, "hindsight": 0},
        {"entity": "a", "age": 1, "day": 0, "score": 0.1, "band": 2, "version": 0, "hindsight": 0},
        {"entity": "b", "age": 0, "day": 1, "score": 0.2, "band": 1, "version": 0, "hindsight": 0},
    ]
    assert found.rows["reasons"].isna().tolist() == [False, True, False]
    assert json.loads(found.rows["reasons"][0]) == [[1, "SP", -0.25], [0, 7, 0.1]]
    assert json.loads(found.rows["reasons"][2]) == [[0, 3, 0.5]]


@pytest.mark.parametrize("value", [HOSTILE, "ação", "", None, True, 1e-7, -3])
def test_a_value_comes_back_as_it_was(value: object) -> None:
    told = reasons(("a_column", value, -1e-05), ("other", HOSTILE, 2.0))
    features, short = short_reasons(pd.Series([told]))
    assert features == ("a_column", "other")
    assert json.loads(short[0]) == [[0, value, -1e-05], [1, HOSTILE, 2.0]]


def test_a_score_that_nothing_moved_has_an_empty_list() -> None:
    features, short = short_reasons(pd.Series(["[]", None]))
    assert features == ()
    assert short[0] == "[]"
    assert pd.isna(short[1])


def test_further_columns_are_of_the_newest_score_only() -> None:
    frame = churn(("a", "2018-04-30", 0.5, "low"), ("a", "2018-05-31", 0.75, "low")).assign(
        segment=["New", "Loyal"], is_noise=False
    )
    rows = looked_up(SEGMENTS, frame).rows
    assert rows["segment"][0] == "Loyal"
    assert pd.isna(rows["segment"][1])


def test_what_is_personal_or_of_no_interest_is_not_read() -> None:
    assert read_columns(VALUE) == (
        "customer_unique_id",
        "as_of_date",
        "score",
        "band",
        "reasons",
        "model_version",
        "is_backtest",
        "probability_alive",
        "expected_value_180d_low",
        "expected_value_180d_high",
    )


def test_no_rows_are_no_rows() -> None:
    found = looked_up(CHURN, churn())
    assert (len(found.rows), found.days, found.features) == (0, (), ())
