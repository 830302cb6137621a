"""The checks of a question of value, passing and failing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml_assets.classification.evaluation import LeakFinding
from ml_assets.cltv.config import ValuePromotionConfig
from ml_assets.cltv.evaluation import Decile, TellingColumn
from ml_assets.cltv.verdicts import (
    judged_against_rules,
    judged_calibration,
    judged_intervals,
    judged_leaks,
    set_problems,
)
from ml_assets.metrics.estimate import Estimate
from tests.unit.cltv.made import Made
from tests.unit.cltv.made_evaluations import MEASURED, QUESTION, RULE, UNMEASURED, changed, scores

RULES = tuple(rule.name for rule in QUESTION.rules)
CONFIG = ValuePromotionConfig()


def test_good_rows_have_no_problem(asked: Made) -> None:
    assert set_problems(asked.panel) == []


@pytest.mark.parametrize(
    ("value", "count", "problem"),
    [
        (-1.0, 1.0, "1 rows have money of the holdout that is below 0 or without an end"),
        (np.inf, 1.0, "1 rows have money of the holdout that is below 0 or without an end"),
        (1.0, -1.0, "1 rows have a number of days of the holdout that is below 0 or without an end"),
        (1.0, np.nan, "1 rows have only one of money and days of the holdout"),
        (np.nan, np.nan, None),
    ],
)
def test_money_that_is_none_is_told(asked: Made, value: float, count: float, problem: str | None) -> None:
    panel = asked.panel.take(np.arange(5))
    values, counts = np.ones(5), np.ones(5)
    values[2], counts[2] = value, count
    assert set_problems(replace(panel, value=values, count=counts)) == ([] if problem is None else [problem])


def test_a_feature_without_an_end_is_told(asked: Made) -> None:
    panel = asked.panel.take(np.arange(5))
    features = panel.panel.features.assign(age=[1.0, np.inf, 2.0, np.nan, 3.0])
    assert set_problems(replace(panel, panel=replace(panel.panel, features=features))) == [
        "1 rows have an infinite age"
    ]


def test_a_leak_of_either_kind_fails() -> None:
    assert judged_leaks(MEASURED).passed
    telling = judged_leaks(changed(telling=(TellingColumn(column="told", normalised_gini=0.97),)))
    assert not telling.passed
    assert "told alone ranks money with a normalised Gini of 0.970" in telling.words
    leak = LeakFinding(columns=("came_back",), auc=0.99, precision=1.0, reason="Column came_back alone")
    assert not judged_leaks(changed(leaks=(leak,))).passed


def test_money_is_right_in_total_and_in_the_highest_tenth() -> None:
    assert judged_calibration(MEASURED, CONFIG).passed
    assert not judged_calibration(changed(test=scores(0.84, 0.6)), CONFIG).passed
    top = Decile(rows=160, mean_predicted=160.0, mean_truth=100.0)
    assert not judged_calibration(changed(deciles=(top, *MEASURED.deciles[1:])), CONFIG).passed
    nothing_came = top.model_copy(update={"mean_truth": 0.0})
    assert not judged_calibration(changed(deciles=(nothing_came,)), CONFIG).passed
    assert judged_calibration(UNMEASURED, CONFIG).passed, "nothing was measured"


def test_every_rule_must_be_beaten() -> None:
    assert judged_against_rules(MEASURED, RULES).passed
    behind = judged_against_rules(
        changed(gains={**MEASURED.gains, RULES[0]: Estimate(value=0.01, low=-0.01, high=0.03)}), RULES
    )
    assert not behind.passed
    assert "0.0100 (-0.0100 to 0.0300) over frequency value" in behind.words
    assert not judged_against_rules(changed(chosen=RULE), RULES).passed
    assert not judged_against_rules(changed(gains={}), RULES).passed


@pytest.mark.parametrize(
    ("covered", "passed"),
    [
        (Estimate(value=0.79, low=0.77, high=0.81), True),
        (Estimate(value=0.76, low=0.74, high=0.78), False),
        (Estimate(value=0.99, low=0.98, high=1.0), True),
        (Estimate(value=None), True),
    ],
    ids=["about", "too few", "more", "unknown"],
)
def test_intervals_hold_what_they_say(covered: Estimate, passed: bool) -> None:
    assert MEASURED.coverage is not None
    found = judged_intervals(changed(coverage=MEASURED.coverage.model_copy(update={"covered": covered})))
    assert found.passed is passed
    assert judged_intervals(UNMEASURED).passed
