"""Command line: ``python -m benchmarks.drift_speed`` times each way and writes the table.

Belongs here: arguments, clocks, the table. Does not belong here: the ways.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.drift_speed.ways import WAYS, Way, Windows, windows
from benchmarks.report import Machine, markdown_table, print_or_write

_NAME = "drift_speed"
_SEED = 7
_HEADER = ("way", "seconds", "seconds of processor", "goal")
_NOTE = "Medians of {repetitions} times, all ways in turn, from frames in memory; both windows have so many rows."


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of a way: by the clock, and of the processor, which other work on the machine lengthens less."""

    way: str
    seconds: float
    processor_seconds: float
    goal_seconds: float | None


def timed(ways: Sequence[Way], drawn: Windows, repetitions: int) -> list[Timed]:
    """Time all ways in turn."""
    seconds: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    for _ in range(repetitions):
        for way in ways:
            started = time.monotonic(), time.process_time()
            way.run(drawn)
            seconds[way.name].append((time.monotonic() - started[0], time.process_time() - started[1]))
    return [
        Timed(
            way.name,
            median(each[0] for each in seconds[way.name]),
            median(each[1] for each in seconds[way.name]),
            way.goal_seconds,
        )
        for way in ways
    ]


def table(found: Sequence[Timed], repetitions: int) -> str:
    """Return the figures as a table with a note below."""
    lines = [(each.way, f"{each.seconds:.2f}", f"{each.processor_seconds:.2f}", _goal(each)) for each in found]
    return f"{markdown_table(_HEADER, lines)}\n\n{_NOTE.format(repetitions=repetitions)}"


def _goal(found: Timed) -> str:
    if found.goal_seconds is None:
        return "-"
    return f"≤ {found.goal_seconds:g} s: {'met' if found.seconds <= found.goal_seconds else 'missed'}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="of each window (default 100000)")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N", help="of each way (default 5)")
    parser.add_argument("--print", dest="print_only", action="store_true", help="print the table, write nothing")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Time all ways, print and write the table; a missed goal is told, and is no error."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.repetitions < 1:
        parser.error("each way has to be gone once at least")
    found = timed(WAYS, windows(options.rows, _SEED), options.repetitions)
    figures: list[dict[str, object]] = [
        {
            "way": each.way,
            "seconds": each.seconds,
            "processor_seconds": each.processor_seconds,
            "goal_seconds": each.goal_seconds,
        }
        for each in found
    ]
    title = f"Drift of 25 columns, {options.rows:,} rows against {options.rows:,}"
    shown = table(found, options.repetitions)
    print_or_write(_NAME, title, Machine.here(), figures, shown, print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
