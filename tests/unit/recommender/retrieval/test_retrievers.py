"""Each retriever alone, against a plain loop over sessions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.item_graph import ItemGraph, largest
from ml_assets.recommender.retrieval.neighbours import SessionNeighbours
from ml_assets.recommender.retrieval.retrievers import Retrievers
from ml_assets.recommender.retrieval.transitions import next_items, row_shares
from ml_assets.recommender.retrieval.walk import RandomWalk
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.session_config import NeighbourConfig, RetrievalConfig, TransitionConfig, WalkConfig
from ml_assets.recommender.sessions import Sessions

N = 6
SESSIONS = st.lists(st.lists(st.integers(0, N - 1), min_size=1, max_size=5), min_size=1, max_size=7)
PREFIX = st.lists(st.integers(0, N - 1), min_size=1, max_size=5)


def dictionary(scores: Scores, channel: str, channels: tuple[str, ...]) -> dict[int, float]:
    return dict(zip(scores.items.tolist(), scores.values[:, channels.index(channel)].tolist(), strict=True))


def last_at(items: list[int]) -> dict[int, int]:
    return {item: position for position, item in enumerate(items)}


def neighbours_by_loop(sessions: list[list[int]], prefix: list[int], config: NeighbourConfig) -> dict[int, float]:
    """Return the scores of session neighbours, session by session."""
    ages = {item: len(prefix) - 1 - position for item, position in last_at(prefix).items()}
    found = []
    for number, session in enumerate(sessions):
        shared = [item for item in ages if item in session]
        if shared:
            weight = sum(math.exp(-ages[item] / config.prefix_decay) for item in shared)
            age = len(sessions) - number
            similarity = weight / math.sqrt(len(set(session))) * math.exp(-age / config.session_decay)
            reference = last_at(session)[min(shared, key=ages.__getitem__)]
            found.append((similarity, number, session, reference))
    found.sort(key=lambda neighbour: (-neighbour[0], -neighbour[1]))
    scores: dict[int, float] = {}
    for similarity, _, session, reference in found[: config.neighbours]:
        for item, position in last_at(session).items():
            lent = similarity * math.exp(-abs(position - reference) / config.reach)
            scores[item] = scores.get(item, 0.0) + lent
    return scores


@settings(deadline=None)
@given(SESSIONS, PREFIX)
def test_neighbours_score_as_a_loop_over_sessions(sessions: list[list[int]], prefix: list[int]) -> None:
    config = NeighbourConfig(neighbours=50, session_decay=10.0)
    model = SessionNeighbours.fit(Sessions.of_lists(sessions), N, config)
    scores = model.scores(Query.of(Sessions.of_lists([prefix]), N, 10))
    found = dictionary(scores, "score", model.channels)
    assert found == pytest.approx(neighbours_by_loop(sessions, prefix, config))


def test_only_the_most_similar_neighbours_count() -> None:
    # The second shares both items, the others one; of equals the newer one counts.
    sessions = Sessions.of_lists([[0, 3], [0, 1, 2], [0, 4]])
    config = NeighbourConfig(neighbours=2, session_decay=1e9, prefix_decay=1e9)
    model = SessionNeighbours.fit(sessions, N, config)
    scores = model.scores(Query.of(Sessions.of_lists([[0, 1]]), N, 10))
    assert scores.items.tolist() == [0, 1, 2, 4]


def test_only_the_newest_sessions_of_an_item_are_looked_at() -> None:
    model = SessionNeighbours.fit(Sessions.of_lists([[0, 3], [0, 4], [0, 5]]), N, NeighbourConfig(newest=2))
    assert model.scores(Query.of(Sessions.of_lists([[0]]), N, 10)).items.tolist() == [0, 4, 5]


def test_neighbours_tell_how_many_how_new_and_whether_next() -> None:
    model = SessionNeighbours.fit(Sessions.of_lists([[0, 3], [5, 5], [3, 1, 0]]), N, NeighbourConfig())
    scores = model.scores(Query.of(Sessions.of_lists([[0]]), N, 10))
    assert dictionary(scores, "support", model.channels) == {0: 2, 1: 1, 3: 2}
    assert dictionary(scores, "newest", model.channels) == {0: -1, 1: -1, 3: -1}
    follows = dictionary(scores, "follows", model.channels)
    assert follows[3] > 0
    assert follows[0] == follows[1] == 0


@given(SESSIONS)
def test_next_items_are_counted_as_by_a_loop(sessions: list[list[int]]) -> None:
    expected = np.zeros((N, N))
    for number, session in enumerate(sessions):
        for first in range(len(session)):
            for second in range(first + 1, len(session)):
                recency = math.exp((number + 1 - len(sessions)) / 4.0)
                recency /= len(session)
                expected[session[first], session[second]] += recency * math.exp(-(second - first - 1) / 2.0)
    counted = next_items(Sessions.of_lists(sessions), N, distance_decay=2.0, session_decay=4.0, length_power=1.0)
    np.testing.assert_allclose(counted.toarray(), expected)


def test_pairs_too_far_apart_are_not_counted() -> None:
    counted = next_items(Sessions.of_lists([[0, 1, 1, 1, 1, 1, 2]]), N, distance_decay=1.0, session_decay=1.0)
    assert counted[0, 1] > 0
    assert counted[0, 2] == 0


def test_shares_of_a_row_add_up_to_one_without_a_prior_and_empty_rows_stay_empty() -> None:
    matrix = sparse.csr_array(np.array([[1.0, 3.0], [0.0, 0.0]]))
    assert row_shares(matrix, 0.0).toarray().tolist() == [[0.25, 0.75], [0, 0]]
    assert row_shares(matrix, 4.0).toarray().tolist() == [[0.125, 0.375], [0, 0]]


@given(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=4), st.integers(1, 4))
def test_the_largest_of_a_row_stay_and_of_equals_the_lower(rows: list[list[int]], count: int) -> None:
    found = largest(sparse.csr_array(np.array(rows, dtype=np.float64)), count).toarray()
    for row, kept in zip(rows, found.tolist(), strict=True):
        best = sorted((-value, column) for column, value in enumerate(row) if value)[:count]
        assert {(-value, column) for column, value in enumerate(kept) if value} == set(best)


def test_a_graph_adds_up_what_the_items_lend_older_ones_less() -> None:
    matrix = sparse.csr_array(np.array([[0.0, 2.0, 1.0], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]))
    graph = ItemGraph.of_matrix(matrix, TransitionConfig(prefix_decay=2.0))
    scores = graph.scores(Query.of(Sessions.of_lists([[0, 1], [2], []]), 3, 10))
    assert scores.keys.tolist() == [1, 2]
    older = math.exp(-0.5)
    np.testing.assert_allclose(scores.values, [[2 * older, 0], [4 + older, 4]])


@settings(deadline=None)
@given(SESSIONS, PREFIX)
def test_the_walk_is_expected_where_powers_of_its_matrix_say(sessions: list[list[int]], prefix: list[int]) -> None:
    config = WalkConfig(steps=4, frontier=N, width=N)
    clicks = Sessions.of_lists(sessions)
    both = next_items(clicks, N, config.distance_decay, config.session_decay, config.length_power).toarray()
    both = both + config.backwards * both.T
    np.fill_diagonal(both, 0.0)
    sums = both.sum(axis=1, keepdims=True)
    steps = np.divide(both, sums, out=np.zeros_like(both), where=sums > 0)
    at = np.zeros(N)
    for item, position in last_at(prefix).items():
        at[item] = math.exp(-(len(prefix) - 1 - position) / config.prefix_decay)
    at /= at.sum()
    expected = at.copy()
    for _ in range(config.steps):
        at = config.going_on * at @ steps
        expected += at
    walk = RandomWalk.fit(clicks, N, config)
    found = np.zeros(N)
    scores = walk.scores(Query.of(Sessions.of_lists([prefix]), N, 10))
    found[scores.items] = scores.values[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_the_walk_reaches_items_that_never_met_the_prefix() -> None:
    sessions = Sessions.of_lists([[0, 1], [1, 2]])
    query = Query.of(Sessions.of_lists([[0]]), N, 10)
    assert RandomWalk.fit(sessions, N, WalkConfig()).scores(query).items.tolist() == [0, 1, 2]
    assert SessionNeighbours.fit(sessions, N, NeighbourConfig()).scores(query).items.tolist() == [0, 1]


def test_the_walk_goes_on_from_the_most_probable_items_only() -> None:
    # From 0 mostly to 1, which leads to 2; sometimes to 3, which leads to 4.
    sessions = Sessions.of_lists([[0, 1], [0, 1], [0, 3], [1, 2], [3, 4]])
    query = Query.of(Sessions.of_lists([[0]]), N, 10)
    narrow = RandomWalk.fit(sessions, N, WalkConfig(frontier=1, steps=3)).scores(query)
    assert 4 not in narrow.items.tolist()
    assert 4 in RandomWalk.fit(sessions, N, WalkConfig(steps=3)).scores(query).items.tolist()


@settings(deadline=None, max_examples=25)
@given(SESSIONS, st.lists(st.lists(st.integers(0, N - 1), max_size=5), min_size=1, max_size=4))
def test_many_prefixes_are_answered_as_one_by_one(sessions: list[list[int]], prefixes: list[list[int]]) -> None:
    retrievers = Retrievers.fit(Sessions.of_lists(sessions), N, RetrievalConfig(candidates=4))
    together = retrievers.retrieve(Query.of(Sessions.of_lists(prefixes), N, 10))
    for row, prefix in enumerate(prefixes):
        alone = retrievers.retrieve(Query.of(Sessions.of_lists([prefix]), N, 10))
        for name, scores in alone.scores.items():
            rows = together.scores[name].rows == row
            assert together.scores[name].items[rows].tolist() == scores.items.tolist()
            np.testing.assert_array_equal(together.scores[name].values[rows], scores.values)
        rows = together.candidates // N == row
        assert (together.candidates[rows] % N).tolist() == alone.candidates.tolist()
        assert set(prefix) <= set(alone.candidates.tolist()) or len(set(prefix)) > 4


def test_no_item_is_offered_that_no_session_had() -> None:
    retrievers = Retrievers.fit(Sessions.of_lists([[0, 1], [1, 2], [2, 0]]), N, RetrievalConfig())
    found = retrievers.retrieve(Query.of(Sessions.of_lists([[0], [1, 2]]), N, 10))
    assert set((found.candidates % N).tolist()) == {0, 1, 2}


def test_retrievers_come_back_from_their_arrays() -> None:
    sessions = Sessions.of_lists([[0, 1, 2], [1, 2], [4, 0]])
    fitted = Retrievers.fit(sessions, N, RetrievalConfig())
    restored = Retrievers.of_arrays(fitted.arrays(), N, RetrievalConfig())
    query = Query.of(Sessions.of_lists([[0, 2]]), N, 10)
    found, again = fitted.retrieve(query), restored.retrieve(query)
    assert list(again.scores) == list(fitted.by_name)
    for name, scores in found.scores.items():
        np.testing.assert_array_equal(again.scores[name].values, scores.values)
