"""Command line: ``python -m benchmarks.drift_report_speed`` times the reports and writes the table.

Belongs here: drawn windows, arguments, clocks, the table. Does not belong here: the reports.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.report import Machine, markdown_table, print_or_write
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.report.drift_page import DriftFacts, drift_page
from ml_assets.monitoring.report.evidently_report import METHOD
from ml_assets.monitoring.window import Window
from ml_assets.reports.wording import DASH

_NAME = "drift_report_speed"
_SEED = 7
_GOAL_SECONDS = 20.0
_KILO = 1000
_HEADER = ("way", "seconds", "CPU seconds", f"goal ≤ {_GOAL_SECONDS:g} s", "page, kB", "shared script, kB")
_NOTE = (
    "Two windows of so many rows each; of ten columns four are normal, four log-normal with a tenth missing, and two "
    "hold eight categories; one column is shifted by half a standard deviation. Evidently is imported before the other "
    "clocks start, which each process pays once. A report is the verdict, the page and its JSON. Evidently alone holds "
    "its script in each page; the platform's pages share one file."
)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds by the clock and of the processor, and bytes of a page and of the script beside it."""

    way: str
    seconds: float
    cpu_seconds: float
    page_bytes: int
    script_bytes: int


def window(rows: int, columns: int, shift: float, first: date, last: date, seed: int) -> Window:
    """Return rows of independent entities; the first column is shifted."""
    draw = np.random.default_rng(seed)
    values = {f"column_{number}": _column(draw, number % 10, rows) for number in range(columns)}
    frame = pd.DataFrame(values)
    frame["column_0"] += shift
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return Window(frame, np.arange(rows), np.sort(draw.choice(days, rows)), first, last)


def timed(way: str, made: Callable[[], tuple[int, int]]) -> Timed:
    """Return how long a report took that says its sizes."""
    clock, processor = time.monotonic(), time.process_time()
    page_bytes, script_bytes = made()
    return Timed(way, time.monotonic() - clock, time.process_time() - processor, page_bytes, script_bytes)


def measured(rows: int, columns: int) -> list[Timed]:
    """Time all ways on the same windows."""
    reference = window(rows, columns, 0.0, date(2017, 1, 1), date(2017, 12, 31), _SEED)
    current = window(rows, columns, 0.5, date(2018, 8, 1), date(2018, 8, 31), _SEED + 1)
    watched = [
        MonitoredColumn(str(name), ColumnKind.NUMERIC if values.dtype.kind == "f" else ColumnKind.CATEGORICAL)
        for name, values in reference.frame.items()
    ]
    facts = DriftFacts(
        model="timed", as_of=current.last, champion_version="1", made_at="now", git_commit="not recorded"
    )

    def ours() -> tuple[int, int]:
        report = drift_page(reference, current, judge(reference, current, watched, DriftConfig()), facts)
        return len(report.page.encode()), len(report.script.content.encode())

    def preset() -> tuple[int, int]:
        from evidently import Report
        from evidently.presets import DataDriftPreset

        snapshot = Report([DataDriftPreset()], include_tests=True).run(current.frame, reference.frame)
        return len(snapshot.get_html_str(as_iframe=False).encode()), 0

    return [
        timed("importing Evidently", _imported),
        timed(f"the platform's report, by the {METHOD}", ours),
        timed("Evidently alone: its preset of drift with its defaults", preset),
    ]


def table(found: Sequence[Timed]) -> str:
    """Return the figures as a table with a note below."""
    lines = [
        (
            each.way,
            f"{each.seconds:.1f}",
            f"{each.cpu_seconds:.1f}",
            "met" if each.seconds <= _GOAL_SECONDS else "missed",
            f"{each.page_bytes / _KILO:,.0f}" if each.page_bytes else DASH,
            f"{each.script_bytes / _KILO:,.0f}" if each.script_bytes else DASH,
        )
        for each in found
    ]
    return f"{markdown_table(_HEADER, lines)}\n\n{_NOTE}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift_report_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="rows a window (default 100,000)")
    parser.add_argument("--columns", type=int, default=25, metavar="P", help="columns (default 25)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the table; a missed goal is told, and is no error."""
    options = argument_parser().parse_args(arguments)
    found = measured(options.rows, options.columns)
    title = f"A drift report of {options.rows:,} rows by {options.columns} columns"
    figures = [asdict(each) for each in found]
    print_or_write(_NAME, title, Machine.here(), figures, table(found), print_only=options.print_only)
    return 0


def _column(draw: np.random.Generator, number: int, rows: int) -> npt.NDArray[Any]:
    if number < 4:
        return draw.normal(size=rows)
    if number < 8:
        return np.where(draw.random(rows) < 0.1, np.nan, draw.lognormal(size=rows))
    return draw.choice(list("abcdefgh"), size=rows)


def _imported() -> tuple[int, int]:
    for name in ("evidently", "evidently.metrics", "evidently.presets"):
        import_module(name)
    return 0, 0


if __name__ == "__main__":
    sys.exit(main())
