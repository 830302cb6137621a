"""The published baselines by hand and against plain loops."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.retailrocket_protocols.answers import NextItem
from benchmarks.retailrocket_protocols.neighbours import S_KNN, STAN, PublishedNeighbours, Settings
from benchmarks.retailrocket_protocols.rules import LastItemRules
from ml_assets.recommender.sessions import Sessions
from tests.unit.benchmarks.retailrocket_protocols import naive

ITEMS = 8
DAY = 86_400.0
STORES = st.lists(st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=9), min_size=1, max_size=8)
PREFIXES = st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=5)


def scored(model: NextItem, prefix: list[int]) -> dict[int, float]:
    items, scores = model.scores(np.array(prefix, dtype=np.int32))
    return dict(zip(items.tolist(), scores.tolist(), strict=True))


def test_the_settings_are_those_of_the_published_table() -> None:
    assert Settings(50, 5_000) == S_KNN
    assert Settings(500, 1_000, 1.81, 100, 0.4525) == STAN


def test_association_counts_pairs_of_views_in_either_order() -> None:
    rules = LastItemRules.association(Sessions.of_lists([[1, 2, 1], [2, 3]]), ITEMS)
    assert scored(rules, [5, 1]) == {1: 2, 2: 2}
    assert scored(rules, [2]) == {1: 2, 3: 1}
    assert scored(rules, [1, 7]) == {}


def test_sequential_rules_fade_with_steps_up_to_seven() -> None:
    rules = LastItemRules.sequential(Sessions.of_lists([[0, 1, 2, 3, 4, 5, 6, 7, 0], [0, 0, 1]]), ITEMS)
    expected = {1: 1 + 1 + 1 / 2, 2: 1 / 2, 3: 1 / 3, 4: 1 / 4, 5: 1 / 5, 6: 1 / 6, 7: 1 / 7, 0: 1}
    assert scored(rules, [3, 0]) == pytest.approx(expected)


@pytest.mark.parametrize("kind", [LastItemRules.association, LastItemRules.sequential])
def test_twenty_rules_are_kept_equal_ones_by_number(kind: object) -> None:
    train = Sessions.of_lists([[0, item] for item in range(30, 0, -1)] + [[0, 30]])
    rules = kind(train, 31)  # type: ignore[operator]
    assert sorted(scored(rules, [0])) == [*range(1, 20), 30]


@settings(max_examples=40, deadline=None)
@given(STORES, PREFIXES)
def test_rules_are_those_of_plain_loops(train: list[list[int]], prefix: list[int]) -> None:
    sessions = Sessions.of_lists(train)
    last = prefix[-1]
    association = naive.first_rules(naive.association(train)[last])
    assert scored(LastItemRules.association(sessions, ITEMS), prefix) == pytest.approx(association)
    sequential = naive.first_rules(naive.sequential(train)[last])
    assert scored(LastItemRules.sequential(sessions, ITEMS), prefix) == pytest.approx(sequential)


def neighbours(train: list[list[int]], settings: Settings, ended_at: NDArray[np.float64] | None = None) -> NextItem:
    return PublishedNeighbours.fit(Sessions.of_lists(train, ended_at), ITEMS, settings)


def test_s_knn_by_hand() -> None:
    # Cosine of item sets: (1, 2) with (1, 2, 3): 2 / sqrt(6); with (1, 4): 1 / 2; session (5, 6) has nothing in common.
    model = neighbours([[1, 2, 3, 2], [1, 4], [5, 6]], S_KNN)
    near, far = 2 / math.sqrt(6), 1 / 2
    assert scored(model, [1, 2, 1]) == pytest.approx({1: near + far, 2: near, 3: near, 4: far})


def test_stan_by_hand() -> None:
    ended_at = np.array([0.0, 50 * DAY])
    model = neighbours([[4, 1, 2], [1, 3]], STAN, ended_at)
    # The asked session is (2, 1, 1): item 1 weighs 1, item 2, two views back, exp(-2 / 1.81).
    back = math.exp(-2 / 1.81)
    length = math.sqrt(1 + back**2)
    first = (1 + back) / length / math.sqrt(3) * math.exp(-50 / 100)
    second = 1 / length / math.sqrt(2)
    one, two = math.exp(-1 / 0.4525), math.exp(-2 / 0.4525)
    # In the first session the last common item is 2, in the second 1.
    expected = {2: first, 1: first * one + second, 4: first * two, 3: second * one}
    assert scored(model, [2, 1, 1]) == pytest.approx(expected)


def test_the_latest_sessions_are_sampled_and_equal_ones_go_by_time() -> None:
    train = [[1, 2], [1, 3], [1, 4]]
    assert sorted(scored(neighbours(train, replace(S_KNN, sample=2)), [1])) == [1, 3, 4]
    assert sorted(scored(neighbours(train, replace(S_KNN, neighbours=1)), [1])) == [1, 4]


def test_nothing_in_common_is_no_candidate() -> None:
    assert scored(neighbours([[1, 2]], STAN, np.array([0.0])), [5]) == {}


def test_age_needs_times() -> None:
    with pytest.raises(ValueError, match="when they ended"):
        neighbours([[1, 2]], STAN)


@settings(max_examples=60, deadline=None)
@given(
    STORES,
    PREFIXES,
    st.sampled_from([S_KNN, STAN, Settings(2, 3), Settings(1, 2, 1.5, 2.0, 0.7)]),
    st.lists(st.integers(0, 200), min_size=8, max_size=8).map(sorted),
)
def test_neighbours_are_those_of_plain_loops(
    train: list[list[int]], prefix: list[int], chosen: Settings, days: list[int]
) -> None:
    ended_at = DAY * np.array(days[: len(train)], dtype=np.float64)
    expected = naive.neighbour_scores(train, ended_at.tolist(), prefix, chosen)
    assert scored(neighbours(train, chosen, ended_at), prefix) == pytest.approx(expected)
