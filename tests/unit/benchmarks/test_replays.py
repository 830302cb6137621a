"""Replays of whole worlds: which there are, what is said of them, and that what was made is not made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.replays import __main__ as command
from benchmarks.replays import worlds
from benchmarks.replays.tables import world_table
from benchmarks.replays.worlds import World, real_world, replayed, sample_worlds
from ecom_assets.environment import Settings
from ecom_assets.replay.wanted import Wanted
from ml_assets.files import write_text
from ml_assets.replay.alarms import Truth
from ml_assets.replay.page import ReplayResult
from tests.unit.replay.made_page import SHIFT, page_of

SMALLEST = 0.005


def result(truth: Truth = SHIFT, rows: int = 4) -> ReplayResult:
    return page_of(truth, rows)[1]


def cells(table: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| churn_things")]


def test_each_sample_with_a_shift_has_a_twin_without() -> None:
    found = {world.name: world for world in sample_worlds()}
    assert len(found) == 4
    for source in ("olist", "retailrocket"):
        shifted, steady = found[f"{source}_shift"], found[f"{source}_steady"]
        assert shifted.drift is not None
        assert shifted.wanted.truth == Truth(shift_from=shifted.drift.start)
        assert shifted.wanted.since is not None
        assert shifted.wanted.since < shifted.drift.start
        assert steady.drift is None
        assert steady.wanted == replace(shifted.wanted, truth=Truth(is_steady=True))
        assert shifted.sources == steady.sources == (source,)


def test_real_files_are_replayed_as_the_command_does_by_default(tmp_path: Path) -> None:
    assert real_world(tmp_path).wanted == Wanted()


def test_a_planted_shift_is_told_with_false_alarms_and_delay() -> None:
    table = world_table("orders: slower", result())
    assert table.startswith("## Orders: slower\n\n")
    assert cells(table) == [
        ["churn_things, never", "0.7000", "-", "0", "0", "-", "-", "-"],
        ["churn_things, drift", "0.6000", "+0.1000 (+0.1000 to +0.1000)", "2", "1", "2", "0.0", "27 days"],
    ]
    assert "2018-01-31 to 2018-03-31, 4 rows of 4 entities. A shift begins" in table


def test_alarms_where_nothing_changes_are_all_false() -> None:
    [_, drift] = cells(world_table("steady", result(Truth(is_steady=True))))
    assert drift[-3:] == ["2", "12.4", "-"]


def test_of_real_data_no_alarm_is_called_false() -> None:
    [_, drift] = cells(world_table("real files", result(Truth())))
    assert drift[-3:] == ["2", "-", "-"]


def test_without_judged_rows_alarms_are_told_alone() -> None:
    [never, drift] = cells(world_table("short", result(rows=0)))
    assert never[1:3] == drift[1:3] == ["-", "-"]
    assert drift[3:] == ["2", "1", "2", "0.0", "27 days"]


def test_what_lies_in_the_folder_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, Path, Wanted]] = []
    said: list[str] = []

    def once(settings: Settings, wanted: Wanted, folder: Path, say: Callable[[str], None]) -> Path:
        asked.append((settings.raw_dir, folder, wanted))
        say("a day")
        page = folder / "index.html"
        write_text(page.with_suffix(".json"), result().model_dump_json())
        return page

    [world] = [each for each in sample_worlds() if each.name == "retailrocket_shift"]
    monkeypatch.setattr(worlds, "replay", once)
    monkeypatch.setitem(worlds._SCALES, "retailrocket", SMALLEST)
    assert replayed(world, tmp_path, said.append) == result()
    assert said == ["retailrocket_shift: a day"]
    written = {path: path.stat().st_mtime_ns for path in asked[0][0].rglob("*")}
    assert replayed(world, tmp_path, print) == result()
    assert asked == [(tmp_path / "retailrocket_shift_raw", tmp_path / "retailrocket_shift", world.wanted)] * 2
    assert {path: path.stat().st_mtime_ns for path in asked[0][0].rglob("*")} == written
    assert any(path.parent.name == "retailrocket" for path in written)


def test_the_page_tells_of_real_files_only_if_there_are_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    homes: list[Path] = []

    def told(world: World, home: Path, say: Callable[[str], None]) -> ReplayResult:
        homes.append(home)
        say("a day")
        return result(world.wanted.truth)

    monkeypatch.setattr(command, "replayed", told)
    assert command.main(["--print-only"]) == 0
    samples = capsys.readouterr()
    assert samples.out.count("\n## ") == 4
    assert samples.err == "a day\n" * 4
    assert command.main(["--print-only", "--raw", str(tmp_path), "--kept", str(tmp_path / "kept")]) == 0
    assert "## Real files" in capsys.readouterr().out
    assert homes[-1] == tmp_path / "kept"
    assert tmp_path not in homes[0].parents
