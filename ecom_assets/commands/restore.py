"""``make restore FROM=dir``: the home as a back-up has it.

Belongs here: arguments and messages. Does not belong here: what is put back and how (``ecom_assets.backup``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import versions_here
from ecom_assets.backup.restoring import restore
from ecom_assets.environment import TELEMETRY_OFF, SettingsError, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Put a back-up back; return 2 if nothing was changed."""
    parser = argparse.ArgumentParser(prog="make restore", description=__doc__)
    parser.add_argument("--from", required=True, type=Path, dest="folder", help="a back-up, as make backup names it")
    parser.add_argument("--replace", action="store_true", help="move a home that is not empty aside")
    options = parser.parse_args(arguments)
    os.environ.update(TELEMETRY_OFF)
    try:
        settings = load_settings(os.environ)
        manifest, former = restore(settings, os.environ, options.folder, replace=options.replace, now=datetime.now(UTC))
    except (SettingsError, BackupError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{settings.home} is as of {manifest.made_at:%Y-%m-%d %H:%M} UTC, commit {manifest.commit}")
    for name, number in manifest.champions.items():
        print(f"  {name}: version {number} serves")
    here = versions_here()
    for name, version in manifest.versions.items():
        if here.get(name) != version:
            print(f"warning: it was written with {name} {version}, and {here.get(name)} is installed")
    if not manifest.with_raw:
        print(f"the back-up holds no raw files; the next make run needs them in {settings.raw_dir}")
    if not manifest.with_store:
        print(f"nor does it hold MLflow's runs and versions, which {settings.mlflow_tracking_uri} has to have")
    if former:
        print(f"the former home is {former}; remove it when all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
