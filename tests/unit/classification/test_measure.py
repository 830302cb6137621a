"""Scores, gains and segments of made rows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ml_assets.classification.evaluation import Scores
from ml_assets.classification.measure import (
    NO_SEGMENT,
    OTHER_SEGMENTS,
    gain,
    mean_period_auc,
    scores,
    segment_scores,
)
from ml_assets.classification.panel import Panel
from ml_assets.config import EvaluationConfig
from ml_assets.metrics import classification
from ml_assets.metrics.classification import FloatArray
from tests.unit.classification.made_panels import made_panel, made_question

CONFIG = EvaluationConfig(resamples=200, lift_share=0.1)
QUESTION = made_question()


def calibrated(rows: int = 1500, seed: int = 1, base: float = 0.3) -> tuple[Panel, FloatArray]:
    """Return rows over three months, of a third as many entities, whose probabilities come true."""
    generator = np.random.default_rng(seed)
    probability = generator.beta(4 * base, 4 * (1 - base), rows)
    asked_at = np.array(["2018-01-15", "2018-02-15", "2018-03-15"])[np.arange(rows) % 3]
    label = (generator.random(rows) < probability).astype(float)
    return made_panel(asked_at, label, entity=generator.integers(0, rows // 3, rows)), probability


def test_figures_are_those_of_the_measures() -> None:
    panel, probability = calibrated()
    made = scores(panel, probability, 0.3, QUESTION, CONFIG)
    label = panel.label
    slope, intercept = classification.calibration_line(label, probability)
    expected = {
        "log_loss": classification.log_loss(label, probability),
        "auc": classification.auc(label, probability),
        "average_precision": classification.average_precision(label, probability),
        "brier_skill": classification.brier_skill(label, probability, 0.3),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "lift": classification.lift_at(label, probability, 0.1),
        "accuracy": np.mean((probability >= 0.5) == (label == 1.0)),
    }
    for name in Scores.model_fields:
        figure = getattr(made, name)
        assert figure.value == pytest.approx(expected[name]), name
        assert figure.low < figure.value < figure.high, name


def test_precision_and_lift_are_of_the_answer_of_interest() -> None:
    panel, probability = calibrated(base=0.8)
    of_yes = scores(panel, probability, 0.8, QUESTION, CONFIG)
    of_no = scores(panel, probability, 0.8, made_question(is_no_of_interest=True), CONFIG)
    assert of_no.average_precision.value == pytest.approx(
        classification.average_precision(1 - panel.label, 1 - probability)
    )
    assert of_no.lift.value == pytest.approx(classification.lift_at(1 - panel.label, 1 - probability, 0.1))
    for name in ("log_loss", "auc", "brier_skill", "calibration_slope", "calibration_intercept"):
        first, second = getattr(of_yes, name), getattr(of_no, name)
        assert (first.value, first.low, first.high) == pytest.approx((second.value, second.low, second.high)), name


def test_intervals_hold_what_probabilities_that_come_true_must_show() -> None:
    held = 0
    for seed in range(20):
        panel, probability = calibrated(rows=600, seed=seed)
        made = scores(panel, probability, 0.3, QUESTION, EvaluationConfig(resamples=100))
        low, high = made.calibration_slope.low, made.calibration_slope.high
        assert low is not None
        assert high is not None
        held += low <= 1 <= high
    assert held >= 16


def test_groups_of_many_rows_give_the_interval_of_single_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    panel, probability = calibrated(rows=4000)
    exact = scores(panel, probability, 0.3, QUESTION, CONFIG)
    monkeypatch.setattr("ml_assets.classification.measure._CALIBRATION_GROUPS", 500)
    grouped = scores(panel, probability, 0.3, QUESTION, CONFIG)
    for name in ("calibration_slope", "calibration_intercept"):
        first, second = getattr(exact, name), getattr(grouped, name)
        assert (first.value, first.low, first.high) == pytest.approx((second.value, second.low, second.high), abs=2e-3)


def test_the_same_rows_give_the_same_scores() -> None:
    panel, probability = calibrated()
    assert scores(panel, probability, 0.3, QUESTION, CONFIG) == scores(panel, probability, 0.3, QUESTION, CONFIG)


def test_one_class_has_a_log_loss_and_no_order() -> None:
    panel = made_panel(["2018-01-01"] * 20, np.zeros(20))
    made = scores(panel, np.full(20, 0.1), 0.1, QUESTION, CONFIG)
    assert made.log_loss.value == pytest.approx(-np.log(0.9))
    for name in ("auc", "average_precision", "calibration_slope", "calibration_intercept", "lift"):
        assert getattr(made, name).value is None, name


def test_one_entity_has_figures_without_intervals() -> None:
    panel = made_panel(["2018-01-01"] * 4, [0.0, 1.0, 0.0, 1.0], entity=[3] * 4)
    probability = np.array([0.1, 0.8, 0.6, 0.5])
    made = scores(panel, probability, 0.5, QUESTION, CONFIG)
    assert made.auc.value == 0.75
    assert made.auc.low is None
    assert mean_period_auc(panel, probability, CONFIG).low is None
    assert gain(panel, probability, probability, CONFIG).auc.low is None


def test_without_rows_all_is_none() -> None:
    panel, nothing = made_panel([], []), np.empty(0)
    made = scores(panel, nothing, 0.3, QUESTION, CONFIG)
    assert all(getattr(made, name).value is None for name in Scores.model_fields)
    assert gain(panel, nothing, nothing, CONFIG).log_loss.value is None
    assert mean_period_auc(panel, nothing, CONFIG).value is None
    assert segment_scores(panel, nothing, made_question(segment="constant")) == ()


@pytest.mark.parametrize(
    ("probability", "message"),
    [
        pytest.param([0.1, 0.2, np.nan], "outside 0 to 1", id="nan"),
        pytest.param([0.1, 0.2, 1.5], "outside 0 to 1", id="above one"),
        pytest.param([0.1, 0.2], "2 probabilities for 3 rows", id="too few"),
    ],
)
def test_what_is_no_probability_is_refused(probability: list[float], message: str) -> None:
    panel = made_panel(["2018-01-01"] * 3, [0.0, 1.0, 0.0])
    with pytest.raises(ValueError, match=message):
        scores(panel, np.array(probability), 0.3, QUESTION, CONFIG)


def test_rows_without_a_label_are_refused() -> None:
    panel = made_panel(["2018-01-01"] * 3, [0.0, 1.0, np.nan])
    with pytest.raises(ValueError, match="without a label"):
        gain(panel, np.full(3, 0.5), np.full(3, 0.5), CONFIG)


def test_gain_is_of_the_better_and_mirrored_for_the_worse() -> None:
    panel, probability = calibrated()
    rough = np.round(probability * 3) / 4 + 0.1
    better, worse = gain(panel, probability, rough, CONFIG), gain(panel, rough, probability, CONFIG)
    for name in ("log_loss", "auc"):
        first, second = getattr(better, name), getattr(worse, name)
        assert first.low > 0, name
        assert (first.value, first.low, first.high) == pytest.approx((-second.value, -second.high, -second.low))
    assert better.log_loss.value == pytest.approx(
        classification.log_loss(panel.label, rough) - classification.log_loss(panel.label, probability)
    )


def test_a_pair_is_narrower_than_its_parts() -> None:
    panel, probability = calibrated()
    nearly = np.clip(probability + 0.01 * np.sin(np.arange(len(panel))), 0, 1)
    both = gain(panel, probability, nearly, CONFIG).auc
    alone = scores(panel, probability, 0.3, QUESTION, CONFIG).auc
    assert both.low is not None
    assert both.high is not None
    assert alone.low is not None
    assert alone.high is not None
    assert both.high - both.low < (alone.high - alone.low) / 5


def test_gain_against_itself_is_nothing() -> None:
    panel, probability = calibrated(rows=90)
    made = gain(panel, probability, probability, CONFIG)
    assert (made.auc.value, made.auc.low, made.auc.high) == (0, 0, 0)
    assert (made.log_loss.value, made.log_loss.low, made.log_loss.high) == (0, 0, 0)


def test_mean_over_periods_is_blind_to_differences_between_them() -> None:
    # Within each month the order is wrong; the months themselves are told apart perfectly.
    panel = made_panel(["2018-01-01"] * 4 + ["2018-02-01"] * 4 + ["2018-03-01"] * 2, [0, 0, 0, 1, 0, 1, 1, 1, 1, 1])
    probability = np.array([0.2, 0.2, 0.2, 0.1, 0.8, 0.7, 0.7, 0.7, 0.9, 0.9])
    made = mean_period_auc(panel, probability, CONFIG)
    assert made.value == 0
    assert classification.auc(panel.label, probability) > 0.5


def test_mean_over_periods_by_hand() -> None:
    panel = made_panel(["2018-01-01"] * 3 + ["2018-02-01"] * 2, [0, 1, 0, 0, 1])
    made = mean_period_auc(panel, np.array([0.1, 0.2, 0.3, 0.4, 0.5]), CONFIG)
    assert made.value == pytest.approx((0.5 + 1) / 2)


def test_segments_cover_all_rows_largest_first() -> None:
    panel, probability = calibrated(rows=300)
    state = np.array(["SP"] * 150 + ["RJ"] * 100 + ["AC"] * 20 + ["RR"] * 10 + [None] * 20, dtype=object)
    panel = dataclasses.replace(panel, features=panel.features.assign(state=state))
    made = segment_scores(panel, probability, made_question(segment="state"), minimum_rows=20)
    assert [(each.segment, each.rows) for each in made] == [
        ("SP", 150),
        ("RJ", 100),
        ("AC", 20),
        (NO_SEGMENT, 20),
        (OTHER_SEGMENTS, 10),
    ]
    rows = state == "SP"
    assert made[0].positives == panel.label[rows].sum()
    assert made[0].observed_share == pytest.approx(panel.label[rows].mean())
    assert made[0].mean_probability == pytest.approx(probability[rows].mean())
    assert made[0].auc == pytest.approx(classification.auc(panel.label[rows], probability[rows]))


def test_a_segment_of_one_class_has_no_auc() -> None:
    panel = made_panel(["2018-01-01"] * 3, [0, 0, 0], features={"state": ["SP"] * 3})
    (made,) = segment_scores(panel, np.full(3, 0.2), made_question(segment="state"), minimum_rows=1)
    assert made.auc is None
    assert made.log_loss == pytest.approx(-np.log(0.8))


def test_segments_only_of_a_column_that_is_there() -> None:
    panel, probability = calibrated(rows=90)
    assert segment_scores(panel, probability, made_question(segment=None)) == ()
    with pytest.raises(ValueError, match="no column state"):
        segment_scores(panel, probability, made_question(segment="state"))
