"""``make download``: the real files from Kaggle into the landing folder.

Belongs here: arguments and what is printed. Does not belong here: the download (``ingestion.kaggle``).
"""

from __future__ import annotations

import os
import sys

from ecom_assets.environment import SettingsError, load_settings
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.kaggle import download_source, kaggle_downloader
from ecom_assets.ingestion.sources import SOURCES


def main() -> int:
    """Download every source in use; return the exit code."""
    try:
        settings = load_settings(os.environ)
        download = kaggle_downloader()
        for name in settings.sources:
            for path in download_source(SOURCES[name], settings.raw_dir, download):
                print(f"{path}")
    except (SettingsError, LoadError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
