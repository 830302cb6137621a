"""The event log with open connections: the same history as Dagster's own class, and few files open."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import psutil
from dagster._core.storage.event_log import SqliteEventLogStorage

from ecom_assets.environment import load_settings
from ecom_assets.event_log import OpenSqliteEventLogStorage
from ecom_assets.instance import opened_instance


@dg.asset
def orders() -> None:
    """Stand for any asset."""


def materialised(instance: dg.DagsterInstance) -> str:
    return dg.materialize([orders], instance=instance).run_id


def open_files(folder: Path) -> set[str]:
    return {Path(opened.path).name for opened in psutil.Process().open_files() if opened.path.startswith(str(folder))}


def test_the_platform_uses_it_and_dagsters_own_class_reads_the_same_events(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    with opened_instance(settings) as instance:
        assert isinstance(instance.event_log_storage, OpenSqliteEventLogStorage)
        run_id = materialised(instance)
        written = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
    assert dg.DagsterEventType.ASSET_MATERIALIZATION in written
    own = SqliteEventLogStorage(str(settings.dagster_home / "history" / "runs"))
    assert [entry.dagster_event_type for entry in own.get_logs_for_run(run_id)] == written


def test_old_runs_are_not_kept_open_and_nothing_is_after_the_end(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    folder = settings.dagster_home / "history" / "runs"
    with opened_instance(settings) as instance:
        runs = [materialised(instance) for _ in range(6)]
        assert all(instance.all_logs(run_id) for run_id in runs)
        databases = {name for name in open_files(folder) if name.endswith(".db")}
        assert 1 <= len(databases) <= 4
    assert open_files(folder) == set()


def test_a_wiped_log_takes_new_runs(tmp_path: Path) -> None:
    with opened_instance(load_settings({"ECOM_HOME": str(tmp_path)})) as instance:
        before = materialised(instance)
        instance.wipe()
        assert instance.all_logs(before) == []
        assert instance.all_logs(materialised(instance))
