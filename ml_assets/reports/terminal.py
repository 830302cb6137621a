"""The scoreboard in a few lines, for a terminal.

Belongs here: reading the rows that were written, and one line a model. Does not belong here: how rows come about
(``scoreboard_rows``), printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter

from ml_assets.classification.evaluation import Metric
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict, headline
from ml_assets.reports.wording import with_interval

_ROWS = TypeAdapter(tuple[ScoreboardRow, ...])
_HEAD = ("model", "serves", "AUC (interval)", "claims")
_GAP = "  "


def stored_rows(path: Path) -> tuple[ScoreboardRow, ...]:
    """Return the rows of a scoreboard that was written as JSON; none where there is no file.

    Raises
    ------
    pydantic.ValidationError
        If the file is no scoreboard.
    """
    return _ROWS.validate_json(path.read_bytes()) if path.exists() else ()


def scoreboard_lines(rows: Sequence[ScoreboardRow]) -> list[str]:
    """Return a line a model: who serves, its headline, and what became of the claims; no lines without rows."""
    if not rows:
        return []
    table = [_HEAD, *(_cells(name, list(group)) for name, group in groupby(rows, key=lambda row: row.model_name))]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(_HEAD))]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in table]


def _cells(name: str, rows: Sequence[ScoreboardRow]) -> tuple[str, str, str, str]:
    claims: dict[ScoreVerdict, list[str]] = {}
    for row in rows:
        if row.claimed_target is not None:
            claims.setdefault(row.verdict, []).append(f"{row.title} {row.claimed_target:g}")
    words = "; ".join(f"{verdict}: {', '.join(found)}" for verdict, found in claims.items())
    return name, rows[0].serves, _figure(headline(rows)), words or "none"


def _figure(row: ScoreboardRow) -> str:
    """Return the headline; it is named where the head of the table does not name it."""
    if row.verdict is ScoreVerdict.NOT_EVALUATED:
        return row.verdict.value
    figure = with_interval(row.estimate)
    return figure if row.metric == Metric.AUC else f"{row.title} {figure}"
