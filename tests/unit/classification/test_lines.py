"""The logistic line of rule and calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from ml_assets.classification.lines import MIN_SLOPE, Line


def drawn(rows: int, intercept: float, slope: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    score = rng.normal(1.0, 2.0, rows)
    return score, (rng.random(rows) < expit(intercept + slope * score)).astype(float)


def test_a_planted_line_is_found() -> None:
    line = Line.fit(*drawn(100_000, -1.0, 0.7))
    assert line.intercept == pytest.approx(-1.0, abs=0.05)
    assert line.slope == pytest.approx(0.7, abs=0.02)


def test_many_rows_give_the_line_of_an_unpenalised_logistic_regression() -> None:
    score, label = drawn(20_000, 0.5, 1.5)
    other = LogisticRegression(C=np.inf, tol=1e-10).fit(score[:, None], label)
    line = Line.fit(score, label)
    assert line.slope == pytest.approx(other.coef_[0, 0], rel=2e-3)
    assert line.intercept == pytest.approx(other.intercept_[0], rel=5e-3)


def test_a_score_that_tells_the_opposite_keeps_its_order_and_almost_the_base_rate() -> None:
    score, label = drawn(5_000, 0.0, -1.0)
    line = Line.fit(score, label)
    assert line.slope == pytest.approx(MIN_SLOPE / score.std())
    np.testing.assert_allclose(line.probability(score), label.mean(), atol=0.02)


def test_labels_that_the_score_separates_leave_the_line_finite() -> None:
    line = Line.fit(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert np.isfinite([line.intercept, line.slope]).all()
    # Platt's softened targets of two rows a class are 1/4 and 3/4.
    np.testing.assert_allclose(line.probability(np.array([2.5])), 0.5, atol=1e-6)
    assert line.probability(np.array([4.0]))[0] < 0.9


def test_one_class_only_is_not_certainty() -> None:
    line = Line.fit(np.arange(8.0), np.zeros(8))
    np.testing.assert_allclose(line.probability(np.arange(8.0)), 0.1, atol=0.02)


def test_equal_scores_get_the_softened_base_rate() -> None:
    line = Line.fit(np.full(8, 5.0), np.array([1.0, 1, 0, 0, 0, 0, 0, 0]))
    softened = (2 * 3 / 4 + 6 * 1 / 8) / 8
    np.testing.assert_allclose(line.margin(np.full(2, 5.0)), logit(softened))


def test_without_rows_the_order_is_kept_about_even_odds() -> None:
    assert Line.fit(np.empty(0), np.empty(0)) == Line(intercept=0.0, slope=MIN_SLOPE)


@settings(deadline=None)
@given(shift=st.floats(-100, 100), scale=st.floats(0.01, 100))
def test_units_of_the_score_do_not_matter(shift: float, scale: float) -> None:
    score, label = drawn(200, 0.3, 0.5)
    moved = score * scale + shift
    np.testing.assert_allclose(
        Line.fit(moved, label).probability(moved), Line.fit(score, label).probability(score), atol=1e-5
    )


def test_the_line_that_changes_nothing() -> None:
    margin = np.array([-3.0, 0.0, 1.25])
    np.testing.assert_array_equal(Line().margin(margin), margin)
