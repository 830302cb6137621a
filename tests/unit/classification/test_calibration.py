"""Calibration only where it is proven to help, and only for a fit like the one that it was found for."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.classification.calibration import calibration_of, carried_over
from ml_assets.classification.lines import Line

ROWS = 4_000


def window(seed: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Return true log odds around -1, and labels drawn by them."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 1, ROWS)
    return truth, (rng.random(ROWS) < 1 / (1 + np.exp(-truth))).astype(np.float64)


def test_a_line_that_helps_on_the_later_half_calibrates() -> None:
    rng = np.random.default_rng(3)
    margin = rng.normal(0, 2, 4_000)
    label = (rng.random(4_000) < 1 / (1 + np.exp(-(0.5 * margin - 1)))).astype(np.float64)
    line = calibration_of(margin, label)
    assert line.slope == pytest.approx(0.5, abs=0.06)
    assert line.intercept == pytest.approx(-1.0, abs=0.12)


@pytest.mark.parametrize(
    ("later_shift", "why"), [(0.0, "nothing to put right"), (2.0, "the base rate went back in the later half")]
)
def test_a_line_that_is_not_proven_to_help_does_not(later_shift: float, why: str) -> None:
    rng = np.random.default_rng(4)
    margin = rng.normal(0, 2, 4_000)
    shift = np.where(np.arange(4_000) < 2_000, later_shift, 0.0)
    label = (rng.random(4_000) < 1 / (1 + np.exp(-(margin + shift)))).astype(np.float64)
    assert calibration_of(margin, label) == Line(), why


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_too_few_rows_calibrate_nothing(rows: int) -> None:
    assert calibration_of(np.linspace(-1, 1, rows), np.arange(rows, dtype=np.float64) % 2) == Line()


def test_a_line_serves_a_fit_like_the_one_that_it_was_found_for() -> None:
    truth, label = window()
    before = 3.0 * truth + 1.0
    line = Line.fit(before, label)
    assert carried_over(line, label, before, before) == line
    # Some more rows move a fit a little.
    assert carried_over(line, label, before, 1.05 * before - 0.1) == line


def test_a_line_that_blows_up_what_the_last_fit_knows_goes() -> None:
    truth, label = window()
    before = 0.01 * truth + 1.3
    line = Line.fit(before, label)
    assert line.slope > 50
    assert carried_over(line, label, before, truth) == Line()


def test_a_base_rate_is_not_put_right_twice() -> None:
    _, label = window()
    before, line = np.full(ROWS, 1.3), Line.fit(np.full(ROWS, 1.3), label)
    assert line.probability(before).mean() == pytest.approx(label.mean(), abs=1e-6)
    assert carried_over(line, label, before, before) == line
    # The last fit has seen half of the way down already.
    known = np.full(ROWS, -0.9)
    assert carried_over(line, label, before, known) == Line()


def test_a_line_that_holds_back_a_fit_which_knows_its_rows_by_heart_stays() -> None:
    truth, label = window()
    before = 2.0 * truth + np.random.default_rng(7).normal(0, 1, ROWS)
    line = Line.fit(before, label)
    assert line.slope < 0.6
    # Seen rows are answered better without the line, which later rows need: that proves nothing against it.
    by_heart = before + 4.0 * (label - 0.5)
    assert carried_over(line, label, before, by_heart) == line


def test_no_line_and_no_window_are_left_as_they_are() -> None:
    truth, label = window()
    assert carried_over(Line(), label, 3.0 * truth, truth) == Line()
    line = Line(intercept=1.0, slope=2.0)
    assert carried_over(line, np.empty(0), np.empty(0), np.empty(0)) == line
