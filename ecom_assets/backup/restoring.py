"""Putting a back-up back: checked first, made ready beside the home, and into its place by renaming.

Belongs here: the order of things, and what becomes of the home that was there. Does not belong here: single copies
(``copying``, ``databases``), checksums (``manifest``).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from ecom_assets.backup.alone import alone
from ecom_assets.backup.copying import copy_at_rest
from ecom_assets.backup.databases import Database, databases_of, load, refuse_filled
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import Manifest, read_manifest, verify
from ecom_assets.backup.parts import RAW, STORE, Part, files_of, parts_of, raw_part
from ecom_assets.backup.use import refuse_open, refuse_while_running
from ecom_assets.environment import Settings
from ecom_assets.instance import write_instance_settings
from ml_assets.registry.store import ensure_store


def restore(
    settings: Settings, environ: Mapping[str, str], folder: Path, *, replace: bool, now: datetime
) -> tuple[Manifest, Path | None]:
    """Make the home of the settings what a back-up holds; return its manifest, and where the former home is now.

    Until the last two renames nothing of the home has changed. Between them there is no home: a process that is killed
    there leaves the former one under the name that it was moved to.

    Parameters
    ----------
    settings
        Whose home; it may lie elsewhere than the one that was backed up.
    environ
        The environment of the settings; passwords of databases are read from it.
    folder
        The back-up.
    replace
        Whether a home that is there is moved aside; a landing folder in it is copied if the back-up holds none.
    now
        Moment of the restoration, UTC, by which the former home is named.

    Raises
    ------
    BackupError
        If the back-up is damaged, does not fit the settings, or the home or a database is in use or not empty.
    """
    manifest = read_manifest(folder)
    parts = parts_of(settings, with_raw=manifest.with_raw, with_store=manifest.with_store)
    databases = databases_of(settings, environ)
    _refuse_unfit(settings, manifest, databases)
    home = settings.home
    with alone(home.with_name(f"{home.name}.restoring.lock"), home):
        is_empty = not home.exists() or not any(home.iterdir())
        if not is_empty and not replace:
            raise BackupError(f"{home} is not empty; ARGS=--replace moves it aside, or name another home in ECOM_HOME")
        for database in databases:
            refuse_filled(database)
        verify(folder, manifest)
        ready = home.with_name(f"{home.name}.restoring")
        # What a killed process left.
        shutil.rmtree(ready, ignore_errors=True)
        try:
            ready.mkdir()
            _fill(ready, folder, parts, settings)
            if not manifest.with_raw:
                _keep_raw(ready, settings)
            _refuse_in_use(settings)
            _load(databases, folder)
            former = None if is_empty else home.with_name(f"{home.name}.before-{now:%Y-%m-%dT%H%M%SZ}")
            _put_in_place(ready, home, former)
        except BaseException:
            shutil.rmtree(ready, ignore_errors=True)
            raise
        write_instance_settings(settings)
    return manifest, former


def _refuse_unfit(settings: Settings, manifest: Manifest, databases: Sequence[Database]) -> None:
    named = sorted(database.name for database in databases)
    if named != sorted(manifest.databases):
        held, wanted = (", ".join(names) or "none" for names in (manifest.databases, named))
        raise BackupError(
            f"the back-up holds databases of servers: {held}; the settings name servers for: {wanted}; set ECOM_TARGET "
            "and ECOM_DAGSTER_POSTGRES_URL as they were when it was taken"
        )
    if manifest.warehouse is not None and settings.duckdb_path.name != manifest.warehouse:
        raise BackupError(
            f"the back-up's warehouse is {manifest.warehouse}, whose views name it, and ECOM_DUCKDB_PATH names "
            f"{settings.duckdb_path.name}; give it the same file name"
        )
    if settings.home.is_mount():
        raise BackupError(f"{settings.home} is a mount, which cannot be renamed; name a folder in it in ECOM_HOME")


def _refuse_in_use(settings: Settings) -> None:
    """Refuse to move a home that somebody works in; one that is damaged tells of no run, and is why it is replaced."""
    if not settings.dagster_in_postgres:
        # A database of the history is empty, and a look into it would make its tables.
        with suppress(dg.DagsterError, SQLAlchemyError, sqlite3.Error):
            refuse_while_running(settings)
    refuse_open(settings.home)


def _fill(ready: Path, folder: Path, parts: Sequence[Part], settings: Settings) -> None:
    """Copy the parts of a back-up to where they lie in a home, with the addresses in them of the home to be."""
    for part in parts:
        place = part.place_below(settings.home, ready)
        for source in files_of(Part(part.name, folder / part.name, part.variable)).values():
            below = source.relative_to(folder / part.name)
            copy_at_rest(source, place if source == folder / part.name else place / below)
        if part.name == STORE and place.exists():
            ensure_store(place, settings.mlflow_artifact_dir)


def _keep_raw(ready: Path, settings: Settings) -> None:
    """Copy the landing folder of the former home; without one leave empty folders, into which no sample is written."""
    part = raw_part(settings)
    if not settings.raw_dir.is_relative_to(settings.home):
        return
    place = part.place_below(settings.home, ready)
    for name, source in files_of(part).items():
        copy_at_rest(source, place / Path(name).relative_to(RAW))
    for name in settings.sources:
        (place / name).mkdir(parents=True, exist_ok=True)


def _load(databases: Sequence[Database], folder: Path) -> None:
    filled: list[str] = []
    for database in databases:
        try:
            load(database, folder / database.name)
        except BackupError as error:
            if not filled:
                raise
            raise BackupError(f"{error}; {', '.join(filled)} is filled already: drop it and make it anew") from error
        filled.append(str(database))


def _put_in_place(ready: Path, home: Path, former: Path | None) -> None:
    """Give a folder the name of the home, and the home that is there another one."""
    if former is None:
        ready.rename(home)
        return
    ready.chmod(home.stat().st_mode)
    home.rename(former)
    try:
        ready.rename(home)
    except OSError:
        former.rename(home)
        raise
