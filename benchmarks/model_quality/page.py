"""The report on the questions of a home, as records and as a page.

Belongs here: tables and the sentences between them. Does not belong here: measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from benchmarks.model_quality.activity import Active
from benchmarks.model_quality.changes import Learned, Spread, Without
from benchmarks.model_quality.course import Course, errors_of
from benchmarks.model_quality.ladder import Division, Rung
from benchmarks.model_quality.orders import Counted
from benchmarks.report import estimate_text, markdown_table
from ml_assets.classification.evaluation import RULE, FoldStatistics
from ml_assets.classification.question import Question

_SHOWN_SEGMENTS = 8
_EXPLAINED = """\
Each period is predicted by models that were refitted on what was known before it; settings and candidate are those
chosen before the test window. Unless said otherwise AUC is the mean over periods of the AUC within each: differences
between months cannot raise it. Intervals (95 %) come from a bootstrap over entities. Standard errors beside a
calibration are of observed minus expected, as if rows were independent; entities with rows in several periods make
them too small. The learning curve, the features left out and the seeds are of the newest periods only."""
_LADDER_WORDS = """\
Pooled AUC of the chosen model on the rows that each division calls test. Rows of one entity in training and in test,
answers that were not known yet, and columns counted at the end of the data each make a figure that nobody will see
again. The last line, as of the question, is the honest one."""
# What drawing 42.6 % of the orders does to each number; it holds for that extract of the real data.
_THINNING = {
    "churn_olist_customers": "An extract that draws orders, not people, breaks up repeat customers: fewer come back "
    "than in truth (1.6 % of people have two orders or more, 3.1 % in the full data), and a history lacks orders.",
    "churn_olist_sellers": "Sellers lose more than half of their orders: many look less active than they are, some "
    "seem to have churned who had not, and what tells them apart is noisier. The full data allow a higher AUC.",
    "churn_retailrocket_visitors": "Visitors were drawn whole: figures are those of the full data, with wider "
    "intervals.",
    "late_delivery_purchase": "All orders that never came are in the extract, but 41 % of the delivered ones: lateness "
    "is more frequent than in truth. Rolling counts of sellers, routes and the network rest on fewer orders.",
    "late_delivery_handover": "As at the purchase. Of the orders that were handed over 1,107 never "
    "came; all of them are in the extract and late, so that they weigh more than twice as much as in truth.",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """All studies of a question."""

    question: Question
    folds: tuple[FoldStatistics, ...]
    course: Course
    ladder: Sequence[Rung]
    learning_curve: Sequence[Learned]
    ablation: Sequence[Without]
    spread: Spread
    ways_to_count: Sequence[Counted]
    by_activity: Sequence[Active]


def records(found: Sequence[Measured]) -> list[dict[str, object]]:
    """Return all figures as JSON has them, one record a question."""
    parts = ("folds", "course", "ladder", "learning_curve", "ablation", "spread", "ways_to_count", "by_activity")
    return [{"question": each.question.name} | {part: _plain(getattr(each, part)) for part in parts} for each in found]


def page(found: Sequence[Measured]) -> str:
    """Return the report."""
    return "\n\n".join([_EXPLAINED, _overview(found), *(_question(each) for each in found)])


def _plain(value: Any) -> Any:
    """Return records and what they hold as dictionaries, lists, texts and numbers."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _overview(found: Sequence[Measured]) -> str:
    header = (
        "question",
        "chosen",
        "mean AUC by period",
        "rule",
        "model - rule",
        "pooled AUC",
        "average precision",
        "lift, top 1 %",
        "Brier skill",
        "slope",
        "log-loss gain over the rule",
    )
    lines = [
        (
            each.question.name,
            each.course.chosen,
            estimate_text(each.course.mean_aucs[each.course.chosen]),
            estimate_text(each.course.mean_aucs[RULE]),
            estimate_text(each.course.over_rule),
            estimate_text(each.course.pooled.auc),
            estimate_text(each.course.pooled.average_precision),
            estimate_text(each.course.pooled.lift, 2),
            estimate_text(each.course.pooled.brier_skill),
            estimate_text(each.course.pooled.calibration_slope, 2),
            estimate_text(each.course.gain.log_loss, 5),
        )
        for each in found
    ]
    note = (
        "Average precision and lift are of those who come back, where most stay away, and of the late orders; "
        "all other figures are of the answer yes."
    )
    return f"## All questions\n\n{markdown_table(header, lines)}\n\n{note}"


def _question(each: Measured) -> str:
    parts = [
        f"## {each.question.name}",
        f"{each.question.words} {each.question.population}",
        _thinning(each.question),
        _periods(each),
        _worst(each),
        _segments(each),
        _candidates(each),
        _counted(each),
        _active(each),
        _ladder(each),
        _learned(each),
        _ablated(each),
        f"Spread of {each.spread.model} over {len(each.spread.values)} seeds: standard deviation "
        f"{each.spread.deviation:.4f}, from {min(each.spread.values):.3f} to {max(each.spread.values):.3f}.",
    ]
    return "\n\n".join(part for part in parts if part)


