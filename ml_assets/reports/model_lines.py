"""What the front page says of a model in one line, as ``models.json`` keeps it beside the page.

Belongs here: the record, reading and writing it. Does not belong here: gathering it (``ml_assets.scoreboard``), what
was found of windows (``monitoring.report.listing``), the page (``index``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.scoreboard_record import ScoreVerdict


class LastDecision(BaseModel):
    """What the promotion gate decided last.

    Attributes
    ----------
    decided_at
        Moment, UTC.
    verdict, reason
        What became of the challenger, and why, in words.
    """

    model_config = ConfigDict(frozen=True)

    decided_at: datetime
    verdict: str
    reason: str


class ModelLine(BaseModel):
    """A model in one line.

    Attributes
    ----------
    name, words
        Registered model, and the question that it answers.
    serves
        Who answers now, in words.
    version
        Number of the version that does; None if none does.
    since
        Day since when; None if no version serves, or no decision tells.
    figure, estimate
        What its main figure is called, and the figure with its interval.
    claim
        What became of the claim about it.
    decided
        The gate's last decision; None if there is none.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    words: str
    serves: str
    version: str | None
    since: date | None
    figure: str
    estimate: Estimate
    claim: ScoreVerdict
    decided: LastDecision | None


_LINES = TypeAdapter(tuple[ModelLine, ...])


def lines_text(lines: Sequence[ModelLine]) -> str:
    """Return lines as JSON: an array of objects."""
    return f"{_LINES.dump_json(tuple(lines), indent=1).decode()}\n"


def stored_lines(path: Path) -> tuple[tuple[ModelLine, ...], str]:
    """Return the lines that were written, none where there is no file, and why they cannot be read; empty if they can.

    Pages are listed by many steps, and none of them is to fail for a file that another release wrote.
    """
    if not path.exists():
        return (), ""
    try:
        return _LINES.validate_json(path.read_bytes()), ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        return (), f"{path.name} cannot be read: {first['msg']}; make run ARGS=--full writes it anew"
