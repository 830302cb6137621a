"""P1 step by step at its boundaries, and all of it against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.retailrocket_protocols import p1
from benchmarks.retailrocket_protocols.split import Split, TooFewEventsError
from benchmarks.retailrocket_protocols.views import Views
from tests.unit.benchmarks.retailrocket_protocols import naive
from tests.unit.benchmarks.retailrocket_protocols.logs import CART, START, Row, events_of, lists, logs, viewed

SECOND = 1_000
GAP = 1_800 * SECOND


def sessions(rows: list[Row]) -> list[list[int]]:
    return lists(p1.views_of(events_of(rows)).sessions(per_second=1))


def views(*sessions_and_times: tuple[int, int, int]) -> Views:
    session, time, item = np.array(sessions_and_times, dtype=np.int64).T
    return Views(session, time, item.astype(np.int32))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(0, GAP, [[1, 2]], id="1800 s"),
        pytest.param(0, GAP + 1, [[1, 2]], id="1800.001 s, the millisecond is cut off"),
        pytest.param(0, GAP + 999, [[1, 2]], id="1800.999 s, cut to 1800 s"),
        pytest.param(0, GAP + SECOND, [[1], [2]], id="1801 s"),
        pytest.param(999, GAP + SECOND, [[1], [2]], id="1800.001 s across a second more"),
    ],
)
def test_a_session_goes_on_for_1800_whole_seconds(first: int, second: int, expected: list[list[int]]) -> None:
    assert sessions(viewed(7, (first, 1), (second, 2))) == expected


def test_a_cart_bridges_two_views_and_is_no_view() -> None:
    apart = viewed(7, (0, 1), (2 * GAP, 2))
    assert sessions(apart) == [[1], [2]]
    assert sessions([*apart, (START + GAP, 7, 3, CART)]) == [[1, 2]]


def test_visitors_never_share_a_session() -> None:
    assert sessions([*viewed(7, (0, 1)), *viewed(8, (0, 2)), *viewed(7, (1, 3))]) == [[1, 3], [2]]


def test_an_item_viewed_again_stays() -> None:
    assert sessions(viewed(7, (0, 1), (SECOND, 1), (2 * SECOND, 1))) == [[1, 1, 1]]


def test_views_in_one_second_stand_in_the_order_of_the_file() -> None:
    assert sessions(viewed(7, (SECOND + 900, 5), (SECOND + 100, 9), (0, 1))) == [[1, 5, 9]]


def test_each_filter_is_applied_once_and_in_order() -> None:
    # Item 1 has five views in sessions of two or more; item 2 has five only with the session of one view, which goes
    # first. Session 5 then holds item 1 alone and goes last: item 1 stays, with four views.
    in_common = [(session, session, 1) for session in (1, 2, 3)] + [(session, session, 3) for session in (1, 2, 3)]
    given_views = views(
        *sorted([*in_common, (4, 4, 1), (4, 5, 3), (4, 6, 3), (5, 5, 1), (5, 6, 2), (6, 6, 2)]),
        *[(session, session, 2) for session in (7, 8, 9)],
    )
    left = p1.filtered(given_views)
    assert lists(left.sessions(1)) == [[1, 3], [1, 3], [1, 3], [1, 3, 3]]
    assert int((left.item == 1).sum()) == 4


def test_an_item_counts_in_sessions_of_two_or_more_only() -> None:
    pairs = [(session, session, item) for session in range(1, 5) for item in (1, 2)]
    single = [(5, 5, 1), (6, 6, 2)]
    assert len(p1.filtered(views(*pairs, *single))) == 0
    assert len(p1.filtered(views(*pairs, (5, 5, 1), (5, 6, 2)))) == 10


def slice_of(ends: dict[int, int], number: int = 0) -> Split:
    """Return a slice of sessions 0, 1, ... with items (session + 100, 1) that end at given seconds; the first is 0."""
    rows = [(session, max(end - 10, 0), session + 100) for session, end in ends.items()]
    rows += [(session, end, 1) for session, end in ends.items()]
    [split] = p1.slices(views(*sorted(rows, key=lambda row: row[:2])), [number])
    return split


MIDDLE = 25 * p1.DAY
END = 27 * p1.DAY
AROUND_BOUNDARIES = st.builds(
    int.__add__, st.sampled_from([0, MIDDLE, END, END + MIDDLE, 2 * END]), st.integers(-2, 2)
).map(abs)


def train_of(split: Split) -> list[int]:
    """Return which sessions a slice learns from."""
    return [int(split.items.ids[split.train[row][0]]) - 100 for row in range(len(split.train))]


def test_sessions_go_by_their_last_view_to_the_second() -> None:
    split = slice_of({0: 5, 1: MIDDLE - 1, 2: MIDDLE, 3: END, 4: END + 1})
    assert train_of(split) == [0, 1]
    # Of sessions 2 and 3 only the common item is known, which is too short to ask about.
    assert len(split.test) == 0


def test_the_end_of_the_test_days_is_in_this_slice_and_the_start_of_the_next() -> None:
    rows = [(0, 0, 1), (0, 1, 2), (1, END - 5, 1), (1, END, 2), (2, END - 4, 1), (2, END + 1, 2)]
    first, second = p1.slices(views(*rows), [0, 1])
    assert (len(first.train), len(first.test)) == (1, 1)
    assert first.test.ended_at is not None and first.test.ended_at.tolist() == [END]
    assert second.train.ended_at is not None and second.train.ended_at.tolist() == [END, END + 1]


def test_a_session_that_ends_as_the_test_days_begin_is_asked() -> None:
    rows = [(0, 0, 1), (0, 1, 2), (1, MIDDLE - 5, 2), (1, MIDDLE, 1)]
    [split] = p1.slices(views(*rows), [0])
    assert (lists(split.train), lists(split.test)) == ([[0, 1]], [[1, 0]])


def test_unknown_items_go_first_and_short_sessions_after() -> None:
    rows = [(0, 0, 10), (0, 1, 20)]
    rows += [(1, MIDDLE, 10), (1, MIDDLE + 1, 30), (1, MIDDLE + 2, 20)]
    rows += [(2, MIDDLE, 30), (2, MIDDLE + 1, 10)]
    [split] = p1.slices(views(*rows), [0])
    assert split.items.ids.tolist() == [10, 20]
    assert lists(split.test) == [[0, 1]]


def test_training_sessions_stand_in_the_order_of_their_ends() -> None:
    assert train_of(slice_of({0: 0, 1: 500, 2: 300, 3: 500, 4: 100})) == [0, 4, 2, 1, 3]


def test_no_views_cannot_be_cut() -> None:
    with pytest.raises(TooFewEventsError, match="No session is left"):
        next(p1.slices(views((1, 1, 1)).with_length(2)))


@settings(max_examples=60, deadline=None)
@given(logs(unit=SECOND, gap=p1.LONGEST_GAP, starts=st.integers(0, 40_000)))
def test_views_and_filters_are_those_of_plain_loops(rows: list[Row]) -> None:
    found = p1.views_of(events_of(rows))
    expected = naive.p1_views(rows)
    assert list(zip(found.session.tolist(), found.time.tolist(), found.item.tolist(), strict=True)) == expected
    left = p1.filtered(found)
    assert list(zip(left.session.tolist(), left.time.tolist(), left.item.tolist(), strict=True)) == naive.p1_filtered(
        expected
    )


@settings(max_examples=60, deadline=None)
@given(logs(unit=SECOND, gap=p1.LONGEST_GAP, starts=AROUND_BOUNDARIES))
def test_slices_are_those_of_plain_loops(rows: list[Row]) -> None:
    started = [*viewed(9, (0, 10), (SECOND, 11)), *rows]
    for number, split in enumerate(p1.slices(p1.views_of(events_of(started)), range(2))):
        train, test = naive.p1_slice(naive.p1_views(started), number)
        assert [[int(split.items.ids[item]) for item in session] for session in lists(split.train)] == train
        assert [[int(split.items.ids[item]) for item in session] for session in lists(split.test)] == test
