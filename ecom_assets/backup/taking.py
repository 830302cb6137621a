"""Taking a back-up: beside, checked, and into its place in one step.

Belongs here: the order of things. Does not belong here: single copies (``copying``, ``databases``), what is copied
(``parts``).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from ecom_assets.backup.alone import alone
from ecom_assets.backup.copying import copy_held, copy_used, held
from ecom_assets.backup.databases import databases_of, dump, held_server
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import MANIFEST, Manifest, file_records, versions_here
from ecom_assets.backup.parts import STORE, WAREHOUSE, Part, files_of, parts_of
from ecom_assets.backup.use import refuse_while_running
from ecom_assets.environment import Settings
from ecom_assets.models import code_commit
from ecom_assets.warehouse.errors import Announce
from ml_assets.registry.stored import stored_champions

_MOMENT = "%Y-%m-%dT%H%M%SZ"
_UNFINISHED = ".unfinished_"
_LOCK = ".lock"


def take(
    settings: Settings,
    environ: Mapping[str, str],
    out: Path,
    *,
    with_raw: bool,
    with_store: bool,
    now: datetime,
    announce: Announce,
) -> Path:
    """Copy a home into a new folder of ``out``, and return that folder.

    A process that is killed meanwhile leaves a hidden folder without a manifest, which the next back-up removes.

    Parameters
    ----------
    settings
        Whose home.
    environ
        The environment of the settings; passwords of databases are read from it.
    out
        Folder of back-ups; it is made if it is missing.
    with_raw
        Whether the landing folder is copied too.
    with_store
        Whether MLflow's runs and versions are copied; they cannot be where a server keeps them.
    now
        Moment of the back-up, UTC, by which it is named.
    announce
        Is told whom there is to wait for.

    Raises
    ------
    BackupError
        If a run is under way, a back-up of that name is there, the files of who serves are gone, or something cannot
        be copied.
    WarehouseError
        If the warehouse cannot be entered, or is held by another process.
    """
    parts = parts_of(settings, with_raw=with_raw, with_store=with_store)
    databases = databases_of(settings, environ)
    if settings.postgres is None and not settings.duckdb_path.exists():
        raise BackupError(f"{settings.home} has no warehouse {settings.duckdb_path} yet; make run makes it")
    if out.resolve().is_relative_to(settings.home):
        raise BackupError(f"{out} lies in the home that is copied; name a folder elsewhere, best on another disk")
    with alone(out / _LOCK, out):
        _remove_unfinished(out)
        target = out / now.strftime(_MOMENT)
        if target.exists():
            raise BackupError(f"{target} is there, and no back-up is ever overwritten; try again in a second")
        latest = refuse_while_running(settings)
        unfinished = Path(mkdtemp(prefix=_UNFINISHED, dir=out))
        try:
            with _held(settings, announce):
                _copy(parts, unfinished)
                for database in databases:
                    dump(database, unfinished / database.name)
            # Steps that only train do not touch the warehouse, so that a run may have come meanwhile.
            if refuse_while_running(settings) != latest:
                raise BackupError("a run was at work while files were copied; try again when none is due")
            manifest = Manifest(
                made_at=now,
                commit=code_commit(),
                versions=versions_here(),
                sources=settings.sources,
                warehouse=None if settings.postgres else settings.duckdb_path.name,
                databases=[database.name for database in databases],
                with_raw=with_raw,
                with_store=with_store,
                champions=_champions(unfinished / STORE, settings),
                files=file_records(unfinished),
            )
            (unfinished / MANIFEST).write_text(manifest.model_dump_json(indent=1))
            # What has its name is on the disk, or older ones would be removed for one that a power cut takes.
            os.sync()
            unfinished.rename(target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return target


def prune(out: Path, keep: int) -> list[Path]:
    """Remove the oldest back-ups of a folder, and return them; what is no back-up stays.

    Parameters
    ----------
    out
        Folder of back-ups.
    keep
        How many of the newest stay, at least one.
    """
    with alone(out / _LOCK, out):
        oldest = sorted(path.parent for path in out.glob(f"*/{MANIFEST}") if _is_named_by_moment(path.parent))[:-keep]
        for folder in oldest:
            # One that is half removed must not pass for a back-up.
            shutil.rmtree(folder.rename(out / f"{_UNFINISHED}{folder.name}"))
    return oldest


def _held(settings: Settings, announce: Announce) -> AbstractContextManager[None]:
    """Keep others out of the warehouse."""
    if settings.postgres is None:
        return held(settings.duckdb_path)
    return held_server(settings.postgres, announce)


def _copy(parts: Sequence[Part], folder: Path) -> None:
    for part in parts:
        copy = copy_held if part.name == WAREHOUSE else copy_used
        for name, source in files_of(part).items():
            copy(source, folder / name)


def _remove_unfinished(out: Path) -> None:
    for left in list(out.glob(f"{_UNFINISHED}*")):
        shutil.rmtree(left)


def _is_named_by_moment(folder: Path) -> bool:
    try:
        datetime.strptime(folder.name, _MOMENT)
    except ValueError:
        return False
    return True


def _champions(store: Path, settings: Settings) -> dict[str, str]:
    """Return who serves by the copy of the store, so that the manifest says what the back-up holds.

    Raises
    ------
    BackupError
        If the store cannot be read, or names files that are gone: a home without them must not replace one with them.
    """
    if not store.exists():
        return {}
    try:
        found = stored_champions(store, settings.mlflow_artifact_dir)
    except sqlite3.Error as error:
        raise BackupError(f"the store of models cannot be read ({error}); make doctor says more") from error
    lost = [f"{name} version {champion.number}" for name, champion in found.items() if not champion.folder.is_dir()]
    if lost:
        raise BackupError(f"the files of {', '.join(lost)} are gone; make doctor says what to do")
    return {name: champion.number for name, champion in found.items()}
