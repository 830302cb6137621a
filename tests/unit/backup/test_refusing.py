"""What is damaged, or does not fit the settings, is refused by its name, and nothing is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import MANIFEST, read_manifest, verify
from ecom_assets.backup.restoring import restore
from ecom_assets.environment import Settings, load_settings
from tests.unit.backup.homes import (
    NOW,
    backed_up,
    folders,
    numbers,
    restored,
    settings_of,
)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("reports/index.html", b"this is reports/index.htmL", "reports/index.html is damaged"),
        ("reports/index.html", None, "reports/index.html is missing"),
        ("reports/other.html", b"", "reports/other.html does not belong to it"),
        (MANIFEST, b"{}", "manifest.json cannot be read"),
    ],
)
def test_a_damaged_back_up_is_refused_by_the_name_of_the_file(
    settings: Settings, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(BackupError, match=words):
        restored(settings_of(tmp_path / "new"), folder)
    assert folders(tmp_path) == ["home", "out"]


def test_of_many_damaged_files_the_first_ones_are_named(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    for number in range(7):
        (folder / f"{number}.txt").write_text("")
    with pytest.raises(BackupError, match=r"4.txt does not belong to it and 2 more; take another one"):
        verify(folder, read_manifest(folder))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"MLFLOW_TRACKING_URI": "http://models.example"}, "are kept by http://models.example"),
        ({"ECOM_REPORTS_DIR": "/elsewhere"}, "unset ECOM_REPORTS_DIR"),
        ({"ECOM_DUCKDB_PATH": "/elsewhere/other.duckdb"}, "whose views name it"),
        ({"ECOM_HOME": "/"}, "is a mount"),
        ({"ECOM_DAGSTER_POSTGRES_URL": "postgresql://a:b@localhost/c"}, "the settings name servers for: dagster.dump"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    settings: Settings, tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    environ = {"ECOM_HOME": str(tmp_path / "new"), "ECOM_SOURCES": "olist"} | variables
    with pytest.raises(BackupError, match=words):
        restore(load_settings(environ), environ, folder, replace=False, now=NOW)
    assert folders(tmp_path) == ["home", "out"]


def test_what_a_server_of_mlflow_keeps_is_not_left_out_in_silence(settings: Settings, tmp_path: Path) -> None:
    served = settings_of(settings.home, MLFLOW_TRACKING_URI="http://models.example")
    with pytest.raises(BackupError, match=r"are kept by http://models\.example"):
        backed_up(served, tmp_path / "out")
    with pytest.raises(BackupError, match="leave --without-mlflow out"):
        backed_up(settings, tmp_path / "out", with_store=False)
    assert not (tmp_path / "out").exists()
    folder = backed_up(served, tmp_path / "out", with_store=False)
    assert "models/a/training.json" in read_manifest(folder).files
    with pytest.raises(BackupError, match="name MLflow's server in MLFLOW_TRACKING_URI"):
        restored(settings_of(tmp_path / "new"), folder)
    restored(settings_of(tmp_path / "new", MLFLOW_TRACKING_URI="http://models.example"), folder)
    assert numbers(tmp_path / "new") == [(1,), (2,)]
