"""Ranks among all items and the figures of both protocols, by hand, at their limits and against plain loops."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.retailrocket_protocols.answers import Answers, ListScores, answers
from benchmarks.retailrocket_protocols.evaluate import (
    Figures,
    conservative_ranks,
    listed_ranks,
    mean_over_slices,
    next_item_figures,
    rest_figures,
    standard_ranks,
)
from ml_assets.recommender.sessions import NextItems, Sessions
from tests.unit.benchmarks.retailrocket_protocols import naive


@dataclass(frozen=True, slots=True)
class Fixed:
    """Scores that do not depend on the session."""

    items: list[int]
    values: list[float]

    def scores(self, prefix: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        assert len(prefix) > 0
        return np.array(self.items, dtype=np.int32), np.array(self.values, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class FixedList:
    items: list[int]

    def rank(self, prefix: object, count: int = 20) -> NDArray[np.int32]:
        assert prefix == [0]
        return np.array(self.items[:count], dtype=np.int32)


def asked(target: int, item_count: int, model: Fixed, length: int = 3) -> Answers:
    return answers(model, NextItems.of(Sessions.of_lists([[0, target]])), item_count, length)


def ranks(target: int, item_count: int, model: Fixed) -> tuple[float, float, float]:
    """Return the rank on the list of three, the standard and the conservative one."""
    given_answers = asked(target, item_count, model)
    listed = listed_ranks(given_answers, np.array([target], dtype=np.int32))
    return float(listed[0]), float(standard_ranks(given_answers)[0]), float(conservative_ranks(given_answers)[0])


SCORES = Fixed([7, 2, 4, 5], [0.5, 0.9, 0.5, 0.1])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param(2, (1, 1, 1), id="alone at the top"),
        pytest.param(4, (2, 2, 3), id="tied, lower number"),
        pytest.param(7, (3, 2, 3), id="tied, higher number"),
        pytest.param(5, (math.inf, 4, 4), id="beyond the list"),
        pytest.param(0, (math.inf, 5, 10), id="no candidate: tied with all five others at 0"),
    ],
)
def test_ranks_among_ten_items(target: int, expected: tuple[float, float, float]) -> None:
    assert ranks(target, 10, SCORES) == expected


def test_items_that_are_no_candidates_fill_the_list_by_number_and_stand_above_negative_scores() -> None:
    assert asked(1, 6, Fixed([1, 4], [-1.0, 2.0])).top.tolist() == [[4, 0, 2]]
    assert ranks(1, 6, Fixed([1, 4], [-1.0, 2.0])) == (math.inf, 6, 6)
    assert ranks(1, 6, Fixed([1, 4], [0.0, 2.0])) == (3, 2, 6)


def test_a_model_without_candidates_ties_everything() -> None:
    assert ranks(2, 5, Fixed([], [])) == (3, 1, 5)


def test_a_list_longer_than_there_are_items_ends_early() -> None:
    assert asked(0, 2, Fixed([1], [1.0])).top.tolist() == [[1, 0, -1]]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        pytest.param(Fixed([1, 2], [1.0]), "one finite score", id="a score too few"),
        pytest.param(Fixed([1], [math.nan]), "one finite score", id="not a number"),
        pytest.param(Fixed([1, 1], [1.0, 2.0]), "each candidate once", id="twice"),
        pytest.param(Fixed([4], [1.0]), "from 0 to 3", id="too high a number"),
        pytest.param(Fixed([-1], [1.0]), "from 0 to 3", id="too low a number"),
    ],
)
def test_answers_that_are_none_are_refused(model: Fixed, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        asked(0, 4, model)


def test_a_ranked_list_keeps_its_order() -> None:
    listed = answers(ListScores(FixedList([5, 3, 9]), 3), NextItems.of(Sessions.of_lists([[0, 9]])), 10, 3)
    assert listed.top.tolist() == [[5, 3, 9]]
    assert (standard_ranks(listed).tolist(), conservative_ranks(listed).tolist()) == ([3], [3])


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 9), st.data())
def test_ranks_are_those_of_a_sorted_catalogue(item_count: int, data: st.DataObject) -> None:
    named = data.draw(
        st.dictionaries(st.integers(0, item_count - 1), st.sampled_from([-1.0, 0.0, 0.5, 1.0]), max_size=item_count)
    )
    target = data.draw(st.integers(0, item_count - 1))
    model = Fixed(list(named), list(named.values()))
    scores = naive.all_scores(named, item_count)
    in_order = sorted(range(item_count), key=lambda item: (-scores[item], item))
    place = in_order.index(target) + 1
    assert ranks(target, item_count, model) == (
        place if place <= 3 else math.inf,
        1 + sum(score > scores[target] for score in scores),
        sum(score >= scores[target] for score in scores),
    )
    assert asked(target, item_count, model).top[0].tolist() == (in_order[:3] + [-1] * 3)[:3]


def test_next_item_figures_by_hand() -> None:
    figures = next_item_figures(np.array([1.0, 2.0, 4.0, np.inf]), "HR", (1, 2, 5), prefix="some ")
    assert figures == {
        "some HR@1": 0.25,
        "some MRR@1": 0.25,
        "some HR@2": 0.5,
        "some MRR@2": pytest.approx(1.5 / 4),
        "some HR@5": 0.75,
        "some MRR@5": pytest.approx(1.75 / 4),
    }


def rest_of(top: list[list[int]], sessions: list[list[int]], k: int) -> Figures:
    test = Sessions.of_lists(sessions)
    lists = np.array(top, dtype=np.int32)
    nothing = np.zeros(len(lists), dtype=np.int64)
    return rest_figures(Answers(lists, nothing, nothing), NextItems.of(test), test, k)


def test_figures_over_the_rest_by_hand() -> None:
    # After item 9 the rest is (1, 2, 1): items 1 and 2 are hits, three events are to come. Average precision sees the
    # first three places alone, with one hit: (1 / 4) * (1 / 3).
    figures = rest_of([[1, 5, 6, 2], [3, 1, 2, 5], [8, 7, 6, 5]], [[9, 1, 2, 1]], k=4)
    first, second, third = (2 / 4, 2 / 3, 1 / 12), (2 / 4, 2 / 2, 3 / (4 * 2)), (0.0, 0.0, 0.0)
    expected = [sum(each) / 3 for each in zip(first, second, third, strict=True)]
    assert list(figures) == ["P@4", "R@4", "MAP@4"]
    assert list(figures.values()) == pytest.approx(expected)


def test_figures_over_the_rest_at_their_limits() -> None:
    assert list(rest_of([[1, 2, 3]], [[0, 1]], k=3).values()) == pytest.approx([1 / 3, 1, 1 / 3])
    # The last place counts for precision and recall, never for average precision.
    assert list(rest_of([[2, 3, 1]], [[0, 1]], k=3).values()) == pytest.approx([1 / 3, 1, 0])
    # No item at the end of a short list is no item of another session.
    assert list(rest_of([[1, -1, -1], [5, -1, -1]], [[0, 5], [0, 4]], k=3).values()) == [0, 0, 0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=6), min_size=1, max_size=4).filter(
        lambda sessions: any(len(session) > 1 for session in sessions)
    ),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_figures_over_the_rest_are_those_of_plain_loops(
    sessions: list[list[int]], k: int, random: np.random.Generator
) -> None:
    rests = [session[at:] for session in sessions for at in range(1, len(session))]
    top = [[int(item) for item in _shuffled(random)][:5] for _ in rests]
    expected = np.mean([naive.rest_figures(each, rest, k) for each, rest in zip(top, rests, strict=True)], axis=0)
    assert list(rest_of(top, sessions, k).values()) == pytest.approx(expected.tolist())


def _shuffled(random: np.random.Generator) -> list[int]:
    items = list(range(7))
    random.shuffle(items)
    return items


def test_the_mean_over_slices_is_plain() -> None:
    assert mean_over_slices([{"HR@20": 0.5}, {"HR@20": 0.25}]) == {"HR@20": 0.375}
    with pytest.raises(ValueError, match="one slice or more"):
        mean_over_slices([])
    with pytest.raises(ValueError, match="the same figures"):
        mean_over_slices([{"HR@20": 0.5}, {"MRR@20": 0.25}])
