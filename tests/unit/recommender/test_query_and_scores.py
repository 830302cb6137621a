"""What is asked and what is answered, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.recommender.query import Query
from ml_assets.recommender.scores import Groups, Scores, falling_order, first_of_row, looked_up, stable_order
from ml_assets.recommender.sessions import Sessions

PREFIXES = st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=5)


@given(PREFIXES, st.integers(1, 6))
def test_a_query_has_each_late_item_once_latest_first(lists: list[list[int]], max_age: int) -> None:
    query = Query.of(Sessions.of_lists(lists), 6, max_age)
    expected = []
    for row, items in enumerate(lists):
        late = items[-max_age:]
        for age, item in enumerate(reversed(late)):
            if item not in late[len(late) - age :]:
                expected.append((row, item, age, late.count(item)))
    columns = (query.row, query.item, query.age, query.count)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    assert query.length.tolist() == [len(items) for items in lists]
    assert np.diff(query.starts).tolist() == [sum(entry[0] == row for entry in expected) for row in range(len(lists))]


def test_ranks_go_by_score_and_then_by_item() -> None:
    # Two prefixes over ten items.
    scores = Scores(np.array([1, 4, 7, 12, 13]), np.array([[2.0], [3.0], [2.0], [1.0], [5.0]]), 10)
    assert scores.ranks().tolist() == [1, 0, 2, 1, 0]
    assert scores.best(1).keys.tolist() == [4, 13]
    assert scores.best(2).items.tolist() == [1, 4, 2, 3]
    assert scores.best(2).rows.tolist() == [0, 0, 1, 1]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([-2.5, -1e-30, -0.0, 0.0, 1e-30, 1.0, 1.0 + 1e-12, 3e30])),
        max_size=20,
    ),
    st.sampled_from([0, 2**40]),
)
def test_the_falling_order_is_that_of_sorting_by_row_value_and_place(
    entries: list[tuple[int, float]], further: int
) -> None:
    entries = sorted(entries, key=lambda entry: entry[0])
    # Rows of large numbers do not fit into one number with the rest, and are sorted by two keys.
    rows = np.array([row + further for row, _ in entries], dtype=np.int64)
    values = np.array([value for _, value in entries])
    single = values.astype(np.float32)
    expected = sorted(range(len(entries)), key=lambda at: (rows[at], -single[at], at))
    assert falling_order(rows, values).tolist() == expected
    assert first_of_row(rows).tolist() == [rows.tolist().index(row) for row in rows.tolist()]


def test_unknown_keys_have_what_stands_for_missing() -> None:
    known, values = np.array([2, 5]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert looked_up(known, values, np.array([5, 0, 9]), -1.0).tolist() == [[3, 4], [-1, -1], [-1, -1]]
    assert looked_up(np.empty(0, dtype=np.int64), np.empty(0), np.array([1])).tolist() == [0]


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-10, 10)), max_size=20))
def test_groups_add_up_as_a_loop_does(rows: list[tuple[int, float]]) -> None:
    keys, values = np.array([key for key, _ in rows], dtype=np.int64), np.array([value for _, value in rows])
    of_key: dict[int, list[float]] = {}
    for key, value in rows:
        of_key.setdefault(key, []).append(value)
    groups = Groups.of(keys)
    assert groups.keys.tolist() == sorted(of_key)
    expected = [of_key[key] for key in sorted(of_key)]
    np.testing.assert_allclose(groups.sums(values), [sum(found) for found in expected], atol=1e-9)
    assert groups.firsts(values).tolist() == [found[0] for found in expected]
    assert groups.sizes().tolist() == [len(found) for found in expected]


@pytest.mark.parametrize("scale", [1, 2**58], ids=["packed", "too large to pack"])
def test_of_equal_keys_the_first_stays_first(scale: int) -> None:
    keys = np.array([3, 1, 3, 0, 1]) * scale
    assert stable_order(keys).tolist() == [3, 1, 4, 0, 2]
