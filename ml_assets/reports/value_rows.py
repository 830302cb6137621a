"""Rows of the scoreboard for models of value: what rules, a constant and the model reach, and what was claimed.

Belongs here: how a question of value and its evaluation become rows. Does not belong here: measuring, which version
serves, tables and pages of rows (``scoreboard``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ml_assets.classification.question import Period
from ml_assets.cltv.evaluation import ValueEvaluation, ValueMetric, ValueScores
from ml_assets.cltv.question import ValueQuestion
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict
from ml_assets.reports.scoreboard_rows import last_day
from ml_assets.reports.wording import POOLED_GINI, count, counted, decimal, signed

_NOTHING = Estimate(value=None)
# What the same money for everybody reaches; of the other metrics it depends on the money.
_OF_A_CONSTANT = {
    ValueMetric.NORMALISED_GINI: 0.0,
    ValueMetric.R_SQUARED: 0.0,
    POOLED_GINI: 0.0,
}


@dataclass(frozen=True, slots=True)
class _Window:
    """Rows that something was measured on."""

    rows: int
    buyers: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class _Figure:
    """A metric of the model and of the last rule."""

    metric: str
    achieved: Estimate
    rule: float | None
    window: _Window
    detectable: float | None = None
    note: str = ""


def value_rows(
    question: ValueQuestion, evaluation: ValueEvaluation | None, serves: str, min_buyers: int
) -> tuple[ScoreboardRow, ...]:
    """Return the rows of a model, normalised Gini first.

    Parameters
    ----------
    question
        What the model answers.
    evaluation
        What was measured of the version that the promotion gate judged; None if there is none yet.
    serves
        Who answers now, in words.
    min_buyers
        Rows with money without which a window proves nothing.
    """
    if evaluation is None:
        nowhere = _Window(0, 0, None, None)
        figures: list[_Figure] = [_Figure(metric, _NOTHING, None, nowhere) for metric in ValueMetric]
    else:
        figures = [*_of_test(question, evaluation), *_of_rolling_origin(evaluation)]
    return tuple(_row(question, figure, serves, min_buyers, evaluation is not None) for figure in figures)


def _of_test(question: ValueQuestion, evaluation: ValueEvaluation) -> Iterator[_Figure]:
    fold = evaluation.folds[-1]
    window = _Window(fold.rows, fold.positives, fold.first_period, last_day(Period.MONTH, fold.last_period))
    rule = question.rules[-1].name
    by_rule = evaluation.test if evaluation.chosen == rule else evaluation.baselines.get(rule)
    for metric in ValueMetric:
        is_headline = metric is ValueMetric.NORMALISED_GINI
        yield _Figure(
            metric=metric,
            achieved=_of(evaluation.test, metric),
            rule=_of(by_rule, metric).value,
            window=window,
            detectable=evaluation.minimum_detectable_gain if is_headline else None,
            note=_against_rules(question, evaluation) if is_headline else _about_claim(evaluation, metric),
        )


def _of_rolling_origin(evaluation: ValueEvaluation) -> Iterator[_Figure]:
    if not evaluation.by_period or evaluation.pooled is None:
        return
    periods = [each.period for each in evaluation.by_period]
    yield _Figure(
        metric=POOLED_GINI,
        achieved=_of(evaluation.pooled, ValueMetric.NORMALISED_GINI),
        rule=_of(evaluation.pooled_rule, ValueMetric.NORMALISED_GINI).value,
        window=_Window(
            rows=sum(each.rows for each in evaluation.by_period),
            buyers=sum(each.purchases for each in evaluation.by_period),
            first=min(periods),
            last=last_day(Period.MONTH, max(periods)),
        ),
    )


def _row(question: ValueQuestion, figure: _Figure, serves: str, min_buyers: int, is_evaluated: bool) -> ScoreboardRow:
    claim = question.claims.get(figure.metric)
    notes = [figure.note]
    if is_evaluated and figure.window.buyers < min_buyers:
        notes.append(
            f"The window holds {counted(figure.window.buyers, 'row')} with money; {count(min_buyers)} are needed."
        )
    return ScoreboardRow(
        model_name=question.name,
        metric=figure.metric,
        claimed_target=claim,
        rule_value=figure.rule,
        baseline_value=_OF_A_CONSTANT.get(figure.metric) if is_evaluated else None,
        achieved=figure.achieved.value,
        ci_low=figure.achieved.low,
        ci_high=figure.achieved.high,
        minimum_detectable_effect=figure.detectable,
        n=figure.window.rows,
        window_from=figure.window.first,
        window_to=figure.window.last,
        verdict=_verdict(figure, claim, min_buyers) if is_evaluated else ScoreVerdict.NOT_EVALUATED,
        serves=serves,
        doubt="",
        note=" ".join(filter(None, notes)),
    )


def _verdict(figure: _Figure, claim: float | None, min_buyers: int) -> ScoreVerdict:
    achieved = figure.achieved.value
    if achieved is None or figure.window.buyers < min_buyers:
        return ScoreVerdict.INSUFFICIENT_EVIDENCE
    if claim is None:
        return ScoreVerdict.NO_CLAIM
    return ScoreVerdict.MET if achieved >= claim else ScoreVerdict.NOT_MET


def _against_rules(question: ValueQuestion, evaluation: ValueEvaluation) -> str:
    """Return the paired gain over each rule, in words."""
    known = [
        f"{rule.name.replace('_', ' ')} {signed(gain.value)} ({signed(gain.low)} to {signed(gain.high)})"
        for rule in question.rules
        for gain in [evaluation.gains.get(rule.name)]
        if gain is not None
    ]
    return f"Paired gain over the rules: {', '.join(known)}." if known else ""


def _about_claim(evaluation: ValueEvaluation, metric: ValueMetric) -> str:
    found, target = _of(evaluation.test, metric), evaluation.r_squared_target
    if metric is not ValueMetric.R_SQUARED or found.low is None or found.high is None or target is None:
        return ""
    if found.low < target <= found.high:
        return f"The interval holds the claimed {decimal(target, 2)}."
    return ""


def _of(scores: ValueScores | None, metric: ValueMetric) -> Estimate:
    """Return a figure that is a number; a claim must not be met by one that is none."""
    found: Estimate = _NOTHING if scores is None else getattr(scores, metric)
    return found if found.value is not None and math.isfinite(found.value) else _NOTHING
