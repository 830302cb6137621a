"""Rows of the scoreboard about segments: separation of later spend beside the grid, and what is claimed.

Belongs here: how a segmentation and its record become rows. Does not belong here: measuring, which version serves,
tables and pages of rows (``scoreboard``).
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict
from ml_assets.reports.wording import count, decimal, with_interval
from ml_assets.segmentation.evaluate import GRID_SEGMENTS, SEGMENTS
from ml_assets.segmentation.evaluation import Metric, SnapshotFacts
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.record import SegmentationRecord

_NOTHING = Estimate(value=None)
_CHANCE = 0.0


@dataclass(frozen=True, slots=True)
class _Line:
    """A metric of the learned segments, of the grid and of a baseline, and the snapshot that it was measured on."""

    metric: Metric
    achieved: Estimate = _NOTHING
    rule: float | None = None
    baseline: float | None = None
    snapshot: SnapshotFacts | None = None
    note: str = ""
    is_short: bool = False


def segmentation_rows(
    question: SegmentationQuestion, record: SegmentationRecord | None, serves: str, min_events: int
) -> tuple[ScoreboardRow, ...]:
    """Return the rows of a segmentation, separation first.

    Parameters
    ----------
    question
        What is asked, with its claims.
    record
        What was measured of the newest version; None if there is none yet.
    serves
        Who answers now, in words.
    min_events
        Customers with later spend without whom separation proves nothing.
    """
    claims = question.claims or {}
    lines = (_separation(record, min_events), _silhouette(record))
    return tuple(_row(question, line, claims.get(line.metric), serves, record) for line in lines)


def _separation(record: SegmentationRecord | None, min_events: int) -> _Line:
    judged = record.judged if record else None
    if record is None or judged is None:
        return _Line(Metric.SEPARATION, note="No snapshot's later spend is wholly known yet." if record else "")
    of = {each.name: each for each in record.learned.separations} if record.learned else {}
    spenders = judged.spenders or 0
    note = "Normalised Gini of later spend by the mean of one's segment; 0 is chance, 1 is perfect."
    if spenders < min_events:
        note += f" {count(spenders)} customers spent anything afterwards; {count(min_events)} are needed."
    elif GRID_SEGMENTS in of:
        note += f" Better than the grid by {with_interval(of[GRID_SEGMENTS].gain)}."
    grid = record.grid.separation
    return _Line(
        Metric.SEPARATION,
        achieved=of[SEGMENTS].gini if SEGMENTS in of else _NOTHING,
        rule=grid.value if grid else None,
        baseline=_CHANCE,
        snapshot=judged,
        note=note,
        is_short=spenders < min_events,
    )


def _silhouette(record: SegmentationRecord | None) -> _Line:
    if record is None:
        return _Line(Metric.SILHOUETTE)
    raw = record.learned.raw_scaling if record.learned else None
    baseline = raw.frequency_silhouette if raw else None
    note = "Shown and never decisive"
    if baseline is not None:
        note += f": whether somebody came back, in raw columns, reaches {decimal(baseline)} without any model"
    return _Line(
        Metric.SILHOUETTE,
        achieved=Estimate(value=record.learned.silhouette) if record.learned else _NOTHING,
        rule=record.grid.silhouette,
        baseline=baseline,
        snapshot=record.served,
        note=f"{note}.",
    )


def _row(
    question: SegmentationQuestion, line: _Line, target: float | None, serves: str, record: SegmentationRecord | None
) -> ScoreboardRow:
    day = line.snapshot.as_of if line.snapshot else None
    return ScoreboardRow(
        model_name=question.name,
        metric=line.metric,
        claimed_target=target,
        rule_value=line.rule,
        baseline_value=line.baseline,
        achieved=line.achieved.value,
        ci_low=line.achieved.low,
        ci_high=line.achieved.high,
        minimum_detectable_effect=None,
        n=line.snapshot.customers if line.snapshot else 0,
        window_from=day,
        window_to=day,
        verdict=ScoreVerdict.NOT_EVALUATED if record is None else _verdict(line, target),
        serves=serves,
        doubt="",
        note=line.note,
    )


def _verdict(line: _Line, target: float | None) -> ScoreVerdict:
    if line.achieved.value is None or line.is_short:
        return ScoreVerdict.INSUFFICIENT_EVIDENCE
    if target is None:
        return ScoreVerdict.NO_CLAIM
    if line.achieved.value < target:
        return ScoreVerdict.NOT_MET
    is_met_by_baseline = line.baseline is not None and line.baseline >= target
    return ScoreVerdict.MET_WITHOUT_MODEL if is_met_by_baseline else ScoreVerdict.MET
