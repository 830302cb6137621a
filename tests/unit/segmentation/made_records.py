"""A training of segments with the record of its evaluation, good enough for the gate.

Belongs here: what tests of gate, cards and pages change by hand. Does not belong here: customers (``made``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.standing import Standing
from ml_assets.segmentation.evaluate import evaluate, facts_of
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from ml_assets.segmentation.record import GridRecord, SegmentationRecord
from ml_assets.segmentation.snapshots import Snapshots
from ml_assets.segmentation.train import Training, train
from tests.unit.segmentation.made import QUICK, snapshot

SNAPSHOTS = Snapshots(snapshot(400, 1), snapshot(600, 2, date(2018, 1, 31), with_spend=True), None)
STANDING = Standing(
    verdict="kept", reason="because", champion_version="7", made_at="now", run_id="run", git_commit="abc"
)


@dataclass(frozen=True)
class Made:
    """A training with its record, whose figures are good enough for the gate."""

    training: Training
    record: SegmentationRecord


def made_record() -> Made:
    """Train and measure."""
    training = train(QUESTION, SNAPSHOTS, QUICK)
    measured = evaluate(QUESTION, training, SNAPSHOTS, QUICK).model_copy(
        update={"is_structured": True, "names_kept": 0.99}
    )
    judged = SNAPSHOTS.judged
    assert judged is not None
    grid = GridRecord(profiles=(), names_kept=1.0, least_names_kept=1.0, silhouette=0.2, separation=Estimate(value=0.3))
    record = SegmentationRecord(
        version="3",
        fingerprint="f",
        chosen=training.method.kind,
        complete_until=date(2018, 7, 31),
        served=facts_of(SNAPSHOTS.served),
        judged=facts_of(judged),
        learned=measured,
        grid=grid,
    )
    return Made(training, record)
