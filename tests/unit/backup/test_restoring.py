"""A home is put back in one step, and the one that was there is kept."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import read_manifest
from ecom_assets.environment import Settings
from ml_assets.registry.stored import stored_champions
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


def test_a_home_is_put_back_elsewhere_and_no_sample_passes_for_its_raw_files(
    settings: Settings, tmp_path: Path
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    new = settings_of(tmp_path / "elsewhere" / "home")
    manifest, former = restored(new, folder)
    assert (manifest, former) == (read_manifest(folder), None)
    assert numbers(new.home) == [(1,), (2,)]
    assert (new.reports_dir / "index.html").read_text() == "this is reports/index.html"
    # Folders without files: a run asks for the files, and does not write a sample in their place.
    assert folders(new.raw_dir) == ["olist"]
    assert folders(new.home.parent) == ["home"]


def test_a_home_that_is_there_is_moved_aside_and_its_raw_files_stay(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        connection.execute("delete from numbers where n = 1")
    before = contents(settings.home)
    settings.home.chmod(0o750)
    with pytest.raises(BackupError, match="is not empty; ARGS=--replace moves it aside"):
        restored(settings, folder)
    assert contents(settings.home) == before
    _, former = restored(settings, folder, replace=True)
    assert former == tmp_path / f"home.before-{NAME}"
    assert contents(former) == before
    assert numbers(settings.home) == [(1,), (2,)]
    assert settings.home.stat().st_mode & 0o777 == 0o750
    assert (settings.raw_dir / "olist" / "orders.csv").read_text() == "this is raw/olist/orders.csv"


def test_raw_files_of_the_back_up_take_the_place_of_those_that_are_there(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out", with_raw=True)
    landed = settings.raw_dir / "olist" / "orders.csv"
    landed.write_text("another delivery")
    restored(settings, folder, replace=True)
    assert landed.read_text() == "this is raw/olist/orders.csv"


def test_what_a_killed_restoration_left_is_not_taken_over(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    left = tmp_path / "new.restoring" / "reports" / "foreign.html"
    left.parent.mkdir(parents=True)
    left.write_text("of another back-up")
    restored(settings_of(tmp_path / "new"), folder)
    assert [path.name for path in (tmp_path / "new" / "reports").iterdir()] == ["index.html"]
    assert not left.parent.exists()


def test_a_home_that_cannot_be_put_in_place_leaves_the_former_one_there(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    before = contents(settings.home)
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.name == "home.restoring":
            raise OSError("no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="no"):
        restored(settings, folder, replace=True)
    assert contents(settings.home) == before
    assert folders(tmp_path) == ["home", "out"]


def test_a_home_whose_warehouse_is_damaged_can_be_replaced(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out", with_raw=True)
    settings.duckdb_path.write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError, match="cannot be read"):
        backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))
    restored(settings, folder, replace=True)
    assert numbers(settings.home) == [(1,), (2,)]


def test_the_store_that_is_put_back_finds_its_files_in_the_new_home(
    settings: Settings, store_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(store_file, settings.home / "mlflow.db")
    add_champion(settings.home / "mlflow.db", settings.mlflow_artifact_dir)
    folder = backed_up(settings, tmp_path / "out")
    assert read_manifest(folder).champions == {MODEL: "3"}
    new = settings_of(tmp_path / "new")
    restored(new, folder)
    champion = stored_champions(new.home / "mlflow.db", new.mlflow_artifact_dir)[MODEL]
    assert champion.number == "3"
    assert champion.folder == new.home / "mlartifacts" / "1" / "model"
    assert (champion.folder / "model.json").read_text() == "{}"
