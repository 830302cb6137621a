"""The scoreboard on a terminal: who serves, what it reaches, and which claims that keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from ml_assets.reports.scoreboard import readme_block, scoreboard_json
from ml_assets.reports.terminal import scoreboard_lines, stored_rows
from ml_assets.reports.wording import with_interval
from tests.unit.reports.scoreboards import ROWS


def test_a_line_a_model_under_a_head() -> None:
    head, measured, unmeasured, nobody = scoreboard_lines(ROWS)
    assert head.split() == ["model", "serves", "AUC", "(interval)", "claims"]
    assert measured.endswith("0.791 (0.771 to 0.811)  met: AUC 0.75; not met: AUC 0.9877, Accuracy 0.85")
    assert unmeasured.startswith("churn_others  the rule       not measurable")
    assert "not evaluated" in nobody
    starts = {line.index(word) for line, word in ((measured, "boosted"), (unmeasured, "the rule"), (head, "serves"))}
    assert len(starts) == 1, "columns stand below each other"


def test_a_model_without_an_auc_is_named_by_its_first_row_whose_metric_is_said() -> None:
    other = replace(ROWS[0], model_name="cltv_things", metric="normalised_gini", claimed_target=None)
    rows = (other, replace(other, metric="share_of_noise"), *ROWS)
    line = scoreboard_lines(rows)[1]
    assert f"Normalised gini {with_interval(other.estimate)}  none" in line
    assert readme_block(rows).count("cltv_things") == 1
    assert "| Normalised gini |" in readme_block(rows)
    assert readme_block(rows).splitlines()[3:] == readme_block(ROWS).splitlines()[2:]


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
