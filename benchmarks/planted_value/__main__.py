"""Command line: ``python -m benchmarks.planted_value`` fits the laws to loyal shops over seeds and writes the table.

Belongs here: arguments, samples one after the other, the table. Does not belong here: fits, coverage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.planted_value.measure import COVERAGE, COVERED, WIDEST, Clock, Recovered, Summary, recovered, summarised
from benchmarks.report import Machine, markdown_table, print_or_write

_NAME = "planted_value"
_HEADER = (
    "parameter",
    "purchases counted by",
    "planted",
    "seeds",
    "covered",
    "bias",
    "median width",
    "at most",
    "verdict",
)
_NOTE = (
    f"Covered: share of the {COVERAGE:.0%} intervals that hold what was planted; met from {COVERED[0]:.0%} to "
    f"{COVERED[1]:.0%}. Bias: mean error of the logarithm. Width: of the interval, as a multiple of what was planted. "
    "A feature table counts days with a purchase, so that two purchases of a day are one: who buys often seems to buy "
    "a little less often, and alpha comes out some percent too large; counted by moments it hardly does. Intervals of "
    "some thousand customers do not notice; those of a hundred thousand would lie beside the planted alpha by just "
    "that bias. What is left is mostly the sample's campaign, which the law does not know."
)


def summaries(found: Sequence[Recovered]) -> list[Summary]:
    """Return one line for each parameter and way to count."""
    groups: dict[tuple[Clock, str], list[Recovered]] = {}
    for row in found:
        groups.setdefault((row.clock, row.parameter), []).append(row)
    ordered = sorted(groups, key=lambda key: (list(Clock).index(key[0]), list(WIDEST).index(key[1])))
    return [summarised(groups[key]) for key in ordered]


def table(lines: Sequence[Summary]) -> str:
    """Return the summaries as a table with a note below."""
    cells = [
        (
            each.parameter,
            each.clock.value,
            f"{each.planted:g}",
            str(each.seeds),
            f"{each.covered:.0%}",
            f"{each.bias:+.1%}",
            f"{each.median_width:.2f}",
            f"{WIDEST[each.parameter]:g}",
            "met" if each.is_met else "missed",
        )
        for each in lines
    ]
    return f"{markdown_table(_HEADER, cells)}\n\n{_NOTE}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted_value", description=__doc__)
    parser.add_argument("--seeds", type=int, default=50, metavar="N", help="samples of the seeds 1 to N (default 50)")
    parser.add_argument("--scale", type=float, default=0.05, help="size of the marketplace (default 0.05)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print and write the table; a missed goal is told, and is no error."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error("there is nothing to recover without a seed")
    found = [row for seed in range(1, options.seeds + 1) for row in recovered(seed, options.scale)]
    lines = summaries(found)
    title = f"Planted laws of buying, found again ({options.seeds} loyal samples of scale {options.scale:g})"
    figures = [asdict(each) | {"is_met": each.is_met} for each in lines]
    print_or_write(_NAME, title, Machine.here(), figures, table(lines), print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
