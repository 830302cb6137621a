"""The rates as tables, each against its goal.

Belongs here: layout and wording. Does not belong here: what is measured (``study``).
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.drift_error_rates.counts import Way
from benchmarks.drift_error_rates.rates import Rate
from benchmarks.drift_error_rates.study import EVIDENTLY, PANEL_SHIFTS, Question, Row
from benchmarks.report import markdown_table

MOST_FALSE_ALARMS, LEAST_POWER = 0.01, 0.99
_OTHERS = (Way.P_VALUE, Way.STABILITY_INDEX, EVIDENTLY)
_NOTES = (
    "25 columns: 7 normal, 6 log-normal, 4 of categories (2, 5, 12, 20), 3 that are mostly zero, 3 rare binary ones, 2 "
    "with gaps; 20,000 reference rows where nothing else is said. The gate is the platform's own code on counts of "
    "cells; bounds are one-sided, 95 %, Clopper and Pearson. The usual tests see the same counts in finer cells, each "
    "column at its usual threshold, as their users leave them; a verdict alarms if any column does. Evidently draws "
    "rows and judges by its defaults; its share of drifted columns (a half) would silence all of them.",
    "A shift moves normal and log-normal values up by so many of their own standard deviations; in the other columns "
    "it moves a share (of the first category, of values that are not zero, of ones, of gaps) by so many standard "
    "deviations of the indicator. Rare shares have no 99 %: where 20 of 1,000 rows become 48, the 1,500 rows of the "
    "window themselves scatter too widely.",
    "13 months of 600 rows, 25 columns, the last month against the twelve before. A month's own shift is stationary: "
    "it is no drift. What is found of a shift of a column is what such months leave to be found.",
)


def pages(rows: Sequence[Row]) -> str:
    """Return all tables with their notes."""
    return "\n\n".join(
        [
            f"## {Question.FALSE_ALARM}\n\n{_alarms(rows, Question.FALSE_ALARM)}\n\n{_NOTES[0]}",
            f"## {Question.TINY_SHIFT}\n\n{_alarms(rows, Question.TINY_SHIFT)}",
            f"## {Question.DETECTION}\n\n{_detections(rows)}\n\n{_NOTES[1]}",
            f"## {Question.PANEL_FALSE_ALARM}\n\n{_panels(rows)}\n\n{_NOTES[2]}",
        ]
    )


def _alarms(rows: Sequence[Row], question: Question) -> str:
    asked = [row for row in rows if row.question is question]
    sizes = dict.fromkeys((row.reference_rows, row.current_rows) for row in asked)
    header = ("reference rows", "current rows", "the gate", "upper bound", f"goal ≤ {MOST_FALSE_ALARMS:.0%}", *_OTHERS)
    lines = []
    for size in sizes:
        of_size = [row for row in asked if (row.reference_rows, row.current_rows) == size]
        gate = _of_gate(of_size)
        lines.append(
            (
                f"{size[0]:,}",
                f"{size[1]:,}",
                f"{gate.rate.hits} of {gate.rate.repetitions:,}",
                f"{gate.rate.upper:.2%}",
                "met" if gate.rate.upper <= MOST_FALSE_ALARMS else "missed",
                *(_rate_of(of_size, way) for way in _OTHERS),
            )
        )
    return markdown_table(header, lines)


def _detections(rows: Sequence[Row]) -> str:
    asked = [row for row in rows if row.question is Question.DETECTION]
    header = ("shifted column", "the gate", "lower bound", f"at least {LEAST_POWER:.0%}", *_OTHERS)
    lines = []
    for case in dict.fromkeys(row.case for row in asked):
        of_case = [row for row in asked if row.case == case]
        gate = _of_gate(of_case)
        lines.append(
            (
                case,
                f"{gate.rate.value:.2%}",
                f"{gate.rate.lower:.2%}",
                "yes" if gate.rate.lower >= LEAST_POWER else "no",
                *(_rate_of(of_case, way) for way in _OTHERS),
            )
        )
    return markdown_table(header, lines)


def _panels(rows: Sequence[Row]) -> str:
    quiet = [row for row in rows if row.question is Question.PANEL_FALSE_ALARM]
    found = {(row.case, row.shift): row for row in rows if row.question is Question.PANEL_DETECTION}
    header = ("world", "false alarms", "upper bound", f"goal ≤ {MOST_FALSE_ALARMS:.0%}",
              *(f"a shift of {shift:g} sd is found" for shift in PANEL_SHIFTS))  # fmt: skip
    lines = [
        (
            row.case,
            f"{row.rate.hits} of {row.rate.repetitions:,}",
            f"{row.rate.upper:.2%}",
            _standing(row.rate),
            *(f"{found[row.case, shift].rate.value:.0%}" for shift in PANEL_SHIFTS),
        )
        for row in quiet
    ]
    return markdown_table(header, lines)


def _standing(rate: Rate) -> str:
    """Return whether false alarms are shown to be few enough, shown to be too many, or neither."""
    if rate.upper <= MOST_FALSE_ALARMS:
        return "met"
    return "missed" if rate.lower > MOST_FALSE_ALARMS else "not shown"


def _of_gate(rows: Sequence[Row]) -> Row:
    """Return the gate's row of most repetitions."""
    return max((row for row in rows if row.way == Way.GATE), key=lambda row: row.rate.repetitions)


def _rate_of(rows: Sequence[Row], way: str) -> str:
    found = [row.rate for row in rows if row.way == way]
    return f"{found[0].value:.1%} of {found[0].repetitions:,}" if found else "-"
