"""Columns of candidates, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.features import feature_names, features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.retrieval.retrievers import Retrievers
from ml_assets.recommender.session_config import RetrievalConfig
from ml_assets.recommender.sessions import Sessions

N = 5
SESSIONS = Sessions.of_lists([[0, 1], [1, 2], [0, 1, 1], [3, 4]])
RETRIEVERS = Retrievers.fit(SESSIONS, N, RetrievalConfig())
NAMES = feature_names(RETRIEVERS.by_name)


def of_prefixes(lists: list[list[int]]) -> dict[tuple[int, int], dict[str, float]]:
    """Return the columns of each candidate by prefix and item."""
    query = Query.of(Sessions.of_lists(lists), N, 10)
    retrieved = RETRIEVERS.retrieve(query)
    matrix = features(query, retrieved, item_table(SESSIONS, N, new=2, newest=1))
    assert matrix.dtype == np.float32
    return {
        (int(key) // N, int(key) % N): dict(zip(NAMES, map(float, row), strict=True))
        for key, row in zip(retrieved.candidates, matrix, strict=True)
    }


def test_there_is_a_name_for_each_column_and_each_once() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert of_prefixes([[0, 1]])


def test_a_candidate_knows_whether_and_when_the_prefix_had_it() -> None:
    found = of_prefixes([[1, 0, 1, 0, 0]])
    assert (found[0, 0]["own_age"], found[0, 0]["own_count"]) == (0, 3)
    assert (found[0, 1]["own_age"], found[0, 1]["own_count"]) == (2, 2)
    assert (found[0, 2]["own_age"], found[0, 2]["own_count"]) == (1000, 0)


def test_a_candidate_that_a_retriever_does_not_name_has_a_far_rank_and_no_score() -> None:
    found = of_prefixes([[0]])
    # 2 never met 0; only the walk gets there.
    assert found[0, 2]["neighbours_score"] == 0
    assert found[0, 2]["neighbours_rank"] == 1000
    assert found[0, 2]["walk_score"] > 0
    assert found[0, 2]["walk_rank"] == 2


def test_the_best_of_a_retriever_has_all_of_the_best() -> None:
    found = of_prefixes([[0], [3]])
    assert max(columns["walk_share_of_best"] for (row, _), columns in found.items() if row == 0) == pytest.approx(1)
    assert {item for row, item in found if row == 1} == {3, 4}


def test_columns_of_the_prefix_are_those_of_its_last_item() -> None:
    found = of_prefixes([[0, 1, 1]])
    candidate = found[0, 0]
    assert (candidate["length"], candidate["distinct"], candidate["last_count"]) == (3, 2, 2)
    assert candidate["last_log_clicks"] == found[0, 1]["log_clicks"]
