"""Command line of the sample generator: ``python -m ecom_assets.sample --scale 0.05 --seed 7 --out DIR``.

Belongs here: arguments and messages. Does not belong here: generation.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import SampleExistsError, write_sample
from ecom_assets.sample.config import MAX_SCALE, MIN_SCALE


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


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m ecom_assets.sample", description="Write synthetic raw data.")
    parser.add_argument("--scale", type=_scale, default=0.05, help="size relative to the originals (default 0.05)")
    parser.add_argument("--seed", type=_seed, default=7, help="equal seeds give equal bytes (default 7)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument(
        "--source", action="append", choices=sorted(SOURCES), help="source to write; repeat for several (default all)"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sample and print one line a file."""
    options = argument_parser().parse_args(arguments)
    try:
        written = write_sample(
            options.out, scale=options.scale, seed=options.seed, sources=options.source or tuple(SOURCES)
        )
    except SampleExistsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in written:
        sys.stdout.write(f"{file.rows:>12,} rows  {file.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
