"""The model card: one page on what a version answers, how well, and where it fails.

Belongs here: the facts that stand beside an evaluation, what the template of the card is given. Does not belong here:
drawings (``charts``), words of metrics (``wording``), measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ml_assets.classification.claims import claims_of
from ml_assets.classification.evaluation import (
    LOGISTIC_REGRESSION,
    PRIOR,
    RULE,
    Evaluation,
    FoldStatistics,
    PeriodScores,
    SegmentScores,
)
from ml_assets.classification.question import Question
from ml_assets.config import EvaluationConfig
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.charts import course_drawings, window_drawings
from ml_assets.reports.page import rendered
from ml_assets.reports.plain_card import FactsTable, Tile
from ml_assets.reports.standing import Standing
from ml_assets.reports.wording import (
    DASH,
    METRIC_WORDS,
    TEST_METRICS,
    MetricWords,
    Tone,
    percent,
    period_name,
    why_not_measurable,
)

_IMPORTANCES = 20
_SEGMENTS = 30
_NOTHING = Estimate(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts(Standing):
    """What a card says that an evaluation does not hold.

    Attributes
    ----------
    data_from, data_to
        First and last day of the source's events; None where it holds none.
    complete_until
        Last day until when the observed event is complete, against which answers mature.
    measured_with
        How the figures were measured.
    value_threshold
        Probability from which on a contact pays; None where margin, cost and save rate are not configured.
    tables
        Further tables.
    """

    data_from: date | None
    data_to: date | None
    complete_until: date | None
    measured_with: EvaluationConfig
    value_threshold: float | None = None
    tables: tuple[FactsTable, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """A metric of the version beside the baselines; None where a baseline was not measured."""

    words: MetricWords
    chosen: Estimate
    baselines: tuple[Estimate | None, ...]
    claim: float | None


def model_card(question: Question, evaluation: Evaluation, facts: CardFacts) -> str:
    """Return the card of a version as a page that needs no other file.

    Parameters
    ----------
    question
        What the version answers.
    evaluation
        What was measured of it.
    facts
        What stands beside that.

    Raises
    ------
    ValueError
        If a link of the facts is neither relative nor of the web.
    """
    baselines = [name for name in (RULE, PRIOR, LOGISTIC_REGRESSION) if name in evaluation.baselines]
    compared = _compared(question, evaluation, baselines)
    return rendered(
        "card.html",
        title=question.name,
        words=question.words,
        population=question.population,
        version=evaluation.version,
        chosen=evaluation.chosen,
        fingerprint=evaluation.fingerprint,
        question=question,
        evaluation=evaluation,
        facts=facts,
        tone=tone(evaluation, facts),
        serves=serving_words(evaluation, facts),
        window=evaluation.folds[-1],
        folds=[(fold, _periods(question, fold)) for fold in evaluation.folds],
        why_not=why_not_measurable(evaluation.folds[-1]),
        tiles=_tiles(question, evaluation, facts.measured_with),
        baselines=[name.replace("_", " ") for name in baselines],
        compared=compared,
        is_lacking=any(
            each is not None and each.value is None
            for metric in compared
            for each in (metric.chosen, *metric.baselines)
        ),
        drawings=window_drawings(question, evaluation),
        course=course_drawings(question, evaluation),
        periods=[(period_name(each.period, question.period), each) for each in evaluation.by_period],
        worst_period=_named_worst(question, evaluation),
        segments=worst_segments_first(evaluation.segments)[:_SEGMENTS],
        off_segment=most_off(evaluation.segments),
        importances=evaluation.importances[:_IMPORTANCES],
        largest_share=max((each.share for each in evaluation.importances), default=1.0) or 1.0,
        doubtful_claims=[(METRIC_WORDS[claim.metric].title, claim) for claim in claims_of(question) if claim.doubt],
        left_out=question.left_out or {},
    )


def tone(evaluation: Evaluation, facts: CardFacts) -> Tone:
    """Return how good the news is: bad is a leak, good is a learned version that serves."""
    is_rule = evaluation.chosen == RULE
    return facts.tone(evaluation.version, is_rule=is_rule, is_suspect=bool(evaluation.leaks))


def serving_words(evaluation: Evaluation, facts: CardFacts) -> str:
    """Return which version serves, in a sentence."""
    return facts.serving_words(evaluation.version, is_rule=evaluation.chosen == RULE)


def worst_segments_first(segments: Sequence[SegmentScores]) -> list[SegmentScores]:
    """Return segments by AUC, the lowest first; those without one come last, by name."""
    return sorted(segments, key=lambda each: (each.auc is None, each.auc or 0.0, each.segment))


def most_off(segments: Sequence[SegmentScores]) -> SegmentScores | None:
    """Return the segment whose mean probability is farthest from what came true; None if there is none."""
    return max(
        segments, key=lambda each: (abs(each.mean_probability - each.observed_share), each.segment), default=None
    )


def worst_period(periods: Sequence[PeriodScores]) -> PeriodScores | None:
    """Return the period in which the model ranks worst; None if no period's AUC is known."""
    known = [(each.model.auc.value, each.period, each) for each in periods if each.model.auc.value is not None]
    return min(known, key=lambda each: each[:2], default=(None, None, None))[2]


def _named_worst(question: Question, evaluation: Evaluation) -> tuple[str, PeriodScores] | None:
    worst = worst_period(evaluation.by_period)
    return None if worst is None else (period_name(worst.period, question.period), worst)


def _periods(question: Question, fold: FoldStatistics) -> str:
    if fold.first_period is None or fold.last_period is None:
        return "none"
    first, last = (period_name(each, question.period) for each in (fold.first_period, fold.last_period))
    return first if first == last else f"{first} {DASH} {last}"


def _tiles(question: Question, evaluation: Evaluation, measured_with: EvaluationConfig) -> list[Tile]:
    gain, test = evaluation.gain_over_rule, evaluation.test
    answer = "no" if question.is_no_of_interest else "yes"
    return [
        Tile("Better than the rule", gain.log_loss if gain else _NOTHING, "log-loss saved, paired", is_signed=True),
        Tile("AUC", test.auc if test else _NOTHING, "0.5 is chance"),
        Tile("Mean AUC of periods", evaluation.mean_period_auc or _NOTHING, "rolling origin"),
        Tile("Average precision", test.average_precision if test else _NOTHING, f"of the answer {answer}"),
        Tile(f"Lift of the top {percent(measured_with.lift_share, 0)}", test.lift if test else _NOTHING, "1 is chance"),
        Tile("Brier skill", test.brier_skill if test else _NOTHING, "0 is the prior"),
    ]


def _compared(question: Question, evaluation: Evaluation, baselines: Sequence[str]) -> list[ComparedMetric]:
    """Return the metrics of the test window that were measured, and those that are claimed all the same."""
    test = evaluation.test
    if test is None:
        return []
    claims = {claim.metric: claim.target for claim in claims_of(question) if not claim.doubt}
    others = [evaluation.baselines[name] for name in baselines]
    return [
        ComparedMetric(
            words=METRIC_WORDS[metric],
            chosen=getattr(test, metric) or _NOTHING,
            baselines=tuple(getattr(each, metric) for each in others),
            claim=claims.get(metric),
        )
        for metric in TEST_METRICS
        if metric in claims or getattr(test, metric) is not None
    ]
