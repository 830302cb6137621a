"""The scoreboard: what becomes of a claim, and that nothing is passed over in silence."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date

import pytest

from ml_assets.classification.claims import ClaimName, claims_of
from ml_assets.classification.evaluation import Evaluation, Metric
from ml_assets.classification.question import Period
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.scoreboard import (
    SCOREBOARD_COLUMNS,
    readme_block,
    scoreboard_frame,
    scoreboard_html,
    scoreboard_json,
)
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict
from ml_assets.reports.scoreboard_rows import scoreboard_rows
from tests.unit.reports.evaluations import MEASURED, QUESTION, UNMEASURED, estimate
from tests.unit.reports.scoreboards import MIN_EVENTS, ROWS


def rows_of(evaluation: Evaluation | None, claims: dict[str, float] | None = None) -> tuple[ScoreboardRow, ...]:
    return scoreboard_rows(replace(QUESTION, claims=claims), evaluation, "boosted trees", MIN_EVENTS)


def row_of(evaluation: Evaluation | None, metric: Metric, claims: dict[str, float] | None = None) -> ScoreboardRow:
    [row] = [row for row in rows_of(evaluation, claims) if row.metric is metric]
    return row


def with_test(**scores: Estimate | None) -> Evaluation:
    assert MEASURED.test is not None
    return MEASURED.model_copy(update={"test": MEASURED.test.model_copy(update=scores)})


def with_test_fold(**statistics: int) -> Evaluation:
    *others, test = MEASURED.folds
    return MEASURED.model_copy(update={"folds": (*others, test.model_copy(update=statistics))})


@pytest.mark.parametrize(
    ("auc", "verdict"),
    [(0.8, ScoreVerdict.MET), (0.75, ScoreVerdict.MET), (0.7499, ScoreVerdict.NOT_MET)],
    ids=str,
)
def test_a_claim_is_met_from_its_figure_on(auc: float, verdict: ScoreVerdict) -> None:
    assert row_of(with_test(auc=estimate(auc)), Metric.AUC, {ClaimName.AUC: 0.75}).verdict is verdict


def test_a_metric_without_claim_says_so_and_every_metric_stands_once() -> None:
    rows = rows_of(MEASURED)
    assert {row.verdict for row in rows} == {ScoreVerdict.NO_CLAIM}
    assert [row.metric for row in rows] == [
        Metric.LOG_LOSS,
        Metric.AUC,
        Metric.AVERAGE_PRECISION,
        Metric.LIFT,
        Metric.BRIER_SKILL,
        Metric.MEAN_PERIOD_AUC,
        Metric.POOLED_AUC,
    ]


def test_a_row_holds_rule_baseline_interval_and_window() -> None:
    row = row_of(MEASURED, Metric.AUC, {ClaimName.AUC: 0.75})
    assert (row.claimed_target, row.rule_value, row.baseline_value) == (0.75, 0.774, 0.5)
    assert (row.achieved, row.ci_low, row.ci_high) == pytest.approx((0.791, 0.771, 0.811))
    assert (row.n, row.window_from, row.window_to) == (3412, date(2018, 4, 1), date(2018, 6, 30))
    assert row.minimum_detectable_effect == 0.028


def test_the_window_of_weeks_ends_on_the_day_of_the_last_question() -> None:
    question = replace(QUESTION, period=Period.WEEK)
    assert scoreboard_rows(question, MEASURED, "", MIN_EVENTS)[0].window_to == date(2018, 6, 1)


def test_an_accuracy_that_a_constant_answer_reaches_is_no_merit_of_a_model() -> None:
    evaluation = with_test(accuracy=estimate(0.99)).model_copy(
        update={"folds": with_test_fold(positives=3300).folds},
    )
    row = row_of(evaluation, Metric.ACCURACY, {ClaimName.ACCURACY: 0.85})
    assert row.verdict is ScoreVerdict.MET_WITHOUT_MODEL
    assert row.note == "Always giving the commoner answer reaches 0.967."
    assert row.baseline_value == pytest.approx(3300 / 3412)


def test_the_constant_answer_is_no_where_yes_is_rare() -> None:
    row = row_of(with_test_fold(positives=12), Metric.ACCURACY, {ClaimName.ACCURACY: 0.85})
    assert row.baseline_value == pytest.approx(3400 / 3412)


@pytest.mark.parametrize(
    ("evaluation", "note"),
    [
        (with_test_fold(positives=99), "The window holds 99 rows of the rarer answer; 100 are needed."),
        (with_test_fold(rows=1300), "The window holds 71 rows of the rarer answer; 100 are needed."),
        (UNMEASURED, "The test window holds no row whose answer is known."),
    ],
    ids=["few yes", "few no", "nothing"],
)
def test_few_answers_prove_nothing_whatever_the_figure(evaluation: Evaluation, note: str) -> None:
    row = row_of(evaluation, Metric.AUC, {ClaimName.AUC: 0.5})
    assert row.verdict is ScoreVerdict.INSUFFICIENT_EVIDENCE
    assert row.note == note


@pytest.mark.parametrize("value", [None, math.nan, math.inf], ids=str)
def test_a_figure_that_is_no_number_meets_no_claim(value: float | None) -> None:
    row = row_of(with_test(auc=Estimate(value=value)), Metric.AUC, {ClaimName.AUC: 0.5})
    assert row.verdict is ScoreVerdict.INSUFFICIENT_EVIDENCE
    assert row.achieved is None


def test_a_model_that_was_not_evaluated_shows_its_claims_all_the_same() -> None:
    rows = rows_of(None, {ClaimName.AUC: 0.75, ClaimName.ACCURACY: 0.85})
    assert {row.verdict for row in rows} == {ScoreVerdict.NOT_EVALUATED}
    assert [(row.metric, row.claimed_target, row.n) for row in rows if row.claimed_target] == [
        (Metric.AUC, 0.75, 0),
        (Metric.ACCURACY, 0.85, 0),
    ]


def test_a_claim_that_rests_on_a_leak_is_listed_with_the_reason() -> None:
    rows = rows_of(MEASURED, {ClaimName.AUC: 0.75, ClaimName.AUC_WITH_LEAK: 0.9877})
    assert [(row.claimed_target, row.verdict) for row in rows if row.metric is Metric.AUC] == [
        (0.75, ScoreVerdict.MET),
        (0.9877, ScoreVerdict.NOT_MET),
    ]
    assert [row.doubt.split(":")[0] for row in rows if row.doubt] == ["A leak"]


def test_a_claim_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"churn_things: Question.claims names f1; known are auc, accuracy"):
        claims_of(replace(QUESTION, claims={"auc": 0.75, "f1": 0.9}))


def test_the_rolling_origin_stands_beside_the_mean_of_the_rule() -> None:
    row = row_of(MEASURED, Metric.MEAN_PERIOD_AUC)
    rules = [each.rule.auc.value for each in MEASURED.by_period]
    assert row.rule_value == pytest.approx(sum(value for value in rules if value) / 8)
    assert (row.window_from, row.window_to) == (date(2017, 11, 1), date(2018, 6, 30))
    assert row.n == sum(each.rows for each in MEASURED.by_period)


def test_the_table_has_the_columns_of_the_contract_and_types_even_without_figures() -> None:
    expected = (
        "model_name metric claimed_target rule_value baseline_value achieved ci_low ci_high "
        "minimum_detectable_effect n window_from window_to verdict"
    )
    assert " ".join(SCOREBOARD_COLUMNS) == expected
    for rows in (ROWS, rows_of(None)):
        frame = scoreboard_frame(rows)
        assert " ".join(frame.columns) == expected
        assert frame["achieved"].dtype == frame["claimed_target"].dtype == "float64"
        assert frame["n"].dtype == "int64"
    assert set(scoreboard_frame(ROWS)["verdict"]) <= {verdict.value for verdict in ScoreVerdict}
    assert scoreboard_frame(ROWS).loc[0, "metric"] == "log_loss"


def test_the_json_holds_every_row_with_null_for_what_is_missing() -> None:
    read = json.loads(scoreboard_json(ROWS))
    assert len(read) == len(ROWS)
    assert read[1]["window_to"] == "2018-06-30"
    assert read[1]["verdict"] == "met"
    assert read[-1]["achieved"] is None


def test_the_page_names_every_model_verdict_and_reason() -> None:
    page = scoreboard_html(ROWS)
    for words in ("churn_things", "churn_others", "churn_nobody", "A leak: days since the last purchase", "0.9877"):
        assert words in page
    for verdict in ScoreVerdict:
        assert verdict in page
    assert "No model is known yet" in scoreboard_html([])


def test_the_readme_shows_claims_and_auc_and_explains_doubts_once() -> None:
    block = readme_block(ROWS)
    first = "| `churn_things` | boosted trees | AUC | 0.774 | 0.791 (0.771 to 0.811) | 0.75 | met |"
    assert first in block.splitlines()
    assert "| `churn_nobody` | nothing yet | Accuracy | \u2013 | \u2013 | 0.85 | not evaluated |" in block.splitlines()
    assert "Log-loss" not in block
    assert block.count("A leak") == 1


def test_a_model_without_claim_shows_its_auc_in_the_readme() -> None:
    [line] = readme_block(rows_of(MEASURED)).splitlines()[2:]
    assert line.endswith("| \u2013 | no claim |")


def test_a_bar_in_words_does_not_break_the_readme_table() -> None:
    rows = scoreboard_rows(QUESTION, None, "a|b\nc", MIN_EVENTS)
    assert "| a\\|b c |" in readme_block(rows)
