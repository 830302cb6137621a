"""What the checks say, on measurements made up by hand."""

from __future__ import annotations

import pytest

from ml_assets.classification.evaluation import Evaluation
from ml_assets.classification.verdicts import in_words, judged_against_rule, judged_calibration, judged_leaks
from ml_assets.config import PromotionConfig
from ml_assets.metrics.estimate import Estimate
from tests.unit.registry.builders import evaluation, gain, leak, scores

CONFIG = PromotionConfig()


def without_test() -> Evaluation:
    return evaluation().model_copy(update={"test": None})


def test_a_leak_is_named_with_its_columns() -> None:
    assert judged_leaks(evaluation()).passed
    found = judged_leaks(evaluation(leaks=(leak("a"), leak("b", "c"))))
    assert not found.passed
    assert "a: AUC of one column; b and c: AUC of one column" in found.words


@pytest.mark.parametrize(
    ("slope", "intercept", "passes"),
    [
        (1.0, 0.0, True),
        (1.5, 0.75, True),
        (0.5, -0.75, True),
        (1.51, 0.0, False),
        (0.49, 0.0, False),
        (1.0, 0.76, False),
        (1.0, -0.76, False),
    ],
)
def test_calibration_passes_within_the_tolerance_of_the_gate(slope: float, intercept: float, passes: bool) -> None:
    found = judged_calibration(evaluation(test=scores(slope=slope, intercept=intercept)), CONFIG)
    assert found.passed is passes
    assert f"slope {slope:.4f}" in found.words


def test_what_cannot_be_measured_does_not_fail() -> None:
    assert judged_calibration(without_test(), CONFIG).passed
    assert judged_calibration(evaluation(test=scores(slope=None)), CONFIG).passed


@pytest.mark.parametrize(("low", "passes"), [(0.001, True), (0.0, False), (-0.001, False)])
def test_only_a_gain_whose_interval_is_above_zero_beats_the_rule(low: float, passes: bool) -> None:
    found = judged_against_rule(evaluation().model_copy(update={"gain_over_rule": gain(low)}))
    assert found.passed is passes


def test_without_a_window_nobody_has_beaten_the_rule() -> None:
    assert not judged_against_rule(without_test()).passed
    nothing = gain(0.1).model_copy(update={"log_loss": Estimate(value=None)})
    assert not judged_against_rule(evaluation().model_copy(update={"gain_over_rule": nothing})).passed


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Estimate(value=None), "not measurable"),
        (Estimate(value=0.5), "0.5000"),
        (Estimate(value=0.5, low=0.4, high=0.61), "0.5000 (0.4000 to 0.6100)"),
    ],
)
def test_figures_are_said_with_their_interval(found: Estimate, words: str) -> None:
    assert in_words(found) == words
