"""Command line: ``python -m benchmarks.session_recommendation`` fits, asks and writes figures.

Belongs here: arguments. Does not belong here: what is measured (``measure``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.session_recommendation.files import SplitFileError, read_pairs, read_sessions
from benchmarks.session_recommendation.measure import measured
from ml_assets.recommender.session_config import SessionConfig


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session_recommendation", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="sessions, one JSON list a line, gzip")
    parser.add_argument("--test", type=Path, required=True, help="pairs of prefix and target, one object a line, gzip")
    parser.add_argument("--out", type=Path, required=True, help="file of figures to write")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write."""
    options = argument_parser().parse_args(arguments)
    try:
        sessions, pairs = read_sessions(options.train), read_pairs(options.test)
    except SplitFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    options.out.write_text(json.dumps(measured(sessions, pairs, SessionConfig()), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
