"""The scoreboard's rows of models of value: what is claimed beside what is reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ml_assets.cltv.evaluation import ValueMetric
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.scoreboard import readme_block, scoreboard_frame, scoreboard_html, scoreboard_json
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict, headline
from ml_assets.reports.terminal import scoreboard_lines
from ml_assets.reports.value_rows import value_rows
from tests.unit.cltv.made_evaluations import MEASURED, QUESTION, RULE, UNMEASURED, changed, scores

MIN_BUYERS = 100


def by_metric(*rows: ScoreboardRow) -> dict[str, ScoreboardRow]:
    return {row.metric: row for row in rows}


def test_the_headline_is_the_gini_beside_the_rule() -> None:
    first, *others = value_rows(QUESTION, MEASURED, "boosted trees", MIN_BUYERS)
    assert first.metric == ValueMetric.NORMALISED_GINI
    assert (first.achieved, first.rule_value, first.baseline_value) == (0.84, 0.78, 0.0)
    assert first.minimum_detectable_effect == 0.026
    assert first.verdict is ScoreVerdict.NO_CLAIM
    assert (first.window_from, first.window_to, first.n) == (date(2017, 8, 1), date(2017, 10, 31), 1600)
    assert "decayed spend +0.060 (+0.040 to +0.080)" in first.note
    assert headline([first, *others]) is first
    assert [row.metric for row in others] == [*list(ValueMetric)[1:], "pooled_normalised_gini"]


@pytest.mark.parametrize(
    ("r_squared", "verdict", "note"),
    [
        (0.46, ScoreVerdict.MET, "The interval holds the claimed 0.45."),
        (0.6, ScoreVerdict.MET, ""),
        (0.44, ScoreVerdict.NOT_MET, "The interval holds the claimed 0.45."),
        (-0.1, ScoreVerdict.NOT_MET, ""),
    ],
)
def test_the_claimed_r_squared_is_met_or_not(r_squared: float, verdict: ScoreVerdict, note: str) -> None:
    rows = by_metric(*value_rows(QUESTION, changed(test=scores(0.84, r_squared=r_squared)), "it", MIN_BUYERS))
    row = rows[ValueMetric.R_SQUARED]
    assert (row.claimed_target, row.verdict, row.note) == (0.45, verdict, note)


def test_too_few_rows_with_money_are_no_evidence() -> None:
    row = value_rows(QUESTION, MEASURED, "it", 901)[0]
    assert row.verdict is ScoreVerdict.INSUFFICIENT_EVIDENCE
    assert "The window holds 900 rows with money; 901 are needed." in row.note


def test_a_figure_that_is_no_number_is_no_evidence() -> None:
    broken = MEASURED.test.model_copy(update={"r_squared": Estimate(value=float("nan"))}) if MEASURED.test else None
    row = by_metric(*value_rows(QUESTION, changed(test=broken), "it", MIN_BUYERS))[ValueMetric.R_SQUARED]
    assert (row.verdict, row.achieved) == (ScoreVerdict.INSUFFICIENT_EVIDENCE, None)


def test_a_rule_that_was_chosen_is_its_own_rule() -> None:
    row = value_rows(QUESTION, changed(chosen=RULE, gains={}), "decayed spend", MIN_BUYERS)[0]
    assert row.rule_value == row.achieved == 0.84


@pytest.mark.parametrize("evaluation", [None, UNMEASURED], ids=["never evaluated", "no test window"])
def test_nothing_measured_still_has_a_row_for_each_claim(evaluation: None) -> None:
    rows = value_rows(QUESTION, evaluation, "nobody", MIN_BUYERS)
    assert [row.metric for row in rows] == list(ValueMetric)
    expected = ScoreVerdict.NOT_EVALUATED if evaluation is None else ScoreVerdict.INSUFFICIENT_EVIDENCE
    assert {row.verdict for row in rows} == {expected}
    assert by_metric(*rows)[ValueMetric.R_SQUARED].claimed_target == 0.45


def test_the_rows_can_be_written_everywhere() -> None:
    rows = value_rows(QUESTION, MEASURED, "boosted trees", MIN_BUYERS)
    assert len(scoreboard_frame(rows)) == len(rows)
    assert "normalised_gini" in scoreboard_json(rows)
    assert "Normalised Gini" in scoreboard_html(rows)
    assert "Normalised Gini | 0.780 | 0.840 (0.820 to 0.860)" in readme_block(rows)
    head, line = scoreboard_lines(rows)
    assert "Normalised Gini 0.840 (0.820 to 0.860)" in line
    assert "met: R² 0.45" in line
    assert head.startswith("model")
    never = value_rows(replace(QUESTION, name="other"), None, "nobody", MIN_BUYERS)
    assert "not evaluated" in scoreboard_lines(never)[1]
