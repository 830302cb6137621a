"""Command line: ``python -m benchmarks.cdnow`` carries the protocol out and writes its table.

Belongs here: arguments, the table. Does not belong here: the protocol, its steps.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.cdnow.measure import HoldoutRow, chosen_in_calibration, holdout, measured
from benchmarks.cdnow.protocol import CALIBRATED_UNTIL, HOLDOUT_UNTIL, KNOWN
from benchmarks.report import Machine, estimate_text, markdown_table, print_or_write

_NAME = "cdnow"
_TITLE = "CDNOW: money of the 39 weeks after a calibration of 39 weeks"
_HEADER = (
    "way",
    "Gini in the calibration",
    "Gini on the holdout (95 %)",
    "measured before",
    "gain of the promoted one (95 %)",
    "Spearman",
    "R²",
    "bias of the total",
)
_NOTE = (
    "2,357 customers who first bought in the first quarter of 1997; calibrated until {calibrated}, holdout until "
    "{holdout}. Gini is normalised, equal scores sharing their places. Promoted: {promoted}, the simplest candidate "
    "within one standard error of the best inside the calibration. {verdict} The other challengers stand here for "
    "information: the choice was made before the holdout was read."
)


def records(rows: Sequence[HoldoutRow]) -> list[dict[str, object]]:
    """Return the rows as JSON has them."""
    return [
        {
            "name": row.name,
            "validation_gini": row.validation_gini,
            "known_gini": KNOWN.get(row.name),
            "gain_of_promoted": None if row.gain is None else row.gain.model_dump(),
            **row.scores.model_dump(),
        }
        for row in rows
    ]


def table(rows: Sequence[HoldoutRow]) -> str:
    """Return the rows as a table with a note below."""
    lines = [
        (
            row.name,
            "-" if row.validation_gini is None else f"{row.validation_gini:.3f}",
            estimate_text(row.scores.normalised_gini),
            f"{KNOWN[row.name]:.3f}" if row.name in KNOWN else "-",
            "-" if row.gain is None else estimate_text(row.gain),
            estimate_text(row.scores.spearman, interval=False),
            estimate_text(row.scores.r_squared, 2, interval=False),
            estimate_text(row.scores.total_bias, 2, interval=False),
        )
        for row in rows
    ]
    note = _NOTE.format(
        calibrated=CALIBRATED_UNTIL, holdout=HOLDOUT_UNTIL, promoted=rows[0].name, verdict=verdict(rows)
    )
    return f"{markdown_table(_HEADER, lines)}\n\n{note}"


def verdict(rows: Sequence[HoldoutRow]) -> str:
    """Return in words over which of the published ways the promoted candidate is proven better."""
    beaten = [
        row.name
        for row in rows
        if row.name in KNOWN and row.gain is not None and row.gain.low is not None and row.gain.low > 0
    ]
    open_ = [row.name for row in rows if row.name in KNOWN and row.gain is not None and row.name not in beaten]
    words = f"Its interval lies above 0 over {', '.join(beaten)}." if beaten else "No interval lies above 0."
    return f"{words} Not shown: over {', '.join(open_)}." if open_ else words


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cdnow", description=__doc__)
    parser.add_argument("--print", dest="print_only", action="store_true", help="print the table, write nothing")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry the protocol out and write its table."""
    options = argument_parser().parse_args(arguments)
    rows = measured(chosen_in_calibration(), holdout())
    print_or_write(_NAME, _TITLE, Machine.here(), records(rows), table(rows), print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
