"""``make backup OUT=dir``: a copy of the home in a new folder of ``dir``.

Belongs here: arguments and messages. Does not belong here: what is copied and how (``ecom_assets.backup``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import read_manifest
from ecom_assets.backup.taking import prune, take
from ecom_assets.environment import TELEMETRY_OFF, SettingsError, load_settings
from ecom_assets.warehouse.errors import WarehouseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Take a back-up; return 2 if none could be taken."""
    parser = argparse.ArgumentParser(prog="make backup", description=__doc__)
    parser.add_argument("--out", required=True, type=Path, help="folder of back-ups; each is a folder in it")
    parser.add_argument("--with-raw", action="store_true", help="copy the landing folder too")
    parser.add_argument("--without-mlflow", action="store_true", help="leave out runs and versions that a server keeps")
    parser.add_argument("--keep", type=_count, metavar="N", help="then remove all but the newest N back-ups")
    options = parser.parse_args(arguments)
    os.environ.update(TELEMETRY_OFF)
    try:
        settings = load_settings(os.environ)
        folder = take(
            settings,
            os.environ,
            options.out,
            with_raw=options.with_raw,
            with_store=not options.without_mlflow,
            now=datetime.now(UTC),
            announce=print,
        )
        removed = [] if options.keep is None else prune(options.out, options.keep)
    except (SettingsError, BackupError, WarehouseError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    files = read_manifest(folder).files.values()
    print(f"{folder}: {len(files)} files, {sum(file.size for file in files) / 1e6:,.0f} MB")
    for path in removed:
        print(f"removed {path}")
    return 0


def _count(words: str) -> int:
    """Read how many back-ups stay; none at all would be the end of the one that is taken."""
    count = int(words)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{count} would leave no back-up; keep one at least")
    return count


if __name__ == "__main__":
    sys.exit(main())
