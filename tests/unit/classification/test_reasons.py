"""Reasons as JSON text: which columns, in which order, with which values."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.reasons import reason_texts

NAMES = ("amount", "state", 'qu"ote')
MATRIX = np.array([[1.5, 0, 3], [np.nan, np.nan, 0.1], [2, 1, -4]], dtype=np.float32)
STATES = {1: pd.Series(["São Paulo", None, 'B"A'], dtype="object")}


def parsed(contributions: list[list[float]], count: int = 3) -> list[list[dict[str, object]]]:
    return [json.loads(text) for text in reason_texts(NAMES, MATRIX, STATES, np.array(contributions), count)]


def test_largest_first_with_value_and_contribution() -> None:
    rows = parsed([[0.1, -0.5, 0.2], [0.3, 0.2, -0.1], [-1.0, 2.0, 0.5]])
    assert rows[0] == [
        {"feature": "state", "value": "São Paulo", "contribution": -0.5},
        {"feature": 'qu"ote', "value": 3, "contribution": 0.2},
        {"feature": "amount", "value": 1.5, "contribution": 0.1},
    ]
    assert [(reason["feature"], reason["value"]) for reason in rows[1]] == [
        ("amount", None),
        ("state", None),
        ('qu"ote', 0.1),
    ]
    assert rows[2][0] == {"feature": "state", "value": 'B"A', "contribution": 2.0}


def test_equals_come_in_the_order_of_the_columns() -> None:
    rows = parsed([[0.5, -0.5, 0.5]] * 3)
    assert [reason["feature"] for reason in rows[0]] == list(NAMES)


def test_what_contributes_nothing_is_no_reason() -> None:
    rows = parsed([[0.0, 0.0, 0.0], [0.0, 0.4, 0.00001], [0.0, 0.0, -7.0]])
    assert [[reason["feature"] for reason in row] for row in rows] == [[], ["state"], ['qu"ote']]


@pytest.mark.parametrize(("count", "number"), [(1, 1), (2, 2), (9, 3)])
def test_at_most_so_many(count: int, number: int) -> None:
    assert {len(row) for row in parsed([[1.0, 2.0, 3.0]] * 3, count)} == {number}


def test_no_rows_no_texts() -> None:
    empty = np.empty((0, 3))
    assert reason_texts(NAMES, empty.astype(np.float32), {1: pd.Series([], dtype="object")}, empty, 3) == []
