"""Which file is a part of which table."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import combined_fingerprint, discover, landed_fingerprint
from tests.fixtures.landing import tiny_source


def landing_with(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
    return tmp_path


def test_parts_are_recognised_and_ordered_by_date_with_the_undated_first(tmp_path: Path) -> None:
    raw_dir = landing_with(
        tmp_path, "things_2018-10-02.csv", "things.csv.gz", "things_2018-10.csv", "things_2017-12.csv", "clicks.csv"
    )
    landing = discover(raw_dir, tiny_source())
    assert [part.name for part in landing.parts["things"]] == [
        "things.csv.gz",
        "things_2017-12.csv",
        "things_2018-10.csv",
        "things_2018-10-02.csv",
    ]
    assert [part.name for part in landing.parts["clicks"]] == ["clicks.csv"]
    assert landing.parts["extras"] == ()
    assert landing.strays == ()


@pytest.mark.parametrize(
    "name",
    [
        "things_2018.csv",
        "things_sample.csv",
        "Things.csv",
        "things.txt",
        "things.csv.bz2",
        "things_2018-1.csv",
        "x.csv",
    ],
)
def test_a_name_that_is_not_declared_is_a_stray(tmp_path: Path, name: str) -> None:
    landing = discover(landing_with(tmp_path, name), tiny_source())
    assert landing.strays == (name,)
    assert not any(landing.parts.values())


def test_folders_are_strays_and_hidden_files_are_ignored(tmp_path: Path) -> None:
    raw_dir = landing_with(tmp_path, ".DS_Store")
    (raw_dir / "tiny" / "complete").mkdir()
    (raw_dir / "tiny" / "things.csv").mkdir()
    landing = discover(raw_dir, tiny_source())
    assert landing.strays == ("complete/", "things.csv/")


def test_members_at_the_top_of_an_archive_are_parts_and_nested_ones_are_strays(tmp_path: Path) -> None:
    raw_dir = landing_with(tmp_path)
    with zipfile.ZipFile(raw_dir / "tiny" / "archive.zip", "w") as archive:
        archive.writestr("things.csv", "a")
        archive.writestr("deep/clicks.csv", "b")
        archive.writestr("../clicks.csv", "c")
    landing = discover(raw_dir, tiny_source())
    [part] = landing.parts["things"]
    assert part.name == "archive.zip/things.csv"
    with part.opened(tmp_path) as path:
        assert path.read_text() == "a"
    assert not path.exists()
    assert set(landing.strays) == {"archive.zip/deep/clicks.csv", "archive.zip/../clicks.csv"}
    assert landing.parts["clicks"] == ()


def test_a_broken_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"archive\.zip is not a readable zip archive"):
        discover(landing_with(tmp_path, "archive.zip"), tiny_source())


def test_two_files_for_one_part_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"things\.csv and things\.csv\.gz .* both the same part of things"):
        discover(landing_with(tmp_path, "things.csv", "things.csv.gz"), tiny_source())


def test_a_missing_folder_says_where_to_put_the_files(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"tiny does not exist; put the files of Tiny there.*ECOM_RAW_DIR"):
        discover(tmp_path, tiny_source())


def test_the_fingerprint_changes_with_content_and_name_only(tmp_path: Path) -> None:
    raw_dir = landing_with(tmp_path, "things.csv", "things_2018-01.csv")
    parts = discover(raw_dir, tiny_source()).parts["things"]
    before = landed_fingerprint(parts)
    assert landed_fingerprint(reversed(parts)) == before
    parts[0].path.touch()
    assert landed_fingerprint(parts) == before
    parts[0].path.write_text("other")
    assert landed_fingerprint(parts) != before
    assert combined_fingerprint([("a", "1"), ("b", "2")]) != combined_fingerprint([("a", "2"), ("b", "1")])
