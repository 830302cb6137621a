"""Nothing is copied or moved while somebody else works on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ecom_assets.backup.alone import alone
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.taking import prune
from ecom_assets.backup.use import refuse_open
from ecom_assets.environment import Settings
from ecom_assets.instance import opened_instance
from tests.hanging_run import hanging_run
from tests.unit.backup.homes import (
    NAME,
    NOW,
    backed_up,
    folders,
    opened_by_another,
    restored,
)


def test_two_at_once_are_refused(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with alone(tmp_path / "out" / ".lock", tmp_path / "out"):
        with pytest.raises(BackupError, match="another back-up or restoration is at work"):
            backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))
        with pytest.raises(BackupError, match="another back-up or restoration is at work"):
            prune(tmp_path / "out", 1)
    with (
        alone(tmp_path / "home.restoring.lock", settings.home),
        pytest.raises(BackupError, match=f"is at work in {settings.home}"),
    ):
        restored(settings, folder, replace=True)
    assert folders(tmp_path / "out") == [NAME]
    backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))


def test_a_run_under_way_is_named(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with opened_instance(settings) as instance, hanging_run(instance.root_directory, "a_pool"):
        [run] = instance.get_runs()
        with pytest.raises(BackupError, match=rf"run {run.run_id} \(hanging_job\) is under way"):
            backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))
        with pytest.raises(BackupError, match=run.run_id):
            restored(settings, folder, replace=True)
    assert folders(tmp_path / "out") == [NAME]
    # Its process is gone: nobody works in the home any more.
    backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))


def test_a_home_that_another_process_works_in_is_not_moved(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with opened_by_another(settings.reports_dir / "index.html") as pid:
        with pytest.raises(BackupError, match=rf"process {pid} \(.+\) has files of {settings.home} open"):
            restored(settings, folder, replace=True)
        refuse_open(tmp_path / "out")
    assert folders(tmp_path) == ["home", "out"]
    restored(settings, folder, replace=True)


def test_a_process_does_not_stand_in_its_own_way(settings: Settings) -> None:
    with (settings.reports_dir / "index.html").open():
        refuse_open(settings.home)
