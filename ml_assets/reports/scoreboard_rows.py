"""Rows of the scoreboard: every claim beside what the one-line rule, a constant answer and the model reach.

Belongs here: how a question and its evaluation become rows. Does not belong here: measuring, which version serves,
tables and pages of rows (``scoreboard``).
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from ml_assets.classification.claims import Claim, claims_of
from ml_assets.classification.evaluation import PRIOR, RULE, Evaluation, FoldStatistics, Metric, Scores
from ml_assets.classification.question import Period, Question
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict
from ml_assets.reports.wording import TEST_METRICS, count, counted, decimal, why_not_measurable

# What is always reported; accuracy only where it is claimed, since a constant answer does well in it.
_ALWAYS = (Metric.LOG_LOSS, Metric.AUC, Metric.AVERAGE_PRECISION, Metric.LIFT, Metric.BRIER_SKILL)
_NOTHING = Estimate(value=None)
_CHANCE_AUC = 0.5


@dataclass(frozen=True, slots=True)
class _Figure:
    """A metric of the model, the rule and the baseline, and the rows it was measured on."""

    achieved: Estimate
    rule: float | None
    baseline: float | None
    window: FoldStatistics
    detectable: float | None = None

    @property
    def events(self) -> int:
        """Return the rows of the rarer answer."""
        return min(self.window.positives, self.window.rows - self.window.positives)


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row is about; there is no figure where nothing was evaluated."""

    metric: Metric
    claim: Claim | None
    figure: _Figure | None


def scoreboard_rows(
    question: Question, evaluation: Evaluation | None, serves: str, min_events: int
) -> tuple[ScoreboardRow, ...]:
    """Return the rows of a model: one for each metric and claim.

    Parameters
    ----------
    question
        What the model answers.
    evaluation
        What was measured of the version that the promotion gate judged; None if there is none yet.
    serves
        Who answers now, in words, such as "boosted trees" or "the rule".
    min_events
        Rows of the rarer answer without which a window proves nothing (``PromotionConfig.min_events``).

    Raises
    ------
    ValueError
        If the question makes a claim of which it is not known what it is about.
    """
    lines = (*_test_lines(claims_of(question), evaluation), *_rolling_lines(evaluation))
    return tuple(_row(question, line, serves, min_events) for line in lines)


def _test_lines(claims: Sequence[Claim], evaluation: Evaluation | None) -> Iterator[_Line]:
    """Yield each metric of the test window: once for each claim about it, or once without."""
    for metric in TEST_METRICS:
        figure = None if evaluation is None else _test_figure(evaluation, metric)
        about = [claim for claim in claims if claim.metric is metric]
        for claim in about:
            yield _Line(metric, claim, figure)
        if metric in _ALWAYS and not about:
            yield _Line(metric, None, figure)


def _rolling_lines(evaluation: Evaluation | None) -> Iterator[_Line]:
    """Yield what the rolling origin gives; nothing where it was not run."""
    if evaluation is None or not evaluation.by_period:
        return
    window = _rolling_window(evaluation)
    if evaluation.mean_period_auc is not None:
        rules = [each.rule.auc.value for each in evaluation.by_period if each.rule.auc.value is not None]
        rule = fmean(rules) if rules else None
        figure = _Figure(_known(evaluation.mean_period_auc), rule, _CHANCE_AUC, window)
        yield _Line(Metric.MEAN_PERIOD_AUC, None, figure)
    if evaluation.pooled is not None:
        rule = _estimate(evaluation.pooled_rule, Metric.AUC).value
        figure = _Figure(_estimate(evaluation.pooled, Metric.AUC), rule, _CHANCE_AUC, window)
        yield _Line(Metric.POOLED_AUC, None, figure)


def _rolling_window(evaluation: Evaluation) -> FoldStatistics:
    periods = [each.period for each in evaluation.by_period]
    return FoldStatistics(
        name="rolling",
        first_period=min(periods),
        last_period=max(periods),
        rows=sum(each.rows for each in evaluation.by_period),
        positives=sum(each.positives for each in evaluation.by_period),
        entities=0,
    )


def _test_figure(evaluation: Evaluation, metric: Metric) -> _Figure:
    window = evaluation.folds[-1]
    baseline = _estimate(evaluation.baselines.get(PRIOR), metric).value
    if metric is Metric.ACCURACY and window.rows:
        baseline = max(window.positives, window.rows - window.positives) / window.rows
    return _Figure(
        achieved=_estimate(evaluation.test, metric),
        rule=_estimate(evaluation.baselines.get(RULE), metric).value,
        baseline=baseline,
        window=window,
        detectable=evaluation.minimum_detectable_auc if metric is Metric.AUC else None,
    )


def _row(question: Question, line: _Line, serves: str, min_events: int) -> ScoreboardRow:
    figure = line.figure
    achieved = figure.achieved if figure else _NOTHING
    window = figure.window if figure else None
    return ScoreboardRow(
        model_name=question.name,
        metric=line.metric,
        claimed_target=line.claim.target if line.claim else None,
        rule_value=figure.rule if figure else None,
        baseline_value=figure.baseline if figure else None,
        achieved=achieved.value,
        ci_low=achieved.low,
        ci_high=achieved.high,
        minimum_detectable_effect=figure.detectable if figure else None,
        n=window.rows if window else 0,
        window_from=window.first_period if window else None,
        window_to=last_day(question.period, window.last_period) if window else None,
        verdict=_verdict(line, min_events),
        serves=serves,
        doubt=line.claim.doubt if line.claim else "",
        note=" ".join(_notes(line, min_events)),
    )


def _verdict(line: _Line, min_events: int) -> ScoreVerdict:
    figure, claim = line.figure, line.claim
    if figure is None:
        return ScoreVerdict.NOT_EVALUATED
    if figure.achieved.value is None or figure.events < min_events:
        return ScoreVerdict.INSUFFICIENT_EVIDENCE
    if claim is None:
        return ScoreVerdict.NO_CLAIM
    if figure.achieved.value < claim.target:
        return ScoreVerdict.NOT_MET
    is_met_by_baseline = figure.baseline is not None and figure.baseline >= claim.target
    return ScoreVerdict.MET_WITHOUT_MODEL if is_met_by_baseline else ScoreVerdict.MET


def _notes(line: _Line, min_events: int) -> Iterator[str]:
    figure = line.figure
    if figure is None:
        return
    if line.metric is Metric.ACCURACY and figure.baseline is not None:
        yield f"Always giving the commoner answer reaches {decimal(figure.baseline)}."
    if figure.achieved.value is None:
        yield why_not_measurable(figure.window)
    elif figure.events < min_events:
        yield f"The window holds {counted(figure.events, 'row')} of the rarer answer; {count(min_events)} are needed."


def _estimate(scores: Scores | None, metric: Metric) -> Estimate:
    return _known(None if scores is None else getattr(scores, metric))


def _known(estimate: Estimate | None) -> Estimate:
    """Return an estimate whose value is a number; a claim must not be met by one that is none."""
    if estimate is None or estimate.value is None or not math.isfinite(estimate.value):
        return _NOTHING
    return estimate


def last_day(kind: Period, period: date | None) -> date | None:
    """Return the last day of a month; a week is named by the day on which the question is asked."""
    if period is None or kind is Period.WEEK:
        return period
    return period.replace(day=calendar.monthrange(period.year, period.month)[1])
