"""Points of curves by hand and at their ends."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.classification.curves import calibration_bins, lift_curve, precision_recall_curve, roc_curve
from tests.unit.classification.made_panels import made_panel, made_question

PANEL = made_panel(["2018-01-01"] * 4, [1, 1, 0, 0])
PERFECT = np.array([0.9, 0.8, 0.2, 0.1])
MANY = made_panel(["2018-01-01"] * 5000, np.random.default_rng(1).integers(0, 2, 5000))
SCORES = np.random.default_rng(2).random(5000)


def test_perfect_scores_turn_in_the_corner() -> None:
    roc = roc_curve(PANEL, PERFECT)
    assert roc is not None
    assert (0.0, 1.0) in zip(roc.x, roc.y, strict=True)
    pr = precision_recall_curve(PANEL, PERFECT, made_question())
    assert pr is not None
    assert (1.0, 1.0) in zip(pr.x, pr.y, strict=True)


def test_curves_run_from_end_to_end_in_few_points() -> None:
    roc = roc_curve(MANY, SCORES, points=100)
    assert roc is not None
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert len(roc.x) <= 102
    pr = precision_recall_curve(MANY, SCORES, made_question(), points=100)
    assert pr is not None
    assert (pr.x[0], pr.x[-1]) == (0, 1)
    assert pr.y[-1] == pytest.approx(MANY.label.mean())
    assert len(pr.x) <= 102
    lift = lift_curve(MANY, SCORES, made_question(), points=50)
    assert lift is not None
    assert lift.x[0] == pytest.approx(0.001)
    assert (lift.x[-1], lift.y[-1]) == pytest.approx((1, 1))
    assert len(lift.x) == 50


def test_lift_begins_with_one_row_and_is_of_the_answer_of_interest() -> None:
    panel = made_panel(["2018-01-01"] * 4, [1, 1, 1, 0])
    of_no = lift_curve(panel, PERFECT, made_question(is_no_of_interest=True), points=3)
    assert of_no is not None
    assert of_no.x == pytest.approx((0.25, 0.5, 1))
    assert of_no.y == pytest.approx((4, 2, 1))


@pytest.mark.parametrize("only", [0, 1])
def test_no_curve_of_one_class(only: int) -> None:
    panel = made_panel(["2018-01-01"] * 4, [only] * 4)
    assert roc_curve(panel, PERFECT) is None
    question = made_question(is_no_of_interest=bool(only))
    assert precision_recall_curve(panel, PERFECT, question) is None
    assert lift_curve(panel, PERFECT, question) is None


def test_bins_hold_equally_many_rows_and_what_came_true() -> None:
    probability = np.arange(100) / 100
    panel = made_panel(["2018-01-01"] * 100, probability >= 0.5)
    bins = calibration_bins(panel, probability, bins=4)
    assert [each.rows for each in bins] == [25, 25, 25, 25]
    assert [each.observed_share for each in bins] == [0, 0, 1, 1]
    assert bins[0].mean_probability == pytest.approx(0.12)


def test_wilson_interval_of_a_bin() -> None:
    # 5 of 10 at 95 %: 0.237 to 0.763 (Wilson 1927).
    panel = made_panel(["2018-01-01"] * 10, [0, 1] * 5)
    (made,) = calibration_bins(panel, np.full(10, 0.4))
    assert (made.observed_share, made.low, made.high) == pytest.approx((0.5, 0.2366, 0.7634), abs=1e-4)


def test_equal_probabilities_share_a_bin() -> None:
    panel = made_panel(["2018-01-01"] * 10, [0, 1] * 5)
    bins = calibration_bins(panel, np.array([0.1] * 8 + [0.9] * 2), bins=5)
    assert [each.rows for each in bins] == [8, 2]
    assert [each.mean_probability for each in bins] == pytest.approx([0.1, 0.9])


def test_no_rows_no_bins() -> None:
    assert calibration_bins(made_panel([], []), np.empty(0)) == ()
