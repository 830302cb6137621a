"""Rows of the scoreboard about a recommender: NDCG beside the rule, and what is claimed.

Belongs here: how a record becomes rows. Does not belong here: measuring, which version serves, tables and pages of rows
(``scoreboard``).
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.evaluation import PRIMARY, MethodRecord, RecommenderRecord
from ml_assets.recommender.methods import RULE, Method
from ml_assets.recommender.question import ClaimedMetric, RecommenderQuestion
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict
from ml_assets.reports.wording import count, with_interval

_NOTHING = Estimate(value=None)
# An error of strengths that is the same for RMSE and MAE is the same for every row.
_OF_ZERO = (
    "An RMSE and an MAE that are both exactly 3.0 mean that every error is 3: a factorisation that predicted 0 for "
    "strengths that were all 3. Nobody is held to it."
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A metric of the version, of the rule and of popularity."""

    metric: str
    achieved: Estimate = _NOTHING
    rule: float | None = None
    baseline: float | None = None
    note: str = ""
    doubt: str = ""


def recommender_rows(
    question: RecommenderQuestion, record: RecommenderRecord | None, serves: str, min_events: int
) -> tuple[ScoreboardRow, ...]:
    """Return the rows of a recommender, NDCG first.

    Parameters
    ----------
    question
        What is asked, with its claims.
    record
        What was measured of the newest version; None if there is none yet.
    serves
        Who answers now, in words.
    min_events
        Contexts without which nothing is proven.
    """
    lines = (_primary(record, min_events), *_of_visitors(record), *_errors())
    return tuple(_row(question, line, record, serves, min_events) for line in lines)


def _primary(record: RecommenderRecord | None, min_events: int) -> _Line:
    own = record.own if record else None
    if record is None or own is None:
        return _Line(PRIMARY, note="The log is too short for a test window." if record else "")
    note = "Of visitors who come back and of open sessions, each context counting the same. Claimed without a number."
    contexts = record.window.contexts if record.window else 0
    if contexts < min_events:
        note += f" {count(contexts)} contexts; {count(min_events)} are needed."
    elif own.gain is not None:
        note += f" Better than re-viewing by {with_interval(own.gain)}."
    return _Line(
        PRIMARY,
        own.overall,
        _overall(record.method(RULE)),
        _overall(record.method(Method.POPULARITY)),
        note,
    )


def _of_visitors(record: RecommenderRecord | None) -> tuple[_Line, ...]:
    """Return the row of MAP, which is claimed without a number, of visitors who come back."""
    if record is None or record.own is None:
        return (_Line(ClaimedMetric.MAP),)
    values = [
        None if each is None else each.by_kind[ContextKind.VISITOR].figures[ClaimedMetric.MAP]
        for each in (record.own, record.method(RULE), record.method(Method.POPULARITY))
    ]
    own, rule, baseline = values
    note = "Of visitors who come back alone. Claimed without a number."
    return (
        _Line(
            ClaimedMetric.MAP,
            own or _NOTHING,
            rule.value if rule else None,
            baseline.value if baseline else None,
            note,
        ),
    )


def _errors() -> tuple[_Line, ...]:
    return tuple(
        _Line(metric, baseline=3.0, doubt=_OF_ZERO, note="A ranking has no error of strengths, so none is measured.")
        for metric in (ClaimedMetric.RMSE, ClaimedMetric.MAE)
    )


def _overall(method: MethodRecord | None) -> float | None:
    return None if method is None else method.overall.value


def _row(
    question: RecommenderQuestion, line: _Line, record: RecommenderRecord | None, serves: str, min_events: int
) -> ScoreboardRow:
    window = record.window if record else None
    return ScoreboardRow(
        model_name=question.name,
        metric=line.metric,
        claimed_target=question.claims.get(line.metric),  # type: ignore[call-overload]
        rule_value=line.rule,
        baseline_value=line.baseline,
        achieved=line.achieved.value,
        ci_low=line.achieved.low,
        ci_high=line.achieved.high,
        minimum_detectable_effect=None,
        n=window.contexts if window else 0,
        window_from=window.first if window else None,
        window_to=window.last if window else None,
        verdict=_verdict(line, record, min_events),
        serves=serves,
        doubt=line.doubt,
        note=line.note,
    )


def _verdict(line: _Line, record: RecommenderRecord | None, min_events: int) -> ScoreVerdict:
    if record is None:
        return ScoreVerdict.NOT_EVALUATED
    if line.doubt:
        # What predicts 0 everywhere reaches it.
        return ScoreVerdict.MET_WITHOUT_MODEL
    contexts = record.window.contexts if record.window else 0
    return ScoreVerdict.INSUFFICIENT_EVIDENCE if contexts < min_events else ScoreVerdict.NO_CLAIM
