"""Measures of predicted money, by hand and at their limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ml_assets.metrics.value import (
    GiniOrder,
    NormalisedGini,
    decile_calibration,
    normalised_gini,
    r_squared,
    spearman,
    total_bias,
    tweedie_deviance,
)

TRUTH = np.array([0.0, 10.0, 0.0, 30.0])


def test_perfect_constant_and_reversed_order() -> None:
    assert normalised_gini(TRUTH, TRUTH) == pytest.approx(1.0)
    assert normalised_gini(TRUTH, np.full(4, 7.0)) == pytest.approx(0.0)
    assert normalised_gini(TRUTH, -TRUTH) == pytest.approx(-1.0)


def test_gini_by_hand() -> None:
    # Order 10, 30, 0, 0: shares 1/4, 1, 1, 1. Areas by trapezoids: (0.125 + 0.625 + 1 + 1) / 4 = 0.6875.
    # True order 30, 10, 0, 0: shares 3/4, 1, 1, 1; (0.375 + 0.875 + 1 + 1) / 4 = 0.8125.
    score = np.array([1.0, 4.0, 0.0, 3.0])
    assert normalised_gini(TRUTH, score) == pytest.approx((2 * 0.6875 - 1) / (2 * 0.8125 - 1))


def test_equal_scores_share_their_places() -> None:
    # The four orders of two pairs of equals have a mean that the tied score must give.
    tied = np.array([1.0, 1.0, 2.0, 2.0])
    orders = [
        tied + np.array(shift) for shift in ([0, 0.1, 0, 0.1], [0.1, 0, 0, 0.1], [0, 0.1, 0.1, 0], [0.1, 0, 0.1, 0])
    ]
    assert normalised_gini(TRUTH, tied) == pytest.approx(np.mean([normalised_gini(TRUTH, each) for each in orders]))


@pytest.mark.parametrize("truth", [np.zeros(3), np.full(3, 2.0), np.empty(0), np.array([5.0])], ids=str)
def test_gini_is_undefined_where_no_order_is_better(truth: np.ndarray) -> None:
    assert np.isnan(normalised_gini(truth, np.arange(len(truth), dtype=float)))


@settings(max_examples=50, deadline=None)
@given(
    truth=arrays(np.float64, 8, elements=st.integers(0, 5).map(float)),
    score=arrays(np.float64, 8, elements=st.integers(0, 3).map(float)),
    weights=arrays(np.int64, 8, elements=st.integers(0, 3)),
)
def test_weights_are_rows_that_are_repeated(truth: np.ndarray, score: np.ndarray, weights: np.ndarray) -> None:
    measure = NormalisedGini.of(truth, score)
    weighed = measure.of_weights(
        weights[measure.by_score.order][None].astype(float), weights[measure.by_truth.order][None].astype(float)
    )[0]
    repeated = normalised_gini(np.repeat(truth, weights), np.repeat(score, weights))
    assert np.isclose(weighed, repeated, equal_nan=True)


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, 12, elements=st.integers(0, 9).map(float)), st.randoms(use_true_random=False))
def test_gini_does_not_depend_on_the_order_of_rows_or_the_unit_of_scores(truth: np.ndarray, random: object) -> None:
    score = np.arange(12.0) % 5
    places = np.array(random.sample(range(12), 12))  # type: ignore[attr-defined]
    assert np.isclose(
        normalised_gini(truth, score), normalised_gini(truth[places], 3 * score[places] + 2), equal_nan=True
    )
    assert not abs(normalised_gini(truth, score)) > 1 + 1e-12


@pytest.mark.parametrize(
    ("truth", "score", "words"),
    [
        (np.array([1.0, np.nan]), np.ones(2), "not finite"),
        (np.ones(2), np.array([1.0, np.inf]), "not finite"),
        (np.array([1.0, -1.0]), np.ones(2), "at least 0"),
        (np.ones(2), np.ones(3), "3 predictions for 2 rows"),
    ],
    ids=["unknown truth", "endless score", "negative money", "lengths"],
)
def test_what_cannot_be_ranked_is_refused(truth: np.ndarray, score: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        GiniOrder.of(truth, score)


def test_spearman() -> None:
    assert spearman(np.array([1.0, 2.0, 9.0]), np.array([0.0, 5.0, 6.0])) == pytest.approx(1.0)
    assert spearman(np.array([1.0, 2.0, 9.0]), np.array([6.0, 5.0, 0.0])) == pytest.approx(-1.0)
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    assert spearman(np.array([0.0, 1.0, 1.0, 2.0]), np.arange(4.0)) == pytest.approx(4.5 / np.sqrt(4.5 * 5.0))
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))
    assert np.isnan(spearman(np.empty(0), np.empty(0)))


def test_tweedie_deviance_by_hand() -> None:
    assert tweedie_deviance(np.array([4.0]), np.array([4.0])) == pytest.approx(0.0)
    # 2 (y^0.5 / (-0.5 * 0.5) + y m^-0.5 / 0.5 + m^0.5 / 0.5) with y = 0, m = 4 is 4 m^0.5 = 8.
    assert tweedie_deviance(np.array([0.0]), np.array([4.0])) == pytest.approx(8.0)
    assert np.isnan(tweedie_deviance(np.array([0.0]), np.array([0.0])))
    assert np.isnan(tweedie_deviance(np.empty(0), np.empty(0)))


def test_total_bias() -> None:
    assert total_bias(TRUTH, TRUTH) == pytest.approx(0.0)
    assert total_bias(TRUTH, TRUTH / 2) == pytest.approx(-0.5)
    assert np.isnan(total_bias(np.zeros(2), np.ones(2)))


def test_r_squared() -> None:
    assert r_squared(TRUTH, TRUTH) == pytest.approx(1.0)
    assert r_squared(TRUTH, np.full(4, TRUTH.mean())) == pytest.approx(0.0)
    assert r_squared(TRUTH, np.full(4, 100.0)) < 0
    assert np.isnan(r_squared(np.ones(3), np.arange(3.0)))


def test_deciles_from_the_highest_prediction_down() -> None:
    predicted = np.arange(20.0)
    deciles = decile_calibration(2 * predicted, predicted)
    assert [each.rows for each in deciles] == [2] * 10
    assert deciles[0].mean_predicted == 18.5
    assert deciles[0].mean_truth == 37.0


def test_a_tie_across_deciles_is_shared() -> None:
    truth = np.zeros(20)
    truth[0] = 20.0
    assert {each.mean_truth for each in decile_calibration(truth, np.ones(20))} == {1.0}
    assert len(decile_calibration(truth[:3], np.ones(3))) == 3
