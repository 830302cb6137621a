"""The JSON beside a page: the same facts for programs, and what the list of reports reads.

Belongs here: its keys, one name for each. Does not belong here: pages, files.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ml_assets.monitoring.decision.states import Action, State
from ml_assets.monitoring.performance.verdict import PerformanceVerdict
from ml_assets.monitoring.report.evidently_report import DrawnDrift
from ml_assets.monitoring.verdict import DriftVerdict, Verdict


class ReportKind(StrEnum):
    """What a report is about."""

    DRIFT = "drift"
    QUALITY = "quality"


class Decided(BaseModel):
    """What followed from a report.

    Attributes
    ----------
    state, action, reasons
        Where the model stands since, what is done, and why.
    performance
        What known answers said of past scores when it was decided; None where nobody had looked.
    """

    model_config = ConfigDict(frozen=True)

    state: State
    action: Action
    reasons: tuple[str, ...]
    performance: PerformanceVerdict | None = None


class ReportHead(BaseModel):
    """What a list says of a report.

    Attributes
    ----------
    kind
        What it is about.
    subject
        Model, or source of raw data.
    as_of
        Day that the window is known by.
    first, last
        First and last day of the window.
    verdict
        What was found; of a source, the gravest of its tables.
    words
        The same in a sentence.
    decided
        What followed from it; None before that is decided, and of a source.
    """

    model_config = ConfigDict(frozen=True)

    kind: ReportKind
    subject: str
    as_of: date
    first: date
    last: date
    verdict: Verdict
    words: str
    decided: Decided | None = None

    @property
    def text(self) -> str:
        """The record as the JSON file holds it."""
        return f"{self.model_dump_json(indent=1)}\n"


class DriftRecord(ReportHead):
    """A drift report of a model.

    Attributes
    ----------
    champion_version
        Version whose training window is the reference; None if none serves.
    made_at
        When the report was made, in words.
    git_commit
        Commit of the code that did.
    drift
        The gate's verdict, column by column, with that on answers and their window.
    evidently
        What Evidently says of each column that was judged.
    not_drawn
        Why a column has no chart.
    """

    champion_version: str | None
    made_at: str
    git_commit: str
    drift: DriftVerdict
    evidently: Mapping[str, DrawnDrift]
    not_drawn: Mapping[str, str]


class QualityRecord(ReportHead):
    """A report of a source's raw data.

    Attributes
    ----------
    made_at
        When the report was made, in words.
    git_commit
        Commit of the code that did.
    tables
        The gate's verdict of each table.
    evidently
        What Evidently says of the judged columns of each table.
    """

    made_at: str
    git_commit: str
    tables: Mapping[str, DriftVerdict]
    evidently: Mapping[str, Mapping[str, DrawnDrift]]
