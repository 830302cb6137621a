"""``make raw-as-of``: the landing folder as it looked at the end of a day.

Belongs here: arguments and messages. Does not belong here: what was known when (``point_in_time.raw_as_of``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ecom_assets.environment import SettingsError, load_settings
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.point_in_time.landed import FolderNotEmptyError
from ecom_assets.point_in_time.raw_as_of import NothingKnownError, write_raw_as_of


def _day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2018-03-31") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder and print one line a file; return the exit code."""
    parser = argparse.ArgumentParser(prog="make raw-as-of", description=__doc__)
    parser.add_argument("--as-of", type=_day, required=True, metavar="DAY", help="the day, which counts in full")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into, new or empty")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(os.environ)
        written = write_raw_as_of(
            settings.raw_dir,
            options.out.resolve(),
            options.as_of,
            settings.sources,
            max_rejected_share=settings.max_rejected_share,
        )
    except (SettingsError, LoadError, FolderNotEmptyError, NothingKnownError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for file in written:
        print(f"{file.rows:>12,} rows  {file.path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
