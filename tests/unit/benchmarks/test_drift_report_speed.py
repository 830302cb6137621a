"""The benchmark of drift reports: every way is timed on the same windows, and a missed goal is told."""

from __future__ import annotations

import pytest

from benchmarks.drift_report_speed.__main__ import Timed, main, measured, table


def test_each_way_is_timed_and_the_page_is_small_beside_its_script() -> None:
    imported, ours, alone = measured(rows=600, columns=10)
    assert imported.page_bytes == 0
    assert 0 < ours.page_bytes < ours.script_bytes < alone.page_bytes
    assert min(each.seconds for each in (imported, ours, alone)) >= 0.0


def test_a_missed_goal_is_told() -> None:
    lines = table([Timed("quick", 1.0, 1.0, 10_000, 0), Timed("slow", 20.1, 1.0, 10_000, 0)]).splitlines()
    assert [" met " in each for each in lines[2:4]] == [True, False]
    assert " missed " in lines[3]


def test_the_table_can_be_printed_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", "600", "--columns", "2", "--print-only"]) == 0
    assert "A drift report of 600 rows by 2 columns" in capsys.readouterr().out
