"""Nothing is found where answers are shuffled, and something where they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.asked import Asked
from benchmarks.null_control.trial import Null, allowed_share, is_within, shuffled, together, trial
from ml_assets.config import EvaluationConfig
from tests.unit.benchmarks.test_planted_truth import asked_of, with_horizon
from tests.unit.classification.planted import CONFIG, panel_of_truth

EVALUATION = EvaluationConfig(rolling_periods=0, resamples=40)


@pytest.fixture(scope="module")
def asked() -> Asked:
    return asked_of(with_horizon(panel_of_truth()))


def test_a_shuffle_keeps_each_periods_answers_and_what_is_not_known(asked: Asked) -> None:
    label = asked.panel.label.copy()
    label[:40] = np.nan
    panel = replace(asked.panel, label=label)
    found = shuffled(panel, 1).label
    assert np.array_equal(np.isnan(found), np.isnan(label))
    assert not np.array_equal(found, label, equal_nan=True)
    for period in np.unique(panel.period):
        assert np.nansum(found[panel.period == period]) == np.nansum(label[panel.period == period])


def test_an_answer_takes_with_it_how_long_it_took(asked: Asked) -> None:
    took = np.where(asked.panel.label > 0.5, np.nan, np.arange(len(asked.panel), dtype=np.float64))
    found = shuffled(replace(asked.panel, duration=took), 1)
    assert found.duration is not None
    assert np.array_equal(np.isnan(found.duration), found.label > 0.5)
    assert np.array_equal(np.sort(found.duration), np.sort(took), equal_nan=True)
    assert not np.array_equal(found.duration, took, equal_nan=True)


def test_shuffled_answers_cannot_be_predicted(asked: Asked) -> None:
    trials = [trial(asked, Null.SHUFFLED, seed, CONFIG, EVALUATION) for seed in (1, 2, 3)]
    assert all(0.42 < each.auc < 0.58 for each in trials)
    assert not any(each.is_promoted for each in trials)


def test_true_answers_can_be_predicted_and_the_gate_sees_it(asked: Asked) -> None:
    found = trial(asked, Null.WORLD, 1, CONFIG, EVALUATION)
    assert found.auc > 0.7
    assert found.is_judged
    assert found.is_promoted


def test_a_mean_is_near_a_half_within_three_standard_errors(asked: Asked) -> None:
    one = trial(asked, Null.SHUFFLED, 1, CONFIG, EVALUATION)
    near = together([replace(one, auc=value) for value in (0.49, 0.5, 0.53)])
    far = together([replace(one, auc=value) for value in (0.54, 0.55, 0.56)])
    assert near.is_near_a_half
    assert not far.is_near_a_half


def test_the_gate_may_err_as_often_as_chance_allows() -> None:
    allowed = allowed_share(EVALUATION)
    assert allowed == pytest.approx(0.025)
    assert is_within(5, 100, allowed)
    assert not is_within(8, 100, allowed)
    assert is_within(0, 0, allowed)
