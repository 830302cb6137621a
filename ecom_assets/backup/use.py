"""Who works in a home.

Belongs here: runs under way, processes that have files of it open. Does not belong here: what is done about them.
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from ecom_assets.backup.errors import BackupError
from ecom_assets.environment import Settings
from ecom_assets.instance import opened_history, unfinished_runs


def refuse_while_running(settings: Settings) -> tuple[str, float] | None:
    """Make sure that no run is under way; return the run that was last at work, and when (seconds since 1970).

    Raises
    ------
    BackupError
        If one is; it is named.
    """
    with opened_history(settings) as instance:
        if instance is None:
            return None
        alive, _ = unfinished_runs(instance)
        latest = instance.get_run_records(limit=1, order_by="update_timestamp")
    if alive:
        runs = ", ".join(f"{run.run_id} ({run.job_name})" for run in alive)
        raise BackupError(f"run {runs} is under way; wait until it has finished or end it, then try again")
    return next(((record.dagster_run.run_id, record.update_timestamp.timestamp()) for record in latest), None)


def refuse_open(folder: Path) -> None:
    """Make sure that no other process of this user has a file below a folder open.

    Raises
    ------
    BackupError
        If one has; it is named.
    """
    users = [f"{process.pid} ({process.name()})" for process in psutil.process_iter() if _uses(process, folder)]
    if users:
        raise BackupError(
            f"process {', '.join(users)} has files of {folder} open; stop make ui or whatever it is, then try again"
        )


def _uses(process: psutil.Process, folder: Path) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return any(Path(file.path).is_relative_to(folder) for file in process.open_files())
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        # Another user's, or one that has just ended.
        return False
