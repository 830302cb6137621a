"""The columns of sessions: made, cut, renumbered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.recommender.sessions import ItemIndex, NextItems, Sessions

LISTS = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=8)


def as_lists(sessions: Sessions) -> list[list[int]]:
    return [sessions[row].tolist() for row in range(len(sessions))]


@given(LISTS)
def test_lists_come_back_as_they_went_in(lists: list[list[int]]) -> None:
    sessions = Sessions.of_lists(lists)
    assert as_lists(sessions) == lists
    assert sessions.lengths.tolist() == [len(items) for items in lists]
    assert sessions.rows.tolist() == [row for row, items in enumerate(lists) for _ in items]
    assert sessions.positions.tolist() == [at for items in lists for at in range(len(items))]


def test_rows_of_a_frame_become_sessions_with_the_time_of_their_last_click() -> None:
    sessions = Sessions.of_columns(["b", "b", "a"], [7, 8, 7], [10.0, 12.5, 3.0])
    assert as_lists(sessions) == [[7, 8], [7]]
    assert sessions.ended_at is not None
    assert sessions.ended_at.tolist() == [12.5, 3.0]
    assert as_lists(Sessions.of_columns([], [])) == []


def test_rows_of_a_session_that_stand_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="sort the rows by session"):
        Sessions.of_columns([1, 2, 1], [7, 8, 9])


@pytest.mark.parametrize("offsets", [[], [0, 2], [1, 3], [0, 3, 2, 3]], ids=str)
def test_offsets_that_do_not_fit_are_refused(offsets: list[int]) -> None:
    with pytest.raises(ValueError, match="must rise from 0"):
        Sessions(np.array([1, 2, 3], dtype=np.int32), np.array(offsets, dtype=np.int64))


def test_times_must_be_one_a_session() -> None:
    with pytest.raises(ValueError, match="2 sessions need as many times"):
        Sessions.of_lists([[1], [2]], ended_at=[5.0])


def test_sessions_are_taken_by_number_and_by_truth_value() -> None:
    sessions = Sessions.of_lists([[1, 2], [], [3]], ended_at=[1, 2, 3])
    taken = sessions.take([2, 0])
    assert as_lists(taken) == [[3], [1, 2]]
    assert taken.ended_at is not None
    assert taken.ended_at.tolist() == [3, 1]
    assert as_lists(sessions.take(np.array([True, False, True]))) == [[1, 2], [3]]
    assert as_lists(sessions.take(np.empty(0, dtype=np.int64))) == []


@given(LISTS, st.integers(1, 4))
def test_last_clicks_are_those_of_a_slice(lists: list[list[int]], count: int) -> None:
    assert as_lists(Sessions.of_lists(lists).last(count)) == [items[-count:] for items in lists]


@given(LISTS)
def test_pairs_are_all_beginnings_with_what_came_next(lists: list[list[int]]) -> None:
    pairs = NextItems.of(Sessions.of_lists(lists))
    expected = [(items[:at], items[at], row) for row, items in enumerate(lists) for at in range(1, len(items))]
    found = list(zip(as_lists(pairs.prefixes), pairs.targets.tolist(), pairs.session.tolist(), strict=True))
    assert found == expected


def test_some_pairs_are_taken_with_their_sessions() -> None:
    pairs = NextItems.of(Sessions.of_lists([[1, 2, 3], [4, 5]])).take([2, 0])
    assert as_lists(pairs.prefixes) == [[4], [1]]
    assert pairs.targets.tolist() == [5, 2]
    assert pairs.session.tolist() == [1, 0]


@given(LISTS, st.lists(st.integers(-2, 12), max_size=5))
def test_ids_come_back_from_their_numbers_and_unknown_ones_are_told(lists: list[list[int]], asked: list[int]) -> None:
    index = ItemIndex.of(Sessions.of_lists(lists))
    known = sorted({item for items in lists for item in items})
    assert index.ids.tolist() == known
    assert index.numbers(np.array(asked, dtype=np.int64)).tolist() == [
        known.index(item) if item in known else -1 for item in asked
    ]


def test_unknown_items_leave_the_renumbered_sessions() -> None:
    index = ItemIndex.of(Sessions.of_lists([[30, 10], [20]]))
    assert as_lists(index.renumbered(Sessions.of_lists([[10, 99, 30], [99], [20]]))) == [[0, 2], [], [1]]
