"""The machine: room on the disk of the home, rights in it, its clock and time zones.

Belongs here: what the operating system says. Does not belong here: installed software (``software``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ecom_assets.doctor.finding import Finding, ok, problem, warning
from ecom_assets.environment import Settings
from ecom_assets.schedules import TIME_ZONE

_DISK, _HOME, _CLOCK, _ZONES = "disk", "home", "clock", "time zones"
# A home takes some five times the bytes of plain raw files, and tables that are built anew stand twice for a while;
# compressed files and small samples are covered by the least.
TIMES_RAW = 8
LEAST_BYTES = 1_000_000_000
# What a run needs beside what stands already: a table is written anew beside the old one.
_SPARE_BYTES = 500_000_000
_MEGABYTE = 1_000_000
# Clocks of file systems and machines differ by less.
_CLOCK_TOLERANCE = timedelta(minutes=2)


def machine_findings(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """Look at the machine."""
    stands = _nearest(settings.home)
    return [
        home_finding(settings.home, is_writable=os.access(stands, os.W_OK | os.X_OK)),
        disk_finding(shutil.disk_usage(stands).free, size_of(settings.raw_dir), size_of(settings.home)),
        clock_finding(datetime.now(UTC), _newest(settings)),
        zone_finding((TIME_ZONE, environ.get("TZ", ""))),
    ]


def home_finding(home: Path, *, is_writable: bool) -> Finding:
    """Judge whether the home can be written, or made where it is not there."""
    if is_writable:
        return ok(_HOME, f"{home} {'can be written' if home.exists() else 'can be made'}")
    return problem(_HOME, f"{home} cannot be written by this user", "change its rights, or name another in ECOM_HOME")


def disk_finding(free: int, raw: int, home: int) -> Finding:
    """Judge whether there is room for a run.

    Parameters
    ----------
    free
        Free bytes of the disk of the home.
    raw
        Bytes of the raw files.
    home
        Bytes that the home takes already.
    """
    needed = max(max(TIMES_RAW * raw, LEAST_BYTES) - home, _SPARE_BYTES)
    words = f"{_megabytes(free)} MB free, {_megabytes(needed)} MB needed for raw files of {_megabytes(raw)} MB"
    if free < needed:
        return warning(_DISK, words, "free space, or name a home on another disk in ECOM_HOME")
    return ok(_DISK, words)


def clock_finding(now: datetime, newest: datetime | None) -> Finding:
    """Judge the clock: it cannot be earlier than what was written by it.

    Parameters
    ----------
    now
        What the clock says, with its zone.
    newest
        When the home was last written; None if it never was.
    """
    words = f"{now:%Y-%m-%d %H:%M} UTC"
    if newest is not None and now + _CLOCK_TOLERANCE < newest:
        words = f"{words}, but the home was written at {newest:%Y-%m-%d %H:%M} UTC"
        return problem(_CLOCK, words, "set the clock: a run from the future would pass for the newest for ever")
    return ok(_CLOCK, words)


def zone_finding(names: tuple[str, ...]) -> Finding:
    """Judge whether the machine knows time zones by their names; an empty name asks for nothing."""
    asked = [name.removeprefix(":") for name in names if name]
    unknown = [name for name in asked if not _is_known(name)]
    if unknown:
        words = f"{', '.join(unknown)} unknown to this machine"
        return warning(_ZONES, words, "install the package tzdata, or unset TZ if the name is misspelt there")
    return ok(_ZONES, f"{', '.join(asked)}; schedules tick by {TIME_ZONE}")


def size_of(folder: Path) -> int:
    """Return the bytes of all files of a folder; none if it is not there."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _newest(settings: Settings) -> datetime | None:
    files = [settings.duckdb_path, settings.dagster_home / "history" / "runs.db"]
    written = [path.stat().st_mtime for path in files if path.exists()]
    return datetime.fromtimestamp(max(written), UTC) if written else None


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest folder above it that is there."""
    return next(each for each in (path, *path.parents) if each.exists())


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _megabytes(count: int) -> str:
    return f"{count / _MEGABYTE:,.0f}"
