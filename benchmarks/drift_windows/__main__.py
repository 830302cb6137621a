"""Command line: ``python -m benchmarks.drift_windows`` judges the windows of whole worlds, and writes the tables.

Belongs here: arguments, worlds one after the other, what was judged before. Does not belong here: how a window is
judged (``verdicts``), how it is shown (``tables``).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.drift_windows.tables import real_table, shifted_table, steady_table
from benchmarks.drift_windows.verdicts import Judged, verdicts_of
from benchmarks.drift_windows.worlds import World, real_worlds, shifted_worlds, steady_worlds
from benchmarks.report import Machine, print_or_write
from ml_assets.monitoring.config import DriftConfig

_NAME = "drift_windows"
_TITLE = "What the drift gate says of real models' windows, month by month"
_RECORDS = TypeAdapter(list[Judged])
# Which raw columns a feature descends from is the same in all windows, and stands in the catalogue of features.
_TOLD_ELSEWHERE = {"named": {"__all__": {"raw_columns"}}, "farthest": {"__all__": {"raw_columns"}}}


def found_in(world: World, kept: Path | None) -> list[Judged]:
    """Return the verdicts of a world: those that lie in a folder, else new ones, which are left there.

    Parameters
    ----------
    world
        The world.
    kept
        The folder; None if nothing is kept.
    """
    file = None if kept is None else kept / f"{world.name}.json"
    if file is not None and file.exists():
        return _RECORDS.validate_json(file.read_bytes())
    started = time.monotonic()
    found = verdicts_of(world, DriftConfig())
    sys.stderr.write(f"{world.name}: {len(found)} verdicts in {time.monotonic() - started:.0f} s\n")
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_RECORDS.dump_json(found, indent=1))
    return found


def pages(
    steady: Sequence[Judged],
    shifted: Sequence[Judged],
    shifted_from: Sequence[World],
    real: Sequence[Judged],
    real_from: Sequence[World],
) -> str:
    """Return all tables; that of real files only if there are some."""
    parts = [
        f"## Where nothing changes\n\n{steady_table(steady)}",
        f"## After a planted shift\n\n{shifted_table(shifted, shifted_from)}",
    ]
    if real_from:
        parts.append(f"## Real files\n\n{real_table(real, real_from)}")
    return "\n\n".join(parts)


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift_windows", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="steady samples of seeds 1 to N (default 3)")
    parser.add_argument("--shifted-seeds", type=int, default=1, metavar="N", help="samples of a shift (default 1)")
    parser.add_argument("--raw", type=Path, help="landing folder of the real files; without it they are left out")
    parser.add_argument(
        "--kept", type=Path, help="folder of verdicts by world: those that lie there are not made again"
    )
    parser.add_argument("--print-only", action="store_true", help="print the tables; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all worlds, print and write the tables; a missed goal is told, and is no error."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if min(options.seeds, options.shifted_seeds) < 1:
        parser.error("there is nothing to judge without a seed")
    steady_from = steady_worlds(range(1, options.seeds + 1))
    shifted_from = shifted_worlds(range(1, options.shifted_seeds + 1))
    real_from = [] if options.raw is None else real_worlds(options.raw)
    steady, shifted, real = (
        [each for world in worlds for each in found_in(world, options.kept)]
        for worlds in (steady_from, shifted_from, real_from)
    )
    records = [each.model_dump(mode="json", exclude=_TOLD_ELSEWHERE) for each in (*steady, *shifted, *real)]
    text = pages(steady, shifted, shifted_from, real, real_from)
    print_or_write(_NAME, _TITLE, Machine.here(), records, text, print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
