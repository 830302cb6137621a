"""The scoreboard gathers what stands of each question, also of one that was never evaluated."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.question import Question
from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE, SCOREBOARD, WAREHOUSE_RESOURCE
from ml_assets.files import write_text
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.reports.model_lines import stored_lines
from ml_assets.scoreboard import build_scoreboard_asset, gathered_rows, serving_since
from tests.fixtures.question_home import SELLERS, QuestionHome
from tests.unit.registry.builders import evaluation, registered, saved

VISITORS = CHURN_RETAILROCKET_VISITORS


@pytest.fixture
def home(store_file: Path, tmp_path: Path) -> QuestionHome:
    """Return a home in which sellers were evaluated and the rule serves for them, and nothing is known of visitors."""
    home = QuestionHome.new(tmp_path, store_file)
    measured = evaluation().model_copy(update={"model_name": SELLERS.name})
    write_text(home.files.evaluation(SELLERS.name), measured.model_dump_json())
    return home


def board(home: QuestionHome, *questions: Question) -> dg.ExecuteInProcessResult:
    resources = {WAREHOUSE_RESOURCE: home.warehouse, FILES_RESOURCE: home.files, REGISTRY_RESOURCE: home.registry}
    return dg.materialize(
        [build_scoreboard_asset([QuestionFamily(question) for question in questions], "pool", "v1")],
        resources=resources,
    )


def models(home: QuestionHome) -> set[str]:
    return set(home.warehouse.read(SCOREBOARD)["model_name"])


def test_rows_stand_in_the_table_on_the_page_and_in_json_alike(home: QuestionHome) -> None:
    for _ in range(2):
        result = board(home, SELLERS, VISITORS)
    table = home.warehouse.read(SCOREBOARD)
    [event] = result.get_asset_materialization_events()
    assert event.materialization.metadata["dagster/row_count"].value == len(table) > 0
    assert models(home) == {SELLERS.name, VISITORS.name}
    page = home.files.scoreboard.read_text(encoding="utf-8")
    assert "churn" in page
    written = json.loads(home.files.scoreboard.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(json.dumps(written)) > 100
    assert "scoreboard.html" in home.files.index.read_text(encoding="utf-8")


def test_a_claim_that_was_dropped_leaves_no_row_and_other_questions_keep_theirs(home: QuestionHome) -> None:
    board(home, SELLERS, VISITORS)
    rows = len(home.warehouse.read(SCOREBOARD))
    board(home, replace(SELLERS, claims={}))
    left = home.warehouse.read(SCOREBOARD)
    assert 0 < len(left) < rows
    assert (left["model_name"] == VISITORS.name).sum() > 0


def test_it_says_who_serves(home: QuestionHome, tmp_path: Path) -> None:
    families = [QuestionFamily(VISITORS), QuestionFamily(SELLERS)]

    def said() -> str:
        serving = {family.name: home.registry.aliased(family.name, CHAMPION) for family in families}
        return json.dumps([str(row) for row in gathered_rows(families, home.files, serving)])

    assert "nobody" in said()
    folder = saved(tmp_path / "model")
    version = registered(home.registry, folder, "f", tags={CANDIDATE: "boosted_trees"})
    renamed = replace(SELLERS, name=version.name)
    home.registry.set_alias(version, CHAMPION)
    write_text(home.files.evaluation(version.name), evaluation().model_dump_json())
    serving = {renamed.name: home.registry.aliased(renamed.name, CHAMPION)}
    rows = gathered_rows([QuestionFamily(renamed)], home.files, serving)
    assert rows
    assert any("boosted trees" in str(row) for row in rows)


def test_without_any_question_there_is_a_page_all_the_same(home: QuestionHome) -> None:
    assert board(home).success
    assert home.files.scoreboard.exists()
    assert home.warehouse.read(SCOREBOARD).empty


def decisions(*served_until_then: str | None) -> pd.DataFrame:
    days = pd.date_range("2026-01-01", periods=len(served_until_then))
    return pd.DataFrame({"decided_at": days, "champion_version": pd.Series(list(served_until_then), dtype="string")})


def test_a_version_serves_since_the_decision_before_which_another_one_did() -> None:
    # The first two decisions found nobody; by the third, version 2 came; the last two found it serving.
    assert serving_since(decisions(None, None, "1", "2", "2"), "2") == date(2026, 1, 3)
    assert serving_since(decisions(None), "1") == date(2026, 1, 1)
    assert serving_since(decisions("2", "2"), "2") is None
    assert serving_since(decisions(), "2") is None


def test_each_model_has_a_line_on_the_front_page(home: QuestionHome) -> None:
    board(home, SELLERS, VISITORS)
    lines, trouble = stored_lines(home.files.model_lines)
    assert trouble == ""
    assert [(line.name, line.words, line.serves, line.version, line.since) for line in lines] == [
        (SELLERS.name, SELLERS.words, "nobody", None, None),
        (VISITORS.name, VISITORS.words, "nobody", None, None),
    ]
    assert lines[0].estimate.value is not None
    assert SELLERS.words in home.files.index.read_text(encoding="utf-8")
