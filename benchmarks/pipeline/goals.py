"""What a measurement is held against, and whether it got there.

Belongs here: goals, figures, the verdict on a figure. Does not belong here: taking a figure.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a figure stands to its goal."""

    MET = "met"
    MISSED = "missed"
    REPORT = "report only"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure may be this large at most.

    Attributes
    ----------
    limit
        Largest value that still meets the goal.
    unit
        What the value counts: ``x`` for a ratio, ``s``, ``ms`` or ``GiB``.
    """

    limit: float
    unit: str

    def __str__(self) -> str:
        """Return the goal as it stands in a table."""
        return f"<= {self.limit:g} {self.unit}"


LOAD_RATIO = Goal(2.5, "x")
DBT_RATIO = Goal(1.5, "x")
MARTS_SECONDS = Goal(180, "s")
WHOLE_RUN_MEMORY = Goal(8, "GiB")
FEATURES_SECONDS = Goal(120, "s")
FEATURES_MEMORY = Goal(8, "GiB")
UNCHANGED_RUN_SECONDS = Goal(15, "s")
STEP_MILLISECONDS = Goal(50, "ms")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value that a reader is told.

    Attributes
    ----------
    part
        Name of the measurement that it comes from.
    name
        What was measured.
    value
        The value, in the goal's unit where there is a goal.
    unit
        Its unit.
    goal
        What it is held against, or None if it is reported only.
    baseline
        What it was measured beside, in words.
    """

    part: str
    name: str
    value: float
    unit: str
    goal: Goal | None = None
    baseline: str = ""

    def __post_init__(self) -> None:
        """Refuse a value that no verdict can be given on."""
        if not math.isfinite(self.value) or self.value < 0:
            raise ValueError(f"{self.part}, {self.name}: {self.value} is no measured value")
        if self.goal is not None and self.goal.unit != self.unit:
            raise ValueError(f"{self.part}, {self.name}: measured in {self.unit}, but the goal is in {self.goal.unit}")

    @property
    def verdict(self) -> Verdict:
        """Whether the value is within the goal."""
        if self.goal is None:
            return Verdict.REPORT
        return Verdict.MET if self.value <= self.goal.limit else Verdict.MISSED

    def as_record(self) -> dict[str, object]:
        """Return the figure as it is stored; the value as measured, so that rounding decides nothing."""
        return {
            "part": self.part,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "goal": self.goal.limit if self.goal else None,
            "verdict": str(self.verdict),
            "baseline": self.baseline,
        }

    def as_row(self) -> tuple[str, ...]:
        """Return the figure as a row of the table of goals."""
        value = f"{self.value:.2f} {self.unit}"
        return self.part, self.name, value, str(self.goal or ""), str(self.verdict), self.baseline


FIGURE_HEADER = ("part", "figure", "measured", "goal", "verdict", "baseline or condition")


def ratio(measured: Sequence[float], baseline: Sequence[float]) -> float:
    """Return how many times as long the medians of repeated measurements are apart.

    Raises
    ------
    ValueError
        If one side was not measured, or the baseline took no time.
    """
    if not measured or not baseline:
        raise ValueError("a ratio needs a measurement of either side")
    divisor = statistics.median(baseline)
    if divisor <= 0:
        raise ValueError(f"the baseline took {divisor} s; there is nothing to compare with")
    return statistics.median(measured) / divisor


def net_of_start(seconds: float, start_seconds: float) -> float:
    """Return what a command took beyond its fixed start.

    Raises
    ------
    ValueError
        If the start alone took as long as the whole: then the two were not measured under the same load.
    """
    if start_seconds >= seconds:
        raise ValueError(
            f"the start alone took {start_seconds:.2f} s and the whole command {seconds:.2f} s; "
            "the machine was too busy to tell them apart, measure again"
        )
    return seconds - start_seconds
