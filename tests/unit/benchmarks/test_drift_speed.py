"""All ways are timed on the same rows, and a missed goal is told."""

from __future__ import annotations

import numpy as np

from benchmarks.drift_speed.__main__ import Timed, table, timed
from benchmarks.drift_speed.ways import WAYS, windows


def test_both_windows_have_as_many_rows_and_the_panel_shares_entities() -> None:
    drawn = windows(800, seed=1)
    for reference, current in (drawn.independent, drawn.panel):
        assert len(reference.frame) == len(current.frame) == 800
        assert reference.frame.shape[1] == 25
    assert not np.intersect1d(drawn.independent[0].entity, drawn.independent[1].entity).size
    assert np.intersect1d(drawn.panel[0].entity, drawn.panel[1].entity).size
    assert len(np.unique(drawn.panel[0].period)) == 12


def test_every_way_is_timed() -> None:
    found = timed(WAYS, windows(800, seed=1), repetitions=1)
    assert [each.way for each in found] == [way.name for way in WAYS]
    assert all(each.seconds > 0.0 for each in found)


def test_the_table_says_which_goal_was_missed() -> None:
    lines = table([Timed("quick", 1.0, 0.9, 2.0), Timed("slow", 2.5, 2.0, 2.0), Timed("beside", 9.0, 9.0, None)], 3)
    assert "| quick | 1.00 | 0.90 | ≤ 2 s: met |" in lines
    assert "≤ 2 s: missed" in lines
    assert "| beside | 9.00 | 9.00 | - |" in lines
