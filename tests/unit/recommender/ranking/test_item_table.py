"""What is known of items alone, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml_assets.recommender.ranking.item_table import ITEM_COLUMNS, item_table
from ml_assets.recommender.sessions import Sessions

# The mean of each share over all seven clicks stands for five clicks.
SESSIONS = Sessions.of_lists([[0, 0, 1], [1, 2, 1, 2]])


def column(name: str) -> list[float]:
    return [float(value) for value in item_table(SESSIONS, 4, new=1, newest=1)[:, ITEM_COLUMNS.index(name)]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("log_clicks", [math.log(3), math.log(4), math.log(3), 0]),
        ("log_new_clicks", [0, math.log(3), math.log(3), 0]),
        ("log_age", [math.log(2), 0, 0, math.log(3)]),
        ("seen_again_next", [(1 + 5 / 7) / 7, (5 / 7) / 8, (5 / 7) / 7, 1 / 7]),
        ("seen_again_later", [(1 + 15 / 7) / 7, (1 + 15 / 7) / 8, (1 + 15 / 7) / 7, 3 / 7]),
        ("ends_session", [(10 / 7) / 7, (1 + 10 / 7) / 8, (1 + 10 / 7) / 7, 2 / 7]),
        ("clicks_per_session", [2, 1.5, 2, 0]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_columns_are_those_counted_by_hand(name: str, expected: list[float]) -> None:
    assert column(name) == pytest.approx(expected)


def test_without_sessions_nothing_is_known() -> None:
    assert np.isfinite(item_table(Sessions.of_lists([[0]]), 2, new=1, newest=1)).all()
