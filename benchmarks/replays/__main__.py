"""Command line: ``python -m benchmarks.replays`` replays whole worlds, and writes what policies came to in each.

Belongs here: arguments, worlds one after the other. Does not belong here: worlds (``worlds``), tables (``tables``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.replays.tables import world_table
from benchmarks.replays.worlds import real_world, replayed, sample_worlds
from benchmarks.report import Machine, print_or_write
from ecom_assets.environment import TELEMETRY_OFF

_NAME = "replays"
_TITLE = "What policies of retraining come to in a replay of history"
_LEGEND = (
    "Mean log-loss over rows that all policies had scored at the time; differences have 95 % intervals by a bootstrap "
    "over entities, paired on the same rows. Trainings come after the first one, which all policies share. An alarm is "
    "a day on which drift or decay became a cause for a training. docs/replay.md says what the policies are."
)


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replays", description=__doc__)
    parser.add_argument("--raw", type=Path, help="landing folder of the real files; without it they are left out")
    parser.add_argument(
        "--kept", type=Path, help="folder of replays by world: what was broken off there goes on, and stays"
    )
    parser.add_argument("--print-only", action="store_true", help="print the tables; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay all worlds, print and write the tables."""
    options = argument_parser().parse_args(arguments)
    os.environ.update(TELEMETRY_OFF)
    worlds = [*sample_worlds(), *([] if options.raw is None else [real_world(options.raw)])]
    with TemporaryDirectory(prefix="replays_") as scratch:
        found = [replayed(world, options.kept or Path(scratch), _say) for world in worlds]
    figures = [
        {"world": world.name, **result.model_dump(mode="json")} for world, result in zip(worlds, found, strict=True)
    ]
    tables = [world_table(world.words, result) for world, result in zip(worlds, found, strict=True)]
    text = "\n\n".join([_LEGEND, *tables])
    print_or_write(_NAME, _TITLE, Machine.here(), figures, text, print_only=options.print_only)
    return 0


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
