"""The scoreboard on a terminal: who serves, what it reaches, and which claims that keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ml_assets.reports.scoreboard import scoreboard_json
from ml_assets.reports.terminal import scoreboard_lines, stored_rows
from tests.unit.reports.scoreboards import ROWS


def test_a_line_a_model_under_a_head() -> None:
    head, measured, unmeasured, nobody = scoreboard_lines(ROWS)
    assert head.split() == ["model", "serves", "AUC", "(interval)", "claims"]
    assert measured.endswith("0.791 (0.771 to 0.811)  met: AUC 0.75; not met: AUC 0.9877, Accuracy 0.85")
    assert unmeasured.startswith("churn_others  the rule       not measurable")
    assert "not evaluated" in nobody
    starts = {line.index(word) for line, word in ((measured, "boosted"), (unmeasured, "the rule"), (head, "serves"))}
    assert len(starts) == 1, "columns stand below each other"


def test_no_rows_give_no_lines() -> None:
    assert scoreboard_lines(()) == []


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "scoreboard.json"
    assert stored_rows(path) == ()
    path.write_text(scoreboard_json(ROWS))
    assert stored_rows(path) == ROWS
    path.write_text('[{"model_name": "x"}]')
    with pytest.raises(ValidationError, match="metric"):
        stored_rows(path)
