"""What a back-up says of itself, and whether its files are still those that were written.

Belongs here: ``manifest.json``. Does not belong here: taking a back-up (``taking``), putting it back (``restoring``).
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ecom_assets.backup.errors import BackupError

MANIFEST = "manifest.json"
# Whose files a back-up holds.
_PACKAGES = ("dagster", "dbt-core", "duckdb", "mlflow", "numpy", "pandas", "scikit-learn", "xgboost")
_NAMED = 5


class FileRecord(BaseModel):
    """A file of a back-up: its size in bytes, and the sha256 of its content in hexadecimal digits."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a back-up is of.

    Attributes
    ----------
    form
        How back-ups are laid out; others are not read.
    made_at
        Moment of the back-up, UTC.
    commit
        Commit of the code that took it.
    versions
        Of Python and of the packages that wrote the files.
    sources
        Sources in use.
    warehouse
        Name of the warehouse's file, which its views name; None if a server keeps it.
    databases
        Names of the files that hold databases of servers.
    with_raw
        Whether the landing folder is in it.
    with_store
        Whether MLflow's runs and versions are in it.
    champions
        Number of the version that serves, by model.
    files
        Every file but the manifest, by its path in the back-up.
    """

    model_config = ConfigDict(frozen=True)

    form: Literal[1] = 1
    made_at: datetime
    commit: str
    versions: Mapping[str, str]
    sources: Sequence[str]
    warehouse: str | None
    databases: Sequence[str]
    with_raw: bool
    with_store: bool
    champions: Mapping[str, str]
    files: Mapping[str, FileRecord]


def versions_here() -> dict[str, str]:
    """Return the versions of Python and of the packages that write into a home."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def file_records(folder: Path) -> dict[str, FileRecord]:
    """Return the files of a back-up but its manifest, by their path in it."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: _record(path) for name, path in found.items() if name != MANIFEST}


def read_manifest(folder: Path) -> Manifest:
    """Return what a back-up says of itself.

    Raises
    ------
    BackupError
        If the folder is no back-up, or one of another version of the platform.
    """
    path = folder / MANIFEST
    if not path.is_file():
        names = sorted(found.parent.name for found in folder.glob(f"*/{MANIFEST}"))
        inside = [name for name in names if not name.startswith(".")]
        repair = f"name one of those in it, the newest is {folder / inside[-1]}" if inside else "name another folder"
        raise BackupError(f"{folder} is no back-up; {repair}")
    try:
        return Manifest.model_validate_json(path.read_text())
    except (ValidationError, OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{path} cannot be read as a manifest ({error}); take another back-up") from error


def verify(folder: Path, manifest: Manifest) -> None:
    """Make sure that the files of a back-up are those that its manifest names, byte for byte.

    Raises
    ------
    BackupError
        If a file is missing, damaged or foreign; the first ones are named.
    """
    found = file_records(folder)
    wrong = [
        *(f"{name} is missing" for name in manifest.files if name not in found),
        *(f"{name} is damaged" for name, record in found.items() if manifest.files.get(name, record) != record),
        *(f"{name} does not belong to it" for name in found if name not in manifest.files),
    ]
    if wrong:
        more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise BackupError(f"the back-up {folder} is not whole: {', '.join(wrong[:_NAMED])}{more}; take another one")


def _record(path: Path) -> FileRecord:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return FileRecord(size=path.stat().st_size, sha256=digest)
