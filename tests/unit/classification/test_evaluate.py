"""What is measured of a training: nothing but the test window, and nothing at all where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml_assets.classification.evaluate import Configs, evaluate, learned_until, metrics_of
from ml_assets.classification.evaluation import RULE, Evaluation
from ml_assets.classification.folds import Fold, TimeSplit, split_by_time
from ml_assets.classification.panel import Panel
from ml_assets.classification.train import Training, train
from ml_assets.config import EvaluationConfig, PromotionConfig
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, panel_of_truth

# The last of the six months is not known yet.
UNTIL = np.datetime64("2018-05-31")
CONFIGS = Configs(SPLIT, CONFIG, EvaluationConfig(resamples=20, rolling_periods=1), PromotionConfig())


@pytest.fixture(scope="module")
def panel() -> Panel:
    return panel_of_truth()


@pytest.fixture(scope="module")
def split(panel: Panel) -> TimeSplit:
    return split_by_time(panel, UNTIL, SPLIT)


@pytest.fixture(scope="module")
def training(panel: Panel, split: TimeSplit) -> Training:
    return train(panel, split.fold, QUESTION, CONFIG, SPLIT)


def measured(panel: Panel, split: TimeSplit, training: Training, until: np.datetime64 = UNTIL) -> Evaluation:
    return evaluate(QUESTION, panel, split, training, until, CONFIGS, version="1", fingerprint="f")


@pytest.fixture(scope="module")
def whole(panel: Panel, split: TimeSplit, training: Training) -> Evaluation:
    return measured(panel, split, training)


def test_the_chosen_one_stands_beside_the_rule_and_all_others(whole: Evaluation, training: Training) -> None:
    assert whole.test is not None
    everyone = {**whole.baselines, training.chosen: whole.test}
    assert RULE in whole.baselines
    assert set(whole.baselines) == set(training.models) - ({training.chosen} - {RULE})
    others = {name: (float(found.auc.value or 0), float(found.log_loss.value or 0)) for name, found in everyone.items()}
    assert others[training.chosen][0] > others[RULE][0] > others["prior"][0] == 0.5
    assert whole.gain_over_rule is not None
    lost = others[RULE][1] - others[training.chosen][1]
    assert whole.gain_over_rule.log_loss.value == pytest.approx(lost)
    assert whole.leaks == ()
    assert whole.minimum_detectable_auc is not None


def test_rows_without_an_answer_yet_and_after_the_window_do_not_count(
    panel: Panel, split: TimeSplit, training: Training, whole: Evaluation
) -> None:
    label = panel.label.copy()
    outside = ~(split.test | split.fold.train | split.fold.validation)
    label[outside] = np.where(np.isnan(label[outside]), np.nan, 1 - label[outside])
    assert outside.sum() > 0
    changed = measured(replace(panel, label=label), split, training)
    assert changed.test == whole.test
    assert changed.gain_over_rule == whole.gain_over_rule
    assert changed.calibration == whole.calibration


def test_an_evaluation_comes_back_from_its_file_as_it_was(whole: Evaluation) -> None:
    assert Evaluation.model_validate_json(whole.model_dump_json()) == whole


def test_figures_are_flat_and_those_that_do_not_exist_are_left_out(whole: Evaluation) -> None:
    figures = metrics_of(whole)
    assert whole.test is not None
    assert figures["test_auc"] == whole.test.auc.value
    assert figures["test_rule_log_loss"] == whole.baselines[RULE].log_loss.value
    assert figures["gain_over_rule_log_loss_low"] <= figures["gain_over_rule_log_loss"]
    assert all(isinstance(value, float) for value in figures.values())
    nothing = whole.model_copy(
        update={"test": None, "baselines": {}, "gain_over_rule": None, "pooled": None, "pooled_rule": None}
    )
    assert not any(name.startswith("test") for name in metrics_of(nothing))


def test_without_any_row_known_nothing_is_measured_and_nothing_fails(panel: Panel) -> None:
    long_ago = np.datetime64("1970-01-01")
    split = split_by_time(panel, long_ago, SPLIT)
    training = train(panel, split.fold, QUESTION, CONFIG, SPLIT)
    assert training.chosen == RULE
    found = measured(panel, split, training, long_ago)
    assert (found.test, found.gain_over_rule, found.pooled, found.minimum_detectable_auc) == (None, None, None, None)
    assert (found.by_period, found.segments, found.calibration) == ((), (), ())
    assert metrics_of(found) == {}
    assert learned_until(panel, split.fold) is None


def test_what_was_learned_until_is_the_newest_answer_of_train_and_validation(panel: Panel) -> None:
    none = np.zeros(len(panel), dtype=bool)
    first = panel.period == panel.period.min()
    later = panel.period == panel.period.max()
    assert learned_until(panel, Fold(train=first, validation=later, known=first | later)) == panel.horizon_ends_at.max()
    assert learned_until(panel, Fold(train=first, validation=none, known=first)) == panel.horizon_ends_at.min()