def _thinning(question: Question) -> str:
    said = _THINNING.get(question.name)
    return f"In the extract with 42.6 % of Olist's orders: {said}" if said else ""


def _periods(each: Measured) -> str:
    header = ("period", "rows", "yes", "AUC", "rule's AUC", "expected", "observed", "standard errors")
    lines = [
        (
            found.period.isoformat(),
            f"{found.rows:,}",
            f"{found.positives:,}",
            estimate_text(found.auc),
            estimate_text(found.rule_auc),
            f"{found.expected_share:.3f}",
            f"{found.observed_share:.3f}",
            f"{found.standard_errors:+.1f}",
        )
        for found in each.course.periods
    ]
    return markdown_table(header, lines)


def _worst(each: Measured) -> str:
    period, calibrated = each.course.worst_period, each.course.worst_calibrated_period
    text = (
        f"Worst period: {period.period} (AUC {estimate_text(period.auc)}). Worst calibrated: {calibrated.period} "
        f"(expected {calibrated.expected_share:.3f}, observed {calibrated.observed_share:.3f})."
    )
    segment, other = each.course.worst_segment, each.course.worst_calibrated_segment
    if segment is not None and other is not None:
        text += (
            f" Worst segment: {segment.segment} (AUC {segment.auc:.3f}, {segment.rows:,} rows). Worst calibrated: "
            f"{other.segment} (expected {other.mean_probability:.3f}, observed {other.observed_share:.3f}, "
            f"{errors_of(other):+.1f} standard errors)."
        )
    return text


def _segments(each: Measured) -> str:
    if not each.course.segments:
        return ""
    header = (str(each.question.segment), "rows", "AUC", "expected", "observed", "standard errors")
    lines = [
        (
            found.segment,
            f"{found.rows:,}",
            "-" if found.auc is None else f"{found.auc:.3f}",
            f"{found.mean_probability:.3f}",
            f"{found.observed_share:.3f}",
            f"{errors_of(found):+.1f}",
        )
        for found in each.course.segments[:_SHOWN_SEGMENTS]
    ]
    left = len(each.course.segments) - len(lines)
    more = f"\n\n{left} smaller segments stand in the JSON file." if left else ""
    return f"{markdown_table(header, lines)}{more}"


def _candidates(each: Measured) -> str:
    return (
        "AUC of all candidates: "
        + "; ".join(f"{name} {estimate_text(found, interval=False)}" for name, found in each.course.mean_aucs.items())
        + "."
    )


def _counted(each: Measured) -> str:
    if not each.ways_to_count:
        return ""
    header = ("counted", "orders", "late", "AUC", "pooled AUC")
    lines = [
        (found.words, f"{found.rows:,}", f"{found.late:,}", estimate_text(found.mean_auc), f"{found.pooled_auc:.3f}")
        for found in each.ways_to_count
    ]
    return markdown_table(header, lines)


def _active(each: Measured) -> str:
    if not each.by_activity:
        return ""
    total = sum(found.rows for found in each.by_activity)
    header = ("sellers with", "share of rows", "churned", "AUC", "rule's AUC")
    lines = [
        (
            found.words,
            f"{found.rows / total:.1%}",
            f"{found.yes_share:.1%}",
            estimate_text(found.auc),
            estimate_text(found.rule_auc),
        )
        for found in each.by_activity
    ]
    return markdown_table(header, lines)


def _ladder(each: Measured) -> str:
    columns = list(dict.fromkeys(rung.columns for rung in each.ladder))
    header = ("leak ladder: divided", *columns)
    of = {(rung.division, rung.columns): rung.auc for rung in each.ladder}
    lines = [(division, *(estimate_text(of[division, column]) for column in columns)) for division in Division]
    return f"{markdown_table(header, lines)}\n\n{_LADDER_WORDS}"


def _learned(each: Measured) -> str:
    header = ("share of entities in training", *(f"{found.share:.0%}" for found in each.learning_curve))
    cells = [
        f"{found.mean:.3f}" if found.draws == 1 else f"{found.mean:.3f} ({found.least:.3f} to {found.largest:.3f})"
        for found in each.learning_curve
    ]
    return markdown_table(header, [("AUC (least to largest of the draws)", *cells)])


def _ablated(each: Measured) -> str:
    lines = [(found.group, str(found.features), estimate_text(found.loss, 4)) for found in each.ablation]
    table = markdown_table(("left out", "features", "AUC lost"), lines)
    duration = each.question.duration
    if duration is None:
        return table
    return f"{table}\n\n`{duration.limit}` is never left out: it is the limit that the question is about."
