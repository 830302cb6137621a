"""What is measured: rates of false alarms, of tiny shifts, of shifts that must be found, of rows that hang together.

Belongs here: the cases and their goals. Does not belong here: draws (``counts``, ``frames``, ``panels``), tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.drift_error_rates import panels
from benchmarks.drift_error_rates.columns import MIX
from benchmarks.drift_error_rates.counts import Sizes, Way, detection_rates, family_rates
from benchmarks.drift_error_rates.frames import by_evidently
from benchmarks.drift_error_rates.frames import detection_rates as frame_detection_rates
from benchmarks.drift_error_rates.frames import family_rates as frame_family_rates
from benchmarks.drift_error_rates.rates import Rate

EVIDENTLY = "Evidently's defaults"
REFERENCE_ROWS = 20_000
CURRENT_ROWS = (500, 1_500, 5_000, 10_000, 100_000, 1_000_000)
TINY, SHIFT = 0.02, 0.2
DETECTION_ROWS = 1_500
PANEL_SHIFTS = (0.2, 0.5, 1.0)
_USUAL_AT_MOST = 10_000
_EVIDENTLY_ROWS = (500, 10_000)
_SEED = 7


class Question(StrEnum):
    """What a rate answers."""

    FALSE_ALARM = "false alarm, nothing shifted"
    TINY_SHIFT = "alarm, all columns shifted by 0.02 sd"
    DETECTION = "one of 25 columns shifted by 0.2 sd is named"
    PANEL_FALSE_ALARM = "false alarm, rows that hang together"
    PANEL_DETECTION = "one of 25 columns shifted is named, rows that hang together"


@dataclass(frozen=True, slots=True)
class Repetitions:
    """How often each thing is drawn.

    Attributes
    ----------
    counts
        Draws of counts for the gate.
    usual
        Draws of counts for the usual tests; the gate judges the same ones too.
    evidently
        Draws of rows for Evidently.
    panels
        Draws of worlds whose rows hang together; a tenth of them for each shift.
    """

    counts: int
    usual: int
    evidently: int
    panels: int


@dataclass(frozen=True, slots=True)
class Row:
    """A rate that was measured.

    Attributes
    ----------
    question
        What it answers.
    way
        Who judged.
    case
        Law of the shifted column, or name of the world; empty where all columns are alike.
    reference_rows, current_rows
        Rows of the windows.
    shift
        In standard deviations.
    rate
        What was found.
    """

    question: Question
    way: str
    case: str
    reference_rows: int
    current_rows: int
    shift: float
    rate: Rate

    def record(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "question": self.question,
            "way": self.way,
            "case": self.case,
            "reference_rows": self.reference_rows,
            "current_rows": self.current_rows,
            "shift_sd": self.shift,
            **self.rate.record(),
        }


def measured(repetitions: Repetitions) -> Iterator[Row]:
    """Measure everything, one rate after the other."""
    yield from _false_alarms(repetitions)
    yield from _tiny_shifts(repetitions)
    yield from _detections(repetitions)
    yield from _panels(repetitions)


def _false_alarms(repetitions: Repetitions) -> Iterator[Row]:
    for current_rows in CURRENT_ROWS:
        exact = family_rates([Way.GATE], Sizes(REFERENCE_ROWS, current_rows, repetitions.counts), 0.0, _SEED)
        yield from _rows(Question.FALSE_ALARM, exact, "", current_rows, 0.0)
        if current_rows <= _USUAL_AT_MOST:
            beside = family_rates(list(Way), Sizes(REFERENCE_ROWS, current_rows, repetitions.usual), 0.0, _SEED + 1)
            yield from _rows(Question.FALSE_ALARM, beside, "", current_rows, 0.0)
    for current_rows in _EVIDENTLY_ROWS:
        found = frame_family_rates(
            {EVIDENTLY: by_evidently}, REFERENCE_ROWS, current_rows, repetitions.evidently, _SEED
        )
        yield from _rows(Question.FALSE_ALARM, found, "", current_rows, 0.0)


def _tiny_shifts(repetitions: Repetitions) -> Iterator[Row]:
    most = CURRENT_ROWS[-1]
    for reference_rows in (REFERENCE_ROWS, most):
        exact = family_rates([Way.GATE], Sizes(reference_rows, most, repetitions.counts), TINY, _SEED + 2)
        beside = family_rates(list(Way), Sizes(reference_rows, most, repetitions.usual), TINY, _SEED + 3)
        for found in (exact, beside):
            yield from _rows(Question.TINY_SHIFT, found, "", most, TINY, reference_rows)


def _detections(repetitions: Repetitions) -> Iterator[Row]:
    columns = tuple(dict.fromkeys(MIX))
    for column in columns:
        exact = detection_rates(
            [Way.GATE], column, Sizes(REFERENCE_ROWS, DETECTION_ROWS, repetitions.counts), SHIFT, _SEED + 4
        )
        beside = detection_rates(
            list(Way), column, Sizes(REFERENCE_ROWS, DETECTION_ROWS, repetitions.usual), SHIFT, _SEED + 5
        )
        for found in (exact, beside):
            yield from _rows(Question.DETECTION, found, column.name, DETECTION_ROWS, SHIFT)
    places = [MIX.index(column) for column in columns]
    of_evidently = frame_detection_rates(
        {EVIDENTLY: by_evidently}, places, REFERENCE_ROWS, DETECTION_ROWS, SHIFT, repetitions.evidently, _SEED
    )
    for (way, place), rate in of_evidently.items():
        yield from _rows(Question.DETECTION, {way: rate}, MIX[place].name, DETECTION_ROWS, SHIFT)


def _panels(repetitions: Repetitions) -> Iterator[Row]:
    reference_rows = (panels.MONTHS - 1) * panels.ROWS
    for world in panels.WORLDS:
        quiet = panels.false_alarms(world, repetitions.panels, _SEED)
        yield Row(Question.PANEL_FALSE_ALARM, Way.GATE, world.name, reference_rows, panels.ROWS, 0.0, quiet)
        for shift in PANEL_SHIFTS:
            found = panels.detections(world, max(repetitions.panels // 10, 1), _SEED + 1, shift)
            yield Row(Question.PANEL_DETECTION, Way.GATE, world.name, reference_rows, panels.ROWS, shift, found)


def _rows(
    question: Question,
    rates: Mapping[Way, Rate] | Mapping[str, Rate],
    case: str,
    current_rows: int,
    shift: float,
    reference_rows: int = REFERENCE_ROWS,
) -> Iterator[Row]:
    for way, rate in rates.items():
        yield Row(question, str(way), case, reference_rows, current_rows, shift, rate)
