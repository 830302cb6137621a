"""The evaluation as a whole: what is in the record, and that it survives its file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml_assets.cltv.challenger import LEARNED
from ml_assets.cltv.evaluate import ValueConfigs, evaluate, first_asked, metrics_of
from ml_assets.cltv.evaluation import ValueEvaluation
from ml_assets.cltv.rules import RULES
from ml_assets.cltv.train import Training
from ml_assets.config import EvaluationConfig
from tests.unit.cltv.made import CONFIG, QUESTION, SPLIT, Made

CONFIGS = ValueConfigs(SPLIT, CONFIG, EvaluationConfig(resamples=30, rolling_periods=2))


def evaluated(asked: Made, training: Training, **changes: object) -> ValueEvaluation:
    made = replace(asked, **changes)  # type: ignore[arg-type]
    return evaluate(QUESTION, made.panel, made.split, training, made.until, CONFIGS, version="3", fingerprint="abc")


@pytest.fixture(scope="module")
def evaluation(asked: Made, training: Training) -> ValueEvaluation:
    return evaluated(asked, training)


def test_everybody_is_measured_and_compared(evaluation: ValueEvaluation, training: Training) -> None:
    others = {*(rule.name for rule in RULES), *LEARNED} - {training.chosen}
    assert set(evaluation.baselines) == set(evaluation.gains) == others
    assert (evaluation.chosen, evaluation.version, evaluation.fingerprint) == (training.chosen, "3", "abc")
    assert evaluation.coverage is not None
    assert evaluation.minimum_detectable_gain is not None


def test_a_gain_is_the_difference_of_two_figures(evaluation: ValueEvaluation) -> None:
    assert evaluation.test is not None
    for name, gained in evaluation.gains.items():
        difference = (evaluation.test.normalised_gini.value or 0) - (
            evaluation.baselines[name].normalised_gini.value or 0
        )
        assert gained.value == pytest.approx(difference)


def test_planted_differences_are_found_and_the_rules_are_beaten(evaluation: ValueEvaluation) -> None:
    assert evaluation.test is not None
    assert (evaluation.test.normalised_gini.value or 0) > 0.4
    assert (evaluation.gains["frequency_value"].value or 0) > 0
    assert abs(evaluation.test.total_bias.value or 0) < 0.5


def test_each_period_is_predicted_from_before_it(evaluation: ValueEvaluation) -> None:
    assert len(evaluation.by_period) == 2
    assert evaluation.pooled is not None
    assert evaluation.pooled_rule is not None
    assert evaluation.pooled_gain is not None
    assert [each.period for each in evaluation.by_period] == sorted(each.period for each in evaluation.by_period)


def test_the_record_survives_its_file(evaluation: ValueEvaluation) -> None:
    assert ValueEvaluation.model_validate_json(evaluation.model_dump_json()) == evaluation


def test_figures_are_logged_flat(evaluation: ValueEvaluation) -> None:
    figures = metrics_of(evaluation)
    assert {"test_normalised_gini", "rolling_rule_spearman", "gain_over_decayed_spend_low"} <= set(figures)
    assert all(np.isfinite(value) for value in figures.values())


def test_the_claim_is_reached_only_by_the_whole_interval(evaluation: ValueEvaluation) -> None:
    assert evaluation.test is not None
    assert evaluation.r_squared_target == 0.45
    assert evaluation.is_r_squared_reached == ((evaluation.test.r_squared.low or 0) >= 0.45)


def test_without_a_test_window_nothing_is_measured(asked: Made, training: Training) -> None:
    empty = replace(asked.split, test=np.zeros_like(asked.split.test))
    found = evaluated(asked, training, split=empty)
    assert found.test is None
    assert not found.gains
    assert found.is_r_squared_reached is None


def test_the_moment_is_the_first_question_of_the_test_window(asked: Made) -> None:
    assert first_asked(asked.panel, asked.split, asked.until) == asked.panel.panel.asked_at[asked.split.test].min()
    empty = replace(asked.split, test=np.zeros_like(asked.split.test))
    assert first_asked(asked.panel, empty, asked.until) == asked.until + np.timedelta64(1, "D")
