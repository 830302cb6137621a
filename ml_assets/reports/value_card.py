"""The card of a model of value: one page on how well a version ranks and sums money, and where it fails.

Belongs here: the facts that stand beside an evaluation, what the template of the card is given. Does not belong here:
drawings (``value_charts``), words of metrics (``wording``), measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ml_assets.classification.evaluation import FoldStatistics
from ml_assets.cltv.evaluation import ValueEvaluation, ValueMetric, ValueScores
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.verdicts import suspicions
from ml_assets.config import EvaluationConfig
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.page import rendered
from ml_assets.reports.plain_card import Tile
from ml_assets.reports.standing import Standing
from ml_assets.reports.value_charts import value_course, value_drawings
from ml_assets.reports.wording import DASH, METRIC_WORDS, MetricWords, counted, period_name

_IMPORTANCES = 20
_SEGMENTS = 30
_NOTHING = Estimate(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCardFacts(Standing):
    """What a card says that an evaluation does not hold.

    Attributes
    ----------
    data_from, data_to
        First and last day on which is asked; None where there are no rows.
    complete_until
        Last day until when purchases are complete.
    measured_with
        How the figures were measured.
    max_ratio
        Of expected to true money, or the other way round, that the gate allows.
    """

    data_from: date | None
    data_to: date | None
    complete_until: date | None
    measured_with: EvaluationConfig
    max_ratio: float


@dataclass(frozen=True, slots=True)
class ComparedCandidate:
    """A candidate or rule: its figure of the choice, those of the test window, and how far the version is ahead."""

    name: str
    is_rule: bool
    validation_gini: float | None
    scores: ValueScores | None
    gain: Estimate | None
    parameters: dict[str, float | int | str]


def value_card(question: ValueQuestion, evaluation: ValueEvaluation, facts: ValueCardFacts) -> str:
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
    kind = question.hurdle.period
    rules = {rule.name for rule in question.rules}
    is_rule = evaluation.chosen in rules
    found = suspicions(evaluation)
    return rendered(
        "value_card.html",
        title=question.name,
        words=question.words,
        population=question.population,
        version=evaluation.version,
        chosen=evaluation.chosen,
        fingerprint=evaluation.fingerprint,
        question=question,
        kind=kind.value,
        evaluation=evaluation,
        facts=facts,
        tone=facts.tone(evaluation.version, is_rule=is_rule, is_suspect=bool(found)),
        serves=facts.serving_words(evaluation.version, is_rule=is_rule),
        last_rule=question.rules[-1],
        folds=[(fold, _periods(question, fold)) for fold in evaluation.folds],
        why_not=_why_not(evaluation.folds[-1] if evaluation.folds else None),
        tiles=_tiles(question, evaluation),
        metrics=[(metric, METRIC_WORDS[metric]) for metric in ValueMetric],
        metric_rows=_metric_rows(question, evaluation),
        candidates=_candidates(evaluation, rules),
        drawings=value_drawings(evaluation),
        course=value_course(evaluation, kind),
        periods=[(period_name(each.period, kind), each) for each in evaluation.by_period],
        segments=evaluation.segments[:_SEGMENTS],
        importances=evaluation.importances[:_IMPORTANCES],
        largest_share=max((each.share for each in evaluation.importances), default=1.0) or 1.0,
        suspicions=found,
        left_out=question.left_out,
    )


def _metric_rows(
    question: ValueQuestion, evaluation: ValueEvaluation
) -> list[tuple[MetricWords, Estimate, Estimate | None, float | None]]:
    """Return each metric with the figure of the version, of the last rule, and what is claimed."""
    if evaluation.test is None:
        return []
    rule = evaluation.baselines.get(question.rules[-1].name)
    return [
        (
            METRIC_WORDS[metric],
            getattr(evaluation.test, metric),
            None if rule is None else getattr(rule, metric),
            question.claims.get(metric),
        )
        for metric in ValueMetric
    ]


def _candidates(evaluation: ValueEvaluation, rules: set[str]) -> list[ComparedCandidate]:
    return [
        ComparedCandidate(
            name=each.name.replace("_", " "),
            is_rule=each.name in rules,
            validation_gini=each.validation_gini,
            scores=evaluation.test if each.name == evaluation.chosen else evaluation.baselines.get(each.name),
            gain=evaluation.gains.get(each.name),
            parameters=each.parameters,
        )
        for each in evaluation.candidates
    ]


def _tiles(question: ValueQuestion, evaluation: ValueEvaluation) -> list[Tile]:
    test, rule, covered = evaluation.test, question.rules[-1].name, evaluation.coverage
    pooled = evaluation.pooled.normalised_gini if evaluation.pooled else _NOTHING
    wanted = f"{covered.wanted:.0%} wanted" if covered else "no intervals"
    return [
        Tile("Normalised Gini", test.normalised_gini if test else _NOTHING, "0 a constant, 1 the true order"),
        Tile(
            "Better than the rule",
            evaluation.gains.get(rule, _NOTHING),
            f"Gini gained over {rule.replace('_', ' ')}, paired",
            is_signed=True,
        ),
        Tile("Pooled Gini", pooled, "rolling origin"),
        Tile("Total bias", test.total_bias if test else _NOTHING, "0 is right", is_signed=True),
        Tile("R²", test.r_squared if test else _NOTHING, "0 is the mean"),
        Tile("Covered by intervals", covered.covered if covered else _NOTHING, wanted),
    ]


def _periods(question: ValueQuestion, fold: FoldStatistics) -> str:
    if fold.first_period is None or fold.last_period is None:
        return "none"
    names: Sequence[str] = [period_name(each, question.hurdle.period) for each in (fold.first_period, fold.last_period)]
    return f" {DASH} ".join(dict.fromkeys(names))


def _why_not(window: FoldStatistics | None) -> str:
    """Return why figures of the test window may be missing, in a sentence."""
    if window is None or not window.rows:
        return "The test window holds no row whose money is known."
    return (
        f"The test window holds {counted(window.positives, 'row')} with money; a figure is missing where it needs "
        "more, or differences among the predictions."
    )
