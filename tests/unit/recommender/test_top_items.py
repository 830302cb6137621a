"""The order of equals, whatever candidates come first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ml_assets.recommender.retrieval.top_items import Ask, Found, top_items, unit_length

Floats = NDArray[np.float64]


def careless(vectors: Floats, factors: Floats, left_out: NDArray[np.bool_] | None = None) -> tuple[Ask, list[int]]:
    """Return who finds the best, but of equals those with the highest numbers; and how many it was asked for."""
    asked: list[int] = []
    scores = vectors @ factors.T

    def ask(rows: NDArray[np.int64], number: int) -> Found:
        asked.append(number)
        at = scores[rows]
        if left_out is not None:
            at = np.where(left_out[rows], -np.inf, at)
        items = np.argsort(-at[:, ::-1], axis=1, kind="stable")[:, :number]
        items = factors.shape[0] - 1 - items
        rough = np.take_along_axis(at, items, axis=1)
        is_out = np.isneginf(rough)
        return np.where(is_out, -1, items).astype(np.int32), np.where(is_out, 0, rough).astype(np.float32)

    return ask, asked


def one_by_one(scores: Floats, count: int) -> list[int]:
    found = sorted((item for item in range(len(scores)) if scores[item] > 1e-4), key=lambda item: -scores[item])[:count]
    return found + [-1] * (count - len(found))


small = st.integers(-2, 2).map(float)


@given(arrays(np.float64, (3, 2), elements=small), arrays(np.float64, (60, 2), elements=small), st.integers(1, 70))
def test_equals_stand_by_number(vectors: Floats, factors: Floats, count: int) -> None:
    ask, _ = careless(vectors, factors)
    found = top_items(ask, vectors, factors, count)
    scores = vectors @ factors.T
    for row in range(3):
        expected = one_by_one(scores[row], count)
        assert found.items[row].tolist() == expected
        assert found.scores[row].tolist() == [scores[row, item] if item >= 0 else 0.0 for item in expected]


def test_what_is_left_out_makes_room_for_others() -> None:
    vectors, factors = np.ones((2, 1)), np.ones((50, 1))
    left_out = np.zeros((2, 50), dtype=np.bool_)
    left_out[0, :49] = left_out[1, 3] = True
    ask, _ = careless(vectors, factors, left_out)
    assert top_items(ask, vectors, factors, 4).items.tolist() == [[49, -1, -1, -1], [0, 1, 2, 4]]


@pytest.mark.parametrize(
    ("factors", "asked"),
    [
        (np.arange(100.0), [22]),
        # All alike: nothing but all of them tells which come first.
        (np.ones(100), [22, 88, 100]),
        # Few that matter among many that do not are known at once.
        (np.array([1.0] + [0.0] * 99), [22]),
    ],
    ids=["different", "alike", "nothing"],
)
def test_more_is_asked_for_only_where_equals_may_be_missing(factors: Floats, asked: list[int]) -> None:
    ask, found = careless(np.ones((1, 1)), factors[:, None])
    top_items(ask, np.ones((1, 1)), factors[:, None], 2)
    assert found == asked


def test_many_rows_are_scored_in_parts_that_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(5)
    vectors, factors = generator.normal(size=(40, 7)), generator.normal(size=(30, 7))
    ask, _ = careless(vectors, factors)
    whole = top_items(ask, vectors, factors, 5)
    monkeypatch.setattr("ml_assets.recommender.retrieval.top_items._AT_ONCE", 500)
    parts = top_items(ask, vectors, factors, 5)
    assert np.array_equal(whole.items, parts.items)
    assert np.array_equal(whole.scores, parts.scores)


def test_lengths_become_one_but_nothing_stays_nothing() -> None:
    found = unit_length(np.array([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.6, 0.8], [0.0, 0.0]])
