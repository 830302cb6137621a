"""``make run`` on a new home, and again on unchanged files: time, memory, and the floor of the second.

Belongs here: whole commands and what their parts cost. Does not belong here: parts measured by themselves
(``load``, ``dbt_models``, ``orchestration``).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipeline.goals import (
    UNCHANGED_RUN_SECONDS,
    WHOLE_RUN_MEMORY,
    WHOLE_RUN_SECONDS,
    Figure,
)
from benchmarks.pipeline.homes import Home
from benchmarks.pipeline.processes import Usage, run_module

PART = "whole run"
_COMMAND = "ecom_assets.commands.run"
_PARTS_COMMAND = "benchmarks.pipeline.unchanged_run"
_NOTHING_TO_DO = "nothing to do"


@dataclass(frozen=True, slots=True)
class WholeRun:
    """What was measured on one home.

    Attributes
    ----------
    first
        The run from raw files to marts.
    unchanged
        Runs after it, on the same files.
    parts
        Seconds of each part of an unchanged run, by name, measured apart.
    """

    first: Usage
    unchanged: tuple[Usage, ...]
    parts: Mapping[str, float]


def measure_whole_run(raw_dir: Path, folder: Path, repetitions: int) -> WholeRun:
    """Run the command on a new home, then again and again.

    Raises
    ------
    RuntimeError
        If a run fails, or one on unchanged files finds something to do.
    """
    home = Home(folder / "whole_run", raw_dir)
    log = folder / "run.log"
    first = run_module(_COMMAND, [], home.environment(), log)
    unchanged = []
    for _ in range(repetitions):
        again = run_module(_COMMAND, [], home.environment(), log)
        if _NOTHING_TO_DO not in again.output:
            raise RuntimeError(f"a run on unchanged files did something:\n{again.output}")
        unchanged.append(again)
    told = run_module(_PARTS_COMMAND, [], home.environment(), log).output
    parts: dict[str, float] = json.loads(told.splitlines()[-1])
    return WholeRun(first, tuple(unchanged), parts)


def whole_run_figures(measured: WholeRun) -> list[Figure]:
    """Return the figures that are told."""
    first, again = measured.first, measured.unchanged
    processor = statistics.median(usage.processor_seconds for usage in again)
    return [
        Figure(
            PART,
            "raw files to marts, tests included",
            first.seconds,
            "s",
            WHOLE_RUN_SECONDS,
            f"a new home; {first.processor_seconds:.0f} s of processor time",
        ),
        Figure(
            PART,
            "memory of all its processes",
            first.peak_gib,
            "GiB",
            WHOLE_RUN_MEMORY,
            f"sum at one moment; the largest process {first.largest_gib:.2f} GiB",
        ),
        Figure(
            PART,
            "the same again, files unchanged",
            statistics.median(usage.seconds for usage in again),
            "s",
            UNCHANGED_RUN_SECONDS,
            f"{processor:.1f} s of processor time; parts below",
        ),
    ]


def part_rows(parts: Mapping[str, float]) -> Sequence[tuple[str, str]]:
    """Return the parts of an unchanged run as rows of a table, with their sum."""
    rows = [(name, f"{seconds:.2f}") for name, seconds in parts.items()]
    return [*rows, ("sum", f"{sum(parts.values()):.2f}")]
