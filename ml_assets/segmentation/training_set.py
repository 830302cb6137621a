"""The customers whom segments are learned from, as they are stored between two steps.

Belongs here: reading the tables, the stored rows and their facts, what is wrong with rows. Does not belong here: which
snapshots time allows (``snapshots``), fitting (``train``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.training_set import complete_until, fingerprint
from ml_assets.family.records import NEVER
from ml_assets.files import ModelFiles, write_frame, write_text
from ml_assets.prediction_rows import range_problems
from ml_assets.segmentation.question import SegmentationQuestion, Transform
from ml_assets.segmentation.snapshots import Snapshot, Snapshots, snapshots_of
from ml_assets.warehouse import Warehouse

_DAY = np.timedelta64(1, "D")


class SnapshotsFacts(BaseModel):
    """What a stored training set was made from.

    Attributes
    ----------
    complete_until
        Last day until which the observed event is complete; None where no day is.
    fingerprint
        Of the rows and of that day.
    rows
        Number of the stored rows.
    served, judged, known
        Dates of the snapshots; None where there is none.
    """

    model_config = ConfigDict(frozen=True)

    complete_until: date | None
    fingerprint: str
    rows: int
    served: date | None
    judged: date | None
    known: date | None


@dataclass(frozen=True, slots=True)
class StoredSnapshots:
    """A training set as it was stored."""

    facts: SnapshotsFacts
    frame: pd.DataFrame
    snapshots: Snapshots

    @property
    def taken_at(self) -> np.datetime64 | None:
        """End of the served snapshot's day, by which all is known that is learned from; None where nobody is there."""
        return None if self.facts.served is None else end_of(self.facts.served)


def end_of(day: date) -> np.datetime64:
    """Return the moment at which a day ends."""
    return np.datetime64(day, "us") + _DAY


def columns_of(question: SegmentationQuestion) -> list[str]:
    """Return the columns that learned segments and grid read, each once."""
    return list(dict.fromkeys([*question.columns, *question.profile_columns]))


def make_training_set(
    question: SegmentationQuestion, warehouse: Warehouse, files: ModelFiles
) -> tuple[SnapshotsFacts, list[str]]:
    """Store the snapshots that time allows; return what they are, and what is wrong with their rows."""
    key = [question.entity, question.as_of_column]
    until = complete_until(warehouse, question)
    features = warehouse.read(question.table, [*key, *columns_of(question)])
    values = warehouse.read(question.value_table, [*key, question.future_spend, question.label_known_at])
    snapshots = _snapshots(question, features, values, until)
    frame = pd.concat([_stored(question, each) for each in _each(snapshots)], ignore_index=True)
    facts = SnapshotsFacts(
        complete_until=until,
        fingerprint=fingerprint(frame, str(until)),
        rows=len(frame),
        served=snapshots.served.as_of if len(snapshots.served) else None,
        judged=snapshots.judged.as_of if snapshots.judged else None,
        known=snapshots.known.as_of if snapshots.known else None,
    )
    write_frame(files.training_set(question.name), frame)
    write_text(files.training_set_facts(question.name), facts.model_dump_json(indent=2))
    return facts, set_problems(question, frame)


def stored_snapshots(question: SegmentationQuestion, files: ModelFiles) -> StoredSnapshots:
    """Return the training set that was stored last."""
    facts = SnapshotsFacts.model_validate_json(files.training_set_facts(question.name).read_text())
    frame = pd.read_parquet(files.training_set(question.name))

    def snapshot(as_of: date) -> Snapshot:
        rows = frame.loc[frame[question.as_of_column] == pd.Timestamp(as_of)].reset_index(drop=True)
        spend = rows.pop(question.future_spend).to_numpy(dtype=np.float64)
        return Snapshot(as_of, rows, None if np.isnan(spend).any() else spend)

    served, judged, known = (
        None if day is None else snapshot(day) for day in (facts.served, facts.judged, facts.known)
    )
    return StoredSnapshots(facts, frame, Snapshots(served or snapshot(NEVER.date()), judged, known))


def set_problems(question: SegmentationQuestion, frame: pd.DataFrame) -> list[str]:
    """Return what makes rows unfit: a number without an end, a share above 1, a count or an amount below 0."""
    shares = {feature.column for feature in question.features if feature.transform is Transform.SHARE}
    problems: list[str] = []
    for column in [*columns_of(question), question.future_spend]:
        values = frame[column].astype("float64")
        problems += range_problems(values, 0.0, 1.0 if column in shares else np.inf)
    return problems


def _snapshots(
    question: SegmentationQuestion, features: pd.DataFrame, values: pd.DataFrame, until: date | None
) -> Snapshots:
    """Return the snapshots; one without customers where no day with customers is wholly observed."""
    days = pd.to_datetime(features[question.as_of_column]).to_numpy(dtype="datetime64[us]")
    if until is None or not (days + _DAY <= end_of(until)).any():
        return Snapshots(Snapshot(NEVER.date(), features.iloc[:0], None), None, None)
    return snapshots_of(question, features, values, until)


def _each(snapshots: Snapshots) -> list[Snapshot]:
    return [each for each in (snapshots.served, snapshots.judged, snapshots.known) if each is not None]


def _stored(question: SegmentationQuestion, snapshot: Snapshot) -> pd.DataFrame:
    """Return a snapshot's rows with their date as a moment, and with later spend, which may not be known."""
    spend = np.full(len(snapshot), np.nan) if snapshot.spend is None else snapshot.spend
    as_of = np.full(len(snapshot), np.datetime64(snapshot.as_of, "us"))
    return snapshot.frame.assign(**{question.as_of_column: as_of, question.future_spend: spend})
