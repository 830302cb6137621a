"""Measures at their limits, by hand, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from ml_assets.metrics.calibration import log_odds
from ml_assets.metrics.classification import (
    FloatArray,
    auc,
    average_precision,
    brier_skill,
    calibration_line,
    lift_at,
    log_loss,
)

LABEL = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
PERFECT = np.array([0.9, 0.8, 0.3, 0.2, 0.1])


@st.composite
def scored_rows(draw: st.DrawFn) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return labels of both classes, scores with ties and whole weights of which each class has some."""
    rows = draw(st.integers(2, 40))
    label = np.array([1.0, 0.0, *draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=rows - 2, max_size=rows - 2))])
    score = np.array(draw(st.lists(st.sampled_from([0.05, 0.2, 0.5, 0.7, 0.99]), min_size=rows, max_size=rows)))
    weight = np.array([1, 1, *draw(st.lists(st.integers(0, 4), min_size=rows - 2, max_size=rows - 2))], dtype=float)
    return label, score, weight


@given(scored_rows())
def test_agrees_with_scikit_learn(rows: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    label, score, weight = rows
    assert auc(label, score, weight) == pytest.approx(metrics.roc_auc_score(label, score, sample_weight=weight))
    assert average_precision(label, score, weight) == pytest.approx(
        metrics.average_precision_score(label, score, sample_weight=weight)
    )
    assert log_loss(label, score, weight) == pytest.approx(metrics.log_loss(label, score, sample_weight=weight))


@given(scored_rows(), st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_a_weight_counts_as_that_many_rows(rows: tuple[FloatArray, FloatArray, FloatArray], share: float) -> None:
    label, score, weight = rows
    repeated = np.repeat(np.arange(len(label)), weight.astype(int))
    label_rows, score_rows = label[repeated], score[repeated]
    for weighted, counted in (
        (log_loss(label, score, weight), log_loss(label_rows, score_rows)),
        (auc(label, score, weight), auc(label_rows, score_rows)),
        (average_precision(label, score, weight), average_precision(label_rows, score_rows)),
        (brier_skill(label, score, 0.3, weight), brier_skill(label_rows, score_rows, 0.3)),
        (lift_at(label, score, share, weight), lift_at(label_rows, score_rows, share)),
    ):
        assert weighted == pytest.approx(counted)
    assert calibration_line(label, score, weight) == pytest.approx(
        calibration_line(label_rows, score_rows), nan_ok=True, rel=1e-5, abs=1e-6
    )


@given(scored_rows())
def test_turned_round_scores_mirror_the_auc(rows: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    label, score, weight = rows
    assert auc(label, -score, weight) == pytest.approx(1 - auc(label, score, weight))
    assert auc(1 - label, -score, weight) == pytest.approx(auc(label, score, weight))


def test_perfect_scores() -> None:
    assert auc(LABEL, PERFECT) == 1
    assert average_precision(LABEL, PERFECT) == 1
    assert lift_at(LABEL, PERFECT, 0.4) == pytest.approx(2.5)
    assert brier_skill(LABEL, LABEL, prior=0.4) == 1
    assert log_loss(LABEL, LABEL) == pytest.approx(0, abs=1e-12)


def test_worst_scores() -> None:
    assert auc(LABEL, -PERFECT) == 0
    assert lift_at(LABEL, -PERFECT, 0.4) == 0
    assert log_loss(LABEL, 1 - LABEL) == pytest.approx(-math.log(np.finfo(float).eps))


def test_a_constant_tells_nothing() -> None:
    constant = np.full(5, 0.4)
    assert auc(LABEL, constant) == 0.5
    assert average_precision(LABEL, constant) == pytest.approx(0.4)
    assert lift_at(LABEL, constant, 0.2) == pytest.approx(1)
    assert brier_skill(LABEL, constant, prior=0.4) == pytest.approx(0)
    slope, intercept = calibration_line(LABEL, constant)
    assert math.isnan(slope)
    assert intercept == pytest.approx(0, abs=1e-9)


def test_ties_count_half() -> None:
    # Pairs of yes and no: 0.5 over 0.1 is right, 0.5 beside 0.5 is half.
    assert auc(np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.1])) == 0.75


def test_average_precision_by_hand() -> None:
    # Precision 1/1 at the first yes, 2/3 at the second.
    assert average_precision(np.array([1.0, 0.0, 1.0]), np.array([3.0, 2.0, 1.0])) == pytest.approx((1 + 2 / 3) / 2)


def test_brier_skill_by_hand() -> None:
    # Mean squares 0.0625 + 0.0625 over 2 against 0.25 of a half.
    assert brier_skill(np.array([1.0, 0.0]), np.array([0.75, 0.25]), prior=0.5) == pytest.approx(0.75)
    assert brier_skill(np.array([1.0, 0.0]), np.array([0.0, 1.0]), prior=0.5) == pytest.approx(-3)


def test_lift_takes_the_last_row_in_part() -> None:
    label = np.array([1.0, 0.0, 0.0, 0.0])
    # 1.5 rows hold the one yes: 1 / 1.5 against 1 / 4.
    assert lift_at(label, np.array([4.0, 3.0, 2.0, 1.0]), 0.375) == pytest.approx((1 / 1.5) / 0.25)
    # The yes is one of two rows that are equal: one of them is half a yes.
    assert lift_at(label, np.array([4.0, 4.0, 2.0, 1.0]), 0.25) == pytest.approx(2)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_lift_refuses_a_share_that_is_none(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        lift_at(LABEL, PERFECT, share)


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_one_class_leaves_order_and_calibration_undefined(only: float) -> None:
    label = np.full(5, only)
    assert math.isnan(auc(label, PERFECT))
    assert all(math.isnan(value) for value in calibration_line(label, PERFECT))
    assert math.isnan(brier_skill(label, PERFECT, prior=only))
    assert math.isfinite(log_loss(label, PERFECT))


def test_without_a_yes_there_is_no_precision_and_no_lift() -> None:
    assert math.isnan(average_precision(np.zeros(5), PERFECT))
    assert math.isnan(lift_at(np.zeros(5), PERFECT, 0.2))


def test_without_rows_nothing_is_defined() -> None:
    nothing = np.empty(0)
    assert math.isnan(auc(nothing, nothing))
    assert math.isnan(average_precision(nothing, nothing))
    assert math.isnan(lift_at(nothing, nothing, 0.1))
    assert math.isnan(log_loss(nothing, nothing))
    assert math.isnan(brier_skill(nothing, nothing, prior=0.5))
    assert all(math.isnan(value) for value in calibration_line(nothing, nothing))


def test_a_score_that_is_nan_has_no_rank() -> None:
    with pytest.raises(ValueError, match="NaN"):
        auc(np.array([1.0, 0.0]), np.array([0.5, np.nan]))


def test_separated_classes_have_no_slope() -> None:
    assert math.isnan(calibration_line(LABEL, PERFECT)[0])


def test_calibrated_groups_have_slope_one_and_intercept_zero() -> None:
    # Of ten rows at 0.2 two come true, of ten at 0.7 seven.
    probability = np.repeat([0.2, 0.7], 10)
    label = np.concatenate([np.ones(2), np.zeros(8), np.ones(7), np.zeros(3)])
    assert calibration_line(label, probability) == pytest.approx((1, 0), abs=1e-8)


def test_doubled_log_odds_halve_the_slope_and_a_shift_is_the_intercept() -> None:
    label = np.concatenate([np.ones(2), np.zeros(8), np.ones(7), np.zeros(3)])
    margin = log_odds(np.repeat([0.2, 0.7], 10))
    assert calibration_line(label, 1 / (1 + np.exp(-2 * margin)))[0] == pytest.approx(0.5)
    assert calibration_line(label, 1 / (1 + np.exp(-(margin - 1.5)))) == pytest.approx((1, 1.5))


@pytest.mark.parametrize("base", [-6.0, 0.0, 5.0])
def test_slope_is_that_of_a_logistic_regression_on_log_odds(base: float) -> None:
    generator = np.random.default_rng(3)
    margin = base + generator.normal(size=4000)
    label = (generator.random(4000) < 1 / (1 + np.exp(-(base + 0.6 * (margin - base))))).astype(float)
    probability = 1 / (1 + np.exp(-margin))
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(margin[:, None], label)
    assert calibration_line(label, probability)[0] == pytest.approx(fitted.coef_[0, 0], rel=1e-4)
