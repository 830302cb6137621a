"""Vectors of items: information of pairs against a loop, nearness by hand, nothing where nothing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.retrievers import VECTORS, Retrievers
from ml_assets.recommender.retrieval.vectors import ItemVectors, positive_mutual_information
from ml_assets.recommender.retrieval.walk import seen_together
from ml_assets.recommender.session_config import RetrievalConfig, VectorConfig, WalkConfig
from ml_assets.recommender.sessions import Sessions

N = 6
COUNTS = st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=4, max_size=4)


@given(COUNTS)
def test_information_of_pairs_is_that_of_a_loop(counts: list[list[int]]) -> None:
    found = positive_mutual_information(sparse.csr_array(np.asarray(counts, dtype=np.float64))).toarray()
    total = sum(map(sum, counts))
    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            expected: float = 0.0
            if count:
                by_column = sum(each[column] for each in counts)
                expected = max(0.0, math.log(count * total / (sum(line) * by_column)))
            assert found[row, column] == pytest.approx(expected, abs=1e-12)


def by_hand(vectors: list[list[float]], prefix_decay: float = 1.0) -> ItemVectors:
    return ItemVectors(np.asarray(vectors, dtype=np.float32), VectorConfig(prefix_decay=prefix_decay))


def test_nearness_is_the_product_with_the_items_of_the_prefix() -> None:
    fitted = by_hand([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]])
    query = Query.of(Sessions.of_lists([[0, 1], [3]]), 4, 10)
    found = fitted.scores(query, np.array([1, 2, 3, 4, 7]))
    # Of the first prefix item 1 was seen last; item 3 lies the other way, as item 0 does from item 3.
    assert found.keys.tolist() == [1, 2, 7]
    older = math.exp(-1)
    np.testing.assert_allclose(found.values, np.array([[1.0, 1.0], [0.6 * older + 0.8, 0.8], [1.0, 1.0]]), rtol=1e-6)


def test_items_of_the_same_surroundings_are_near_without_a_path() -> None:
    # 0 and 1 are never seen together, and both are seen with 2 and 3; 4 and 5 keep to themselves.
    sessions = Sessions.of_lists([[0, 2], [0, 3], [1, 2], [1, 3], [4, 5]] * 3)
    counted = seen_together(sessions, N, WalkConfig())
    fitted = ItemVectors.fit(counted, VectorConfig(dimensions=4))
    near = fitted.vectors @ fitted.vectors.T
    assert near[0, 1] > 0.99
    assert abs(near[0, 4]) < 0.01
    np.testing.assert_allclose(np.diag(near), 1.0, rtol=1e-5)


@pytest.mark.parametrize("n_items", [0, 1, 3], ids=["no items", "one item", "items never seen together"])
def test_where_nothing_is_seen_together_nothing_is_near(n_items: int) -> None:
    fitted = ItemVectors.fit(sparse.csr_array((n_items, n_items)), VectorConfig())
    query = Query.of(Sessions.of_lists([[0]] if n_items else [[]]), n_items, 10)
    assert len(fitted.scores(query, np.arange(n_items)).keys) == 0


def test_two_fits_are_equal_to_the_bit() -> None:
    counted = seen_together(Sessions.of_lists([[0, 1, 2], [2, 3], [4, 0, 5], [5, 1]]), N, WalkConfig())
    first, second = (ItemVectors.fit(counted, VectorConfig(dimensions=4)) for _ in range(2))
    np.testing.assert_array_equal(first.vectors, second.vectors)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.lists(st.integers(0, N - 1), min_size=2, max_size=5), min_size=1, max_size=6))
def test_only_what_walk_or_neighbours_reach_is_held_against_a_prefix(sessions: list[list[int]]) -> None:
    retrievers = Retrievers.fit(Sessions.of_lists(sessions), N, RetrievalConfig())
    found = retrievers.retrieve(Query.of(Sessions.of_lists([[0], [3, 1]]), N, 10)).scores
    reached = np.union1d(found["walk"].keys, found["neighbours"].keys)
    assert np.isin(found[VECTORS].keys, reached).all()


def test_without_vectors_there_is_no_trace_of_them() -> None:
    config = RetrievalConfig(vectors=None, votes={"walk": 1.0})
    fitted = Retrievers.fit(Sessions.of_lists([[0, 1], [1, 2]]), N, config)
    assert VECTORS not in fitted.by_name
    assert VECTORS not in fitted.retrieve(Query.of(Sessions.of_lists([[0]]), N, 10)).scores
    assert not any(name.startswith(VECTORS) for name in fitted.arrays())
    assert Retrievers.of_arrays(fitted.arrays(), N, config).vectors is None


def test_a_vote_for_who_is_not_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="vectors"):
        RetrievalConfig(vectors=None, votes={"walk": 1.0, "vectors": 0.5})
