"""The folder of reports: written whole, the newest kept, scripts gone with the last page that asks for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.monitoring.report.archive import obsolete, prune, write_report
from ml_assets.monitoring.report.parts import Report
from ml_assets.monitoring.report.scripts import SharedScript, shared_script

DAYS = [date(2018, month, 1) for month in range(1, 9)]
OLD = SharedScript("evidently-old.js", "old();")


def report(script: SharedScript) -> Report:
    return Report(f'<script src="{script.link}"></script>', "{}", script)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_newest_stay_and_those_that_a_decision_rests_on() -> None:
    assert obsolete(DAYS, 3, ()) == set(DAYS[:5])
    assert obsolete(reversed(DAYS), 3, {DAYS[1], DAYS[7]}) == {DAYS[0], DAYS[2], DAYS[3], DAYS[4]}
    assert obsolete([], 1, ()) == set()
    with pytest.raises(ValueError, match="keep at least the newest one"):
        obsolete(DAYS, 0, ())


@given(as_ofs=st.lists(st.dates(), max_size=30), keep=st.integers(1, 40), still_open=st.sets(st.dates(), max_size=5))
def test_what_goes_is_older_than_all_that_stays_but_the_open_ones(
    as_ofs: list[date], keep: int, still_open: set[date]
) -> None:
    goes = obsolete(as_ofs, keep, still_open)
    stays = set(as_ofs) - goes
    assert goes <= set(as_ofs) - still_open
    assert len(stays - still_open) <= keep <= max(keep, len(stays))
    assert all(gone < min(sorted(set(as_ofs), reverse=True)[:keep]) for gone in goes)


def test_a_report_is_three_files_and_the_script_is_written_once(tmp_path: Path) -> None:
    for as_of in DAYS[:2]:
        write_report(tmp_path / "model_a" / f"{as_of}.html", report(OLD))
    assert names(tmp_path) == {
        "assets/evidently-old.js",
        "model_a/2018-01-01.html",
        "model_a/2018-01-01.json",
        "model_a/2018-02-01.html",
        "model_a/2018-02-01.json",
    }
    assert (tmp_path / "assets" / OLD.name).read_text() == OLD.content


def test_old_pages_go_with_their_json_and_with_scripts_that_none_asks_for(tmp_path: Path) -> None:
    for model in ("model_a", "model_b"):
        for as_of in DAYS[:4]:
            script = OLD if as_of == DAYS[0] else SharedScript("evidently-new.js", "new();")
            write_report(tmp_path / model / f"{as_of}.html", report(script))
    write_report(tmp_path / "model_a" / "notes.html", report(SharedScript("evidently-notes.js", "")))
    gone = prune(tmp_path, 2, {"model_b": [DAYS[1]]})
    assert [path.relative_to(tmp_path).as_posix() for path in gone] == [
        "model_a/2018-01-01.html",
        "model_a/2018-01-01.json",
        "model_a/2018-02-01.html",
        "model_a/2018-02-01.json",
        "model_b/2018-01-01.html",
        "model_b/2018-01-01.json",
        "assets/evidently-old.js",
    ]
    assert not any(path.exists() for path in gone)
    assert {name for name in names(tmp_path) if name.startswith("assets")} == {
        "assets/evidently-new.js",
        "assets/evidently-notes.js",
    }
    assert "model_b/2018-02-01.html" in names(tmp_path)
    assert prune(tmp_path, 2, {"model_b": [DAYS[1]]}) == ()


def test_the_script_of_today_stays_before_its_first_page_is_there(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / shared_script().name).touch()
    assert prune(tmp_path, 1, {}) == ()


def test_a_page_that_another_process_has_just_removed_stops_nothing(tmp_path: Path) -> None:
    write_report(tmp_path / "model_a" / f"{DAYS[1]}.html", report(OLD))
    # A link to nothing is listed, and cannot be read.
    (tmp_path / "model_a" / f"{DAYS[2]}.html").symlink_to(tmp_path / "gone.html")
    assert prune(tmp_path, 2, {}) == ()


def test_a_folder_that_is_not_there_needs_no_pruning(tmp_path: Path) -> None:
    assert prune(tmp_path / "drift", 1, {}) == ()
