"""Command line: ``python -m benchmarks.drift_error_rates`` measures the gate's error rates and writes their tables.

Belongs here: arguments. Does not belong here: what is measured (``study``), how it is shown (``tables``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.drift_error_rates.study import Repetitions, measured
from benchmarks.drift_error_rates.tables import pages
from benchmarks.report import Machine, print_or_write

_NAME = "drift_error_rates"
_TITLE = "How often the drift gate alarms, where nothing drifts and where something does"
_WHOLE = Repetitions(counts=10_000, usual=1_000, evidently=50, panels=1_000)


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift_error_rates", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="of all repetitions, above 0 (default 1)")
    parser.add_argument("--print", dest="print_only", action="store_true", help="print the tables, write nothing")
    return parser


def repetitions_of(part: float) -> Repetitions:
    """Return a part of all repetitions, at least one of each."""
    return Repetitions(
        counts=max(int(_WHOLE.counts * part), 1),
        usual=max(int(_WHOLE.usual * part), 1),
        evidently=max(int(_WHOLE.evidently * part), 1),
        panels=max(int(_WHOLE.panels * part), 1),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all rates, telling each as it comes, and write their tables."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.part <= 0.0:
        parser.error(f"--part is {options.part:g}; it has to be above 0")
    rows = []
    for row in measured(repetitions_of(options.part)):
        rows.append(row)
        sys.stderr.write(f"{row.question}, {row.case or row.current_rows}, {row.way}: {row.rate.value:.4f}\n")
    records = [row.record() for row in rows]
    print_or_write(_NAME, _TITLE, Machine.here(), records, pages(rows), print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
