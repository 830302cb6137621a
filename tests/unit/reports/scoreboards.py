"""Rows of made-up models: one that was measured, one that was not, one that nobody has evaluated yet."""

from __future__ import annotations

from dataclasses import replace

from ml_assets.reports.scoreboard_rows import scoreboard_rows
from tests.unit.reports.evaluations import MEASURED, QUESTION, UNMEASURED

MIN_EVENTS = 100
ROWS = (
    *scoreboard_rows(QUESTION, MEASURED, "boosted trees", MIN_EVENTS),
    *scoreboard_rows(replace(QUESTION, name="churn_others"), UNMEASURED, "the rule", MIN_EVENTS),
    *scoreboard_rows(replace(QUESTION, name="churn_nobody"), None, "nothing yet", MIN_EVENTS),
)
