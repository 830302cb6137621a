"""Command line of the sample generator: ``python -m ecom_assets.sample --scale 0.05 --seed 7 --out DIR``.

Belongs here: arguments and messages. Does not belong here: generation.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import SampleExistsError, write_sample
from ecom_assets.sample.config import MAX_SCALE, MIN_SCALE, Scenario
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.window import Window


def _scale(text: str) -> float:
    """Read a scale within the allowed range."""
    value = float(text)
    if not MIN_SCALE <= value <= MAX_SCALE:
        raise argparse.ArgumentTypeError(f"must lie between {MIN_SCALE} and {MAX_SCALE:g}")
    return value


def _seed(text: str) -> int:
    """Read a seed that is not negative."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _date(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2018-05-31") from error


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.sample", description="Write synthetic raw data of known truth."
    )
    parser.add_argument("--scale", type=_scale, default=0.05, help="size relative to the originals (default 0.05)")
    parser.add_argument("--seed", type=_seed, default=7, help="equal seeds give equal bytes (default 7)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument(
        "--source", action="append", choices=sorted(SOURCES), help="source to write; repeat for several (default all)"
    )
    parser.add_argument(
        "--scenario",
        type=Scenario,
        choices=list(Scenario),
        default=Scenario.MARKETPLACE,
        help="marketplace: 3 %% repeat buyers, as the original; loyal: most buyers come back; steady: as the original, "
        "but no day differs from another (default marketplace)",
    )
    parser.add_argument("--null", action="store_true", help="nothing depends on anything else")
    parser.add_argument("--drift", type=DriftKind, choices=list(DriftKind), help="what changes from a day on")
    parser.add_argument("--drift-from", type=_date, metavar="DATE", help="first day of the change")
    parser.add_argument("--until", type=_date, metavar="DATE", help="last day of the delivery (default all)")
    parser.add_argument(
        "--from", dest="start", type=_date, metavar="DATE", help="first day of a further delivery, next to earlier ones"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sample and print one line a file."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if (options.drift is None) != (options.drift_from is None):
        parser.error("--drift and --drift-from belong together: what changes, and from which day on")
    if options.null and options.drift is not None:
        parser.error("--null has no relation that could drift: ask for one of the two")
    try:
        window = Window(options.start, options.until)
    except ValueError as error:
        parser.error(str(error))
    try:
        written = write_sample(
            options.out,
            scale=options.scale,
            seed=options.seed,
            sources=options.source or tuple(SOURCES),
            scenario=options.scenario,
            is_null=options.null,
            drift=None if options.drift is None else Drift(options.drift, options.drift_from),
            window=window,
        )
    except SampleExistsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in written:
        sys.stdout.write(f"{file.rows:>12,} rows  {file.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
