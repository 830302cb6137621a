"""The scoreboard as ``ops.scoreboard``, a page, JSON, and a table for the README.

Belongs here: ways to write rows. Does not belong here: how rows come about (``scoreboard_rows``), replacing the table
in the README (``readme``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from itertools import groupby

import pandas as pd

from ml_assets.reports.page import rendered
from ml_assets.reports.scoreboard_record import ScoreboardRow, ScoreVerdict, headline
from ml_assets.reports.wording import DASH, Tone, decimal, with_interval

# Of one metric there may be several claims.
SCOREBOARD_KEY = ("model_name", "metric", "claimed_target")
_BESIDE = {"serves", "doubt", "note"}
SCOREBOARD_COLUMNS = tuple(each.name for each in fields(ScoreboardRow) if each.name not in _BESIDE)
# Red is for what was proven wrong; what is not known is not green either.
CLAIM_TONES = {
    ScoreVerdict.MET: Tone.GOOD,
    ScoreVerdict.MET_WITHOUT_MODEL: Tone.NOTE,
    ScoreVerdict.NOT_MET: Tone.BAD,
    ScoreVerdict.NO_CLAIM: Tone.NONE,
    ScoreVerdict.INSUFFICIENT_EVIDENCE: Tone.NOTE,
    ScoreVerdict.NOT_EVALUATED: Tone.NOTE,
}
# Columns without any figure would otherwise have no type.
_FLOATS = tuple(each.name for each in fields(ScoreboardRow) if each.type == "float | None")


def scoreboard_frame(rows: Sequence[ScoreboardRow]) -> pd.DataFrame:
    """Return rows as ``ops.scoreboard`` holds them."""
    frame = pd.DataFrame([asdict(row) for row in rows], columns=list(SCOREBOARD_COLUMNS))
    return frame.astype(dict.fromkeys(_FLOATS, "float64"))


def scoreboard_json(rows: Sequence[ScoreboardRow]) -> str:
    """Return rows as JSON: an array of objects, dates in ISO format, null where there is no figure."""
    return json.dumps([asdict(row) for row in rows], indent=2, default=date.isoformat, allow_nan=False) + "\n"


def scoreboard_html(rows: Sequence[ScoreboardRow]) -> str:
    """Return the scoreboard as a page that needs no other file."""
    models = [(name, list(group)) for name, group in groupby(rows, key=lambda row: row.model_name)]
    verdicts = [(verdict, sum(row.verdict is verdict for row in rows)) for verdict in ScoreVerdict]
    return rendered(
        "scoreboard.html",
        title="Scoreboard",
        models=models,
        verdicts=verdicts,
        tones=CLAIM_TONES,
        not_evaluated=ScoreVerdict.NOT_EVALUATED,
    )


def readme_block(rows: Sequence[ScoreboardRow]) -> str:
    """Return the claims and each model's headline as a Markdown table, and below it what is wrong with some claims."""
    models = (list(group) for _, group in groupby(rows, key=lambda row: row.model_name))
    shown = [row for model in models for row in model if row.claimed_target is not None or row is headline(model)]
    lines = [
        "| model | serves | metric | rule | achieved (interval) | claimed | verdict |",
        "|---|---|---|---:|---:|---:|---|",
    ]
    doubts = dict.fromkeys(
        f"- {row.title} {row.claimed_target:g}: {row.doubt}" for row in shown if row.doubt and row.claimed_target
    )
    return "\n".join([*lines, *map(_readme_line, shown), *(["", *doubts] if doubts else [])])


def _readme_line(row: ScoreboardRow) -> str:
    claim = DASH if row.claimed_target is None else f"{row.claimed_target:g}"
    cells = (
        f"`{row.model_name}`",
        row.serves,
        row.title,
        DASH if row.rule_value is None else decimal(row.rule_value),
        DASH if row.verdict is ScoreVerdict.NOT_EVALUATED else with_interval(row.estimate),
        claim,
        row.verdict.value,
    )
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
