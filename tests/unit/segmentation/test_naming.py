"""Names of segments: nearest prototypes one to one, and names that last."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from ml_assets.segmentation.naming import (
    TooManySegmentsError,
    kept_names,
    profiles,
    prototype_names,
    segment_names,
)
from ml_assets.segmentation.question import Axis, Prototype, Scale, SegmentationQuestion
from ml_assets.segmentation.questions import QUESTIONS, SEGMENTATION_OLIST_CUSTOMERS
from tests.unit.segmentation.made import customers

AXES = (Axis("x", "x", Scale.RANK), Axis("y", "y", Scale.MEAN))
PROTOTYPES = (Prototype("low", (0.2, 0.2), ""), Prototype("middle", (0.5, 0.5), ""), Prototype("high", (0.8, 0.8), ""))


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_each_prototype_finds_its_segment_whatever_the_order(order: tuple[int, ...]) -> None:
    places = np.array([[0.25, 0.2], [0.5, 0.45], [0.7, 0.9]])[list(order)]
    expected = np.array(["low", "middle", "high"])[list(order)].tolist()
    assert prototype_names(places, PROTOTYPES, AXES, frozenset()) == expected


def test_a_name_is_given_once_by_the_least_sum() -> None:
    places = np.array([[0.2, 0.2], [0.21, 0.2]])
    assert sorted(prototype_names(places, PROTOTYPES, AXES, frozenset())) == ["low", "middle"]


def test_taken_names_are_not_given_and_too_few_names_are_an_error() -> None:
    assert prototype_names(np.array([[0.2, 0.2]]), PROTOTYPES, AXES, frozenset({"low"})) == ["middle"]
    with pytest.raises(TooManySegmentsError, match="3 segments want a name and 2"):
        prototype_names(np.zeros((3, 2)), PROTOTYPES, AXES, frozenset({"low"}))


def test_a_heavier_axis_decides() -> None:
    axes = (Axis("x", "x", Scale.MEAN, weight=10.0), Axis("y", "y", Scale.MEAN))
    assert prototype_names(np.array([[0.8, 0.1]]), PROTOTYPES, axes, frozenset()) == ["high"]


def test_profiles_are_means_of_ranks_and_of_shares() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [0.0, 1.0, 1.0, np.nan]})
    found = profiles(frame, np.array([0, 0, 1, 1]), 3, [*AXES, Axis("r", "x", Scale.REVERSED_RANK)])
    np.testing.assert_allclose(found, [[0.25, 0.5, 0.75], [0.75, 1.0, 0.25], [0.5, 0.5, 0.5]])


def test_names_last_where_most_of_their_customers_stay_together() -> None:
    before = np.array(["a"] * 4 + ["b"] * 4, dtype=object)
    assert kept_names(np.array([1, 1, 1, 0, 0, 0, 0, 0]), 2, before) == {1: "a", 0: "b"}


def test_a_name_of_customers_who_are_scattered_does_not_last() -> None:
    before = np.array(["a"] * 2 + ["b"] * 8, dtype=object)
    kept = kept_names(np.array([0, 1, 0, 0, 0, 0, 1, 1, 1, 1]), 2, before)
    assert "a" not in kept.values()


def test_a_segment_that_is_new_gets_a_prototype_that_nobody_has() -> None:
    frame = customers(40)
    label = np.repeat([0, 1], 20)
    before = np.array(["Lost"] * 20 + ["Gone"] * 3 + ["Lost"] * 17, dtype=object)
    first, second = segment_names(SEGMENTATION_OLIST_CUSTOMERS, frame, label, 2, before)
    assert first == "Lost"
    assert second not in {"Lost", "Gone"}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_each_prototype_lies_on_all_axes_and_has_a_name_of_its_own(question: SegmentationQuestion) -> None:
    assert len({prototype.name for prototype in question.prototypes}) == len(question.prototypes) >= 8
    for prototype in question.prototypes:
        assert len(prototype.place) == len(question.axes)
        assert all(0 <= value <= 1 for value in prototype.place)
