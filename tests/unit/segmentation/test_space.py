"""The space in which distances are taken: de-skewing, missing values, and that a row alone is the row in a batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.segmentation.question import Feature, SegmentationQuestion, Transform
from ml_assets.segmentation.questions import (
    BUYING_HABITS_OLIST_CUSTOMERS,
    QUESTIONS,
    SEGMENTATION_OLIST_CUSTOMERS,
)
from ml_assets.segmentation.space import Coordinate, FeatureSpace, mid_ranks, with_fitting_weights
from tests.unit.segmentation.made import customers


def coordinate(feature: Feature, values: list[float], *, is_standardised: bool = False) -> Coordinate:
    return Coordinate.fit(feature, pd.DataFrame({feature.column: values}), is_standardised=is_standardised)


def test_equal_values_share_the_middle_of_their_ranks() -> None:
    np.testing.assert_allclose(mid_ranks(np.array([5.0, 1.0, 1.0, np.nan, 9.0])), [0.625, 0.25, 0.25, np.nan, 0.875])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_mid_ranks_have_a_mean_of_one_half_and_keep_the_order(values: list[float]) -> None:
    array = np.array(values)
    ranks = mid_ranks(array)
    assert ranks.mean() == pytest.approx(0.5)
    order = np.argsort(array, kind="stable")
    assert (np.diff(ranks[order]) >= 0).all()


def test_ranks_are_those_of_the_fitted_rows_and_end_with_them() -> None:
    place = coordinate(Feature("x", Transform.RANK, ""), [10.0, 20.0, 30.0, 40.0])
    raw = place.place(pd.DataFrame({"x": [10.0, 25.0, 99.0, -5.0]})) + place.centre
    np.testing.assert_allclose(raw, [0.125, 0.5, 0.875, 0.125])


def test_many_values_are_thinned_and_keep_their_ranks() -> None:
    values = np.random.default_rng(0).lognormal(size=5_000)
    place = coordinate(Feature("x", Transform.RANK, ""), values.tolist())
    assert len(place.knots) <= 1_000
    found = place.place(pd.DataFrame({"x": values})) + place.centre
    np.testing.assert_allclose(found, mid_ranks(values), atol=0.002)


def test_a_share_of_few_observations_is_drawn_towards_zero() -> None:
    feature = Feature("share", Transform.SHARE, "", evidence="orders")
    frame = pd.DataFrame({"share": [1.0, 1.0, 0.0], "orders": [1, 9, 1]})
    place = Coordinate.fit(feature, frame, is_standardised=False)
    once, often, never = place.place(frame) + place.centre
    assert never == 0.0
    assert once == pytest.approx(np.arcsin(np.sqrt(1 / 1.5)))
    assert often == pytest.approx(np.arcsin(np.sqrt(9 / 9.5)))


def test_a_missing_value_stands_at_the_median_and_a_constant_column_at_zero() -> None:
    place = coordinate(Feature("x", Transform.LOG, ""), [1.0, 2.0, 50.0])
    missing = place.place(pd.DataFrame({"x": [np.nan, np.inf]}))
    np.testing.assert_allclose(missing, place.place(pd.DataFrame({"x": [2.0, 2.0]})))
    constant = coordinate(Feature("x", Transform.LOG, ""), [3.0, 3.0], is_standardised=True)
    np.testing.assert_array_equal(constant.place(pd.DataFrame({"x": [3.0]})), [0.0])
    unknown = coordinate(Feature("x", Transform.RANK, ""), [np.nan, np.nan])
    np.testing.assert_array_equal(unknown.place(pd.DataFrame({"x": [np.nan]})), [0.0])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_row_alone_lies_where_it_lies_in_a_batch(question: SegmentationQuestion) -> None:
    frame = customers(200)
    space = FeatureSpace.fit(question, frame)
    whole = space.matrix(frame)
    alone = np.vstack([space.matrix(frame.iloc[[number]]) for number in range(20)])
    np.testing.assert_array_equal(whole[:20], alone)
    np.testing.assert_allclose(space.deviations(whole).std(axis=0), 1.0)
    np.testing.assert_allclose(whole.mean(axis=0), 0.0, atol=1e-12)


def test_standardised_columns_have_one_unit_and_ranks_keep_theirs_times_the_weight() -> None:
    frame = customers(400)
    habits = FeatureSpace.fit(BUYING_HABITS_OLIST_CUSTOMERS, frame).matrix(frame)
    np.testing.assert_allclose(habits.std(axis=0), 1.0)
    ranks = FeatureSpace.fit(SEGMENTATION_OLIST_CUSTOMERS, frame).matrix(frame)
    assert np.ptp(ranks[:, 0]) <= 1.0
    # One of four came back: the middles of both ranks are one half apart, four times.
    assert np.ptp(ranks[:, 1]) == pytest.approx(4 * 0.5)


@pytest.mark.parametrize(("came_back", "weight"), [(0, 1.0), (2, 1.0), (3, 4.0), (50, 4.0)])
def test_a_weight_holds_where_enough_customers_differ(came_back: int, weight: float) -> None:
    frame = customers(100).assign(order_day_count=np.where(np.arange(100) < came_back, 2, 1))
    weighted = with_fitting_weights(SEGMENTATION_OLIST_CUSTOMERS, frame, 0.02)
    assert [feature.weight for feature in weighted.features] == [1.0, weight, 1.0]


def test_a_frame_without_a_column_is_refused_with_its_name() -> None:
    space = FeatureSpace.fit(SEGMENTATION_OLIST_CUSTOMERS, customers(20))
    with pytest.raises(ValueError, match="items_value"):
        space.matrix(customers(5).drop(columns="items_value"))


def test_the_stored_form_gives_the_same_places() -> None:
    frame = customers(50)
    question = replace(SEGMENTATION_OLIST_CUSTOMERS, is_standardised=True)
    space = FeatureSpace.fit(question, frame)
    loaded = FeatureSpace.model_validate_json(space.model_dump_json())
    np.testing.assert_array_equal(loaded.matrix(frame), space.matrix(frame))
