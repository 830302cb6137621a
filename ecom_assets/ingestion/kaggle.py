"""The public data sets from Kaggle, when asked for; never tried by itself.

Belongs here: the download into the landing folder. Does not belong here: reading what was downloaded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.schema import Source

Downloader = Callable[[str], str]


def kaggle_downloader() -> Downloader:
    """Return kagglehub's download: from a data set's handle to the folder with its files.

    Raises
    ------
    LoadError
        If the optional package is not installed.
    """
    try:
        from kagglehub import dataset_download
    except ImportError as error:
        raise LoadError(
            "downloading needs the package kagglehub; install it with `.venv/bin/pip install kagglehub`, "
            "or download the archives by hand into the landing folder"
        ) from error
    download: Downloader = dataset_download
    return download


def download_source(source: Source, raw_dir: Path, download: Downloader) -> list[Path]:
    """Copy the declared files of a public data set into its landing folder; return what was written.

    Raises
    ------
    LoadError
        If a file is there already, or the download lacks a required one.
    """
    folder = raw_dir / source.name
    downloaded = Path(download(source.kaggle_handle))
    stems = [(stem, table.optional) for table in source.tables for stem in table.file_stems]
    targets = [folder / f"{stem}.csv" for stem, _ in stems]
    present = [target.name for target in targets if target.exists()]
    if present:
        raise LoadError(f"{folder} already holds {', '.join(present)}; remove them to download again")
    missing = [stem for stem, optional in stems if not optional and not (downloaded / f"{stem}.csv").exists()]
    if missing:
        raise LoadError(f"the download of {source.kaggle_handle} lacks {', '.join(missing)}; nothing was copied")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for target in targets:
        if (downloaded / target.name).exists():
            written.append(Path(shutil.copyfile(downloaded / target.name, target)))
    return written
