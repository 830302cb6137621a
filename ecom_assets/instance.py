"""Dagster's instance: its generated settings, and the repair of what a killed process left behind.

Belongs here: ``dagster.yaml``, dead runs and their pool slots. Does not belong here: definitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import dagster as dg
import psutil
import yaml

from ecom_assets.environment import DAGSTER_POSTGRES_URL, Settings

SETTINGS_FILE = "dagster.yaml"
# A run is alive only if its process started before it said so; a reused process id did not.
_CLOCK_TOLERANCE_SECONDS = 2.0
# How long a run whose process was killed may keep others waiting while the daemon is up: one look, then its slots.
_LOOK_AT_RUNS_EVERY_SECONDS = 20
_FREE_SLOTS_AFTER_SECONDS = 20
# Ticks say what a schedule or a sensor has looked at; what it asked for stands in the runs. Those that asked for
# nothing come every half minute.
_TICK_DAYS = {"skipped": 7, "success": 90, "failure": 90, "started": 90}
_UNFINISHED = (
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def instance_settings(settings: Settings) -> dict[str, object]:
    """Return the content of ``dagster.yaml``."""
    return {
        **_storage(settings),
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "concurrency": {"pools": {"granularity": "op", "default_limit": settings.engine.pool_limit}},
        "run_launcher": {"module": "ecom_assets.run_launcher", "class": settings.run_launcher},
        "run_monitoring": {
            "enabled": True,
            "poll_interval_seconds": _LOOK_AT_RUNS_EVERY_SECONDS,
            "free_slots_after_run_end_seconds": _FREE_SLOTS_AFTER_SECONDS,
        },
        "retention": {kind: {"purge_after_days": dict(_TICK_DAYS)} for kind in ("schedule", "sensor")},
    }


def _storage(settings: Settings) -> dict[str, object]:
    """Return where runs, events and schedules are kept."""
    if settings.dagster_in_postgres:
        # The name of the variable, not its value, which holds a password.
        database = {"postgres_url": {"env": DAGSTER_POSTGRES_URL}}
        return {
            "run_storage": {"module": "dagster_postgres", "class": "PostgresRunStorage", "config": database},
            "event_log_storage": {
                "module": "ecom_assets.postgres_event_log",
                "class": "OpenPostgresEventLogStorage",
                "config": database,
            },
            "schedule_storage": {"module": "dagster_postgres", "class": "PostgresScheduleStorage", "config": database},
        }
    return {
        "event_log_storage": {
            "module": "ecom_assets.event_log",
            "class": "OpenSqliteEventLogStorage",
            # Where Dagster's own class has its files: an instance from before keeps its history.
            "config": {"base_dir": str(settings.dagster_home / "history" / "runs")},
        }
    }


def write_instance_settings(settings: Settings) -> None:
    """Write ``dagster.yaml`` if it is missing or says something else.

    The file changes in one step: a process that read it half written would run without the pool's limit.
    """
    path = settings.dagster_home / SETTINGS_FILE
    content = "# Generated; edits are overwritten.\n" + yaml.safe_dump(instance_settings(settings))
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_text() == content:
        return
    with NamedTemporaryFile("w", dir=settings.dagster_home, delete=False) as complete:
        complete.write(content)
    Path(complete.name).replace(path)


@contextmanager
def opened_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance of the settings.

    Raises
    ------
    dagster.DagsterError
        If the instance folder cannot be used.
    """
    write_instance_settings(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        yield instance


@contextmanager
def opened_history(settings: Settings) -> Iterator[dg.DagsterInstance | None]:
    """Open the instance as it is, without making or changing one; None if there is none yet.

    Raises
    ------
    dagster.DagsterError
        If the instance folder cannot be used.
    """
    folder = settings.dagster_home
    is_there = settings.dagster_in_postgres or (folder / "history" / "runs.db").exists()
    if not is_there or not (folder / SETTINGS_FILE).exists():
        yield None
        return
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


def unfinished_runs(instance: dg.DagsterInstance) -> tuple[list[dg.DagsterRun], list[dg.DagsterRun]]:
    """Return the runs that have begun and not ended: those under way, and the dead, whose process is gone."""
    alive: list[dg.DagsterRun] = []
    dead: list[dg.DagsterRun] = []
    for run in instance.get_runs(dg.RunsFilter(statuses=list(_UNFINISHED))):
        process = executing_process(instance, run.run_id)
        (alive if process is None or is_alive(*process) else dead).append(run)
    return alive, dead


def close_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail every unfinished run whose process is gone and free its pool slots; return the run ids.

    A killed process leaves its run "started" and its slot taken, and the next run would wait for ever.
    """
    _, dead = unfinished_runs(instance)
    for run in dead:
        instance.report_run_failed(run, message="The process of this run is gone; closed by the next run.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def executing_process(instance: dg.DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """Return process id and time of the last sign that a process gave of working on the run."""
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    for record in reversed(records):
        event = record.event_log_entry.dagster_event
        metadata = event.engine_event_data.metadata if event else {}
        if "pid" in metadata:
            return int(str(metadata["pid"].value)), record.event_log_entry.timestamp
    return None


def is_alive(pid: int, seen_at: float) -> bool:
    """Return whether the process that was seen at that time (seconds since 1970) still runs."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= seen_at + _CLOCK_TOLERANCE_SECONDS
    except psutil.NoSuchProcess:
        return False
