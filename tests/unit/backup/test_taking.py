"""A home is copied whole, or nothing passes for a copy."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.backup import taking
from ecom_assets.backup.copying import copy_used
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import read_manifest, verify
from ecom_assets.backup.taking import prune
from ecom_assets.environment import Settings
from ecom_assets.instance import opened_instance
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.errors import WarehouseBusyError
from tests.unit.backup.homes import (
    MODEL,
    NAME,
    NOW,
    add_champion,
    backed_up,
    contents,
    folders,
    numbers,
    restored,
    settings_of,
)


def test_a_back_up_holds_what_its_manifest_names(settings: Settings, tmp_path: Path) -> None:
    before = contents(settings.home / "reports")
    folder = backed_up(settings, tmp_path / "out")
    assert folder == tmp_path / "out" / NAME
    manifest = read_manifest(folder)
    assert set(manifest.files) == {"warehouse.duckdb", "reports/index.html", "models/a/training.json"}
    assert (manifest.made_at, manifest.sources, manifest.with_raw) == (NOW, ["olist"], False)
    assert (manifest.warehouse, manifest.databases, manifest.champions) == ("warehouse.duckdb", [], {})
    assert numbers(folder) == [(1,), (2,)]
    assert contents(settings.home / "reports") == before
    assert folder.stat().st_mode & 0o077 == 0, "nobody else may read it"
    with_raw = backed_up(settings, tmp_path / "out", with_raw=True, now=NOW + timedelta(seconds=1))
    assert "raw/olist/orders.csv" in read_manifest(with_raw).files


def test_a_warehouse_that_is_held_is_waited_for_and_then_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = WarehouseBusyError(str(settings.duckdb_path), "process 7 (dbt)", 120)

    def refuse(*_: object) -> None:
        raise busy

    monkeypatch.setattr(DuckDBWarehouse, "_open", refuse)
    with pytest.raises(WarehouseBusyError, match=r"process 7 \(dbt\)"):
        backed_up(settings, tmp_path / "out")
    assert folders(tmp_path / "out") == []


def test_no_back_up_is_overwritten_and_none_lies_in_its_home(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    before = contents(folder)
    with pytest.raises(BackupError, match="no back-up is ever overwritten"):
        backed_up(settings, tmp_path / "out", with_raw=True)
    assert contents(folder) == before
    with pytest.raises(BackupError, match="lies in the home that is copied"):
        backed_up(settings, settings.home / "out")
    with pytest.raises(BackupError, match="has no warehouse"):
        backed_up(settings_of(tmp_path / "none"), tmp_path / "out")


def test_a_killed_back_up_passes_for_none_and_is_removed_by_the_next(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:

        def killed(source: Path, target: Path) -> None:
            copy_used(source, target)
            raise KeyboardInterrupt

        patch.setattr(taking, "copy_used", killed)
        # A process that is killed cleans nothing up.
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            backed_up(settings, out)
    [left] = [path for path in out.iterdir() if path.is_dir()]
    for folder in (left, out):
        with pytest.raises(BackupError, match="is no back-up; name another folder"):
            restored(settings_of(tmp_path / "new"), folder)
    assert not (tmp_path / "new").exists()
    folder = backed_up(settings, out)
    assert folders(out) == [NAME]
    with pytest.raises(BackupError, match=f"the newest is {folder}"):
        read_manifest(out)


def test_a_back_up_that_fails_leaves_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise BackupError(f"{source} could not be copied (No space left on device)")

    monkeypatch.setattr(taking, "copy_used", full)
    with pytest.raises(BackupError, match="No space left"):
        backed_up(settings, tmp_path / "out")
    assert folders(tmp_path / "out") == []


def test_only_the_newest_are_kept(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, second, third = (backed_up(settings, out, now=NOW + timedelta(days=day)) for day in (0, 1, 2))
    own = shutil.copytree(first, out / "kept by hand")
    assert prune(out, 2) == [first]
    assert {path for path in out.iterdir() if path.is_dir()} == {own, second, third}
    verify(third, read_manifest(third))
    assert prune(out, 2) == []


def test_a_run_that_came_and_went_while_files_were_copied_spoils_the_copy(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job(executor_def=dg.in_process_executor)
    def short_job() -> None:
        """Do nothing."""

    with opened_instance(settings) as instance:
        short_job.execute_in_process(instance=instance)

        def with_a_run(source: Path, target: Path) -> None:
            copy_used(source, target)
            if source.name == "index.html":
                short_job.execute_in_process(instance=instance)

        monkeypatch.setattr(taking, "copy_used", with_a_run)
        with pytest.raises(BackupError, match="a run was at work while files were copied"):
            backed_up(settings, tmp_path / "out")
        assert folders(tmp_path / "out") == []
        monkeypatch.undo()
        backed_up(settings, tmp_path / "out")


def test_a_home_without_the_files_of_who_serves_replaces_no_back_up(
    settings: Settings, store_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(store_file, settings.home / "mlflow.db")
    add_champion(settings.home / "mlflow.db", settings.mlflow_artifact_dir)
    shutil.rmtree(settings.mlflow_artifact_dir)
    with pytest.raises(BackupError, match=f"the files of {MODEL} version 3 are gone"):
        backed_up(settings, tmp_path / "out")
    (settings.home / "mlflow.db").write_bytes(b"no store")
    with pytest.raises(BackupError, match="the store of models cannot be read"):
        backed_up(settings, tmp_path / "out")
    assert folders(tmp_path / "out") == []
