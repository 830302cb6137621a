"""The explicit download: what is copied, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.kaggle import download_source, kaggle_downloader
from tests.fixtures.landing import tiny_source


def downloaded(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
    return folder


def test_declared_files_are_copied_and_others_left(tmp_path: Path) -> None:
    cache = downloaded(tmp_path, "things.csv", "clicks.csv", "extras_part2.csv", "readme.txt")
    written = download_source(tiny_source(), tmp_path / "raw", {"nobody/tiny": str(cache)}.__getitem__)
    assert [path.name for path in written] == ["things.csv", "clicks.csv", "extras_part2.csv"]
    assert sorted(path.name for path in (tmp_path / "raw" / "tiny").iterdir()) == sorted(path.name for path in written)


def test_an_incomplete_download_copies_nothing(tmp_path: Path) -> None:
    cache = downloaded(tmp_path, "things.csv")
    with pytest.raises(LoadError, match="lacks clicks; nothing was copied"):
        download_source(tiny_source(), tmp_path / "raw", lambda _: str(cache))
    assert not (tmp_path / "raw").exists()


def test_files_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    cache = downloaded(tmp_path, "things.csv", "clicks.csv")
    download_source(tiny_source(), tmp_path / "raw", lambda _: str(cache))
    with pytest.raises(LoadError, match=r"already holds things\.csv, clicks\.csv"):
        download_source(tiny_source(), tmp_path / "raw", lambda _: str(cache))


def test_without_the_optional_package_the_repair_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(LoadError, match="pip install"):
        kaggle_downloader()
