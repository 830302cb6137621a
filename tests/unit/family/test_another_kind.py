"""A kind of model that gives no probability takes the whole way: five assets, gate, roll-back, card, scoreboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.contract import FILES_RESOURCE, PROMOTIONS, REGISTRY_RESOURCE, SCOREBOARD, WAREHOUSE_RESOURCE
from ml_assets.family.assets import SCHEMA_CHECK, build_family_assets
from ml_assets.family.family import Family
from ml_assets.predictions import IS_BACKTEST, MODEL_VERSION, SCORE
from ml_assets.registry.kinds import KINDS, UnreadableModelError
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.rollback import roll_back
from ml_assets.registry.verdict import Verdict
from ml_assets.reports.terminal import scoreboard_lines, stored_rows
from ml_assets.scoreboard import build_scoreboard_asset
from tests.fixtures.constant_family import (
    ERROR,
    KIND,
    MEAN,
    RULE,
    RULE_CHECK,
    SET_CHECK,
    SIZE,
    THINGS,
    TRUTH,
    Constant,
    ConstantFamily,
    things,
)
from tests.fixtures.question_home import QuestionHome, failed_checks

LABELLED = ConstantFamily("size_of_things", judged=TRUTH)
LABEL_FREE = ConstantFamily("kind_of_things", judged=SIZE)
FAMILIES = {"with a label": LABELLED, "without any label": LABEL_FREE}


@pytest.fixture
def home(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QuestionHome:
    """Return an empty home in which the kind is known."""
    monkeypatch.setitem(KINDS, KIND.file, KIND)
    return QuestionHome.new(tmp_path, store_file)


def resources(home: QuestionHome) -> Mapping[str, Any]:
    return {WAREHOUSE_RESOURCE: home.warehouse, REGISTRY_RESOURCE: home.registry, FILES_RESOURCE: home.files}


def run(home: QuestionHome, family: Family, rows: pd.DataFrame) -> dg.ExecuteInProcessResult:
    with home.warehouse.connect() as connection:
        connection.register("rows", rows)
        connection.execute(f"create schema if not exists {THINGS.schema}")
        connection.execute(f"create or replace table {THINGS} as select * from rows")
    assets = build_family_assets(family, "ml_test", "pool", "v1")
    return dg.materialize(assets, resources=resources(home), raise_on_error=False)


def board(home: QuestionHome, *families: Family) -> None:
    assert dg.materialize([build_scoreboard_asset(families, "pool", "v1")], resources=resources(home)).success


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_it_takes_the_whole_way(home: QuestionHome, family: ConstantFamily) -> None:
    result = run(home, family, things(0.5))
    assert result.success
    checks = {found.check_name: found.passed for found in result.get_asset_check_evaluations()}
    assert checks == {SET_CHECK: True, RULE_CHECK: True, SCHEMA_CHECK: True}
    mean = 0.25 if family is LABELLED else 0.5
    scores = home.warehouse.read(family.scores.name)
    assert len(scores) == 60
    assert scores[SCORE].unique() == pytest.approx([mean])
    assert not scores[IS_BACKTEST].any()

    [decision] = home.promotions().to_dict("records")
    assert (decision["verdict"], decision["metric"]) == (Verdict.PROMOTED, ERROR.name)
    assert decision["champion_value"] == pytest.approx(mean)
    assert decision["challenger_value"] < decision["gain_low"] < mean
    assert decision["reason"].startswith("mean absolute error better than that of the rule by +")
    champion = home.registry.aliased(family.name, CHAMPION)
    assert champion is not None
    assert champion.tags[CANDIDATE] == MEAN
    assert home.registry.load(champion) == Constant(value=scores[SCORE].iloc[0])

    card = home.files.model_card(family.name).read_text(encoding="utf-8")
    for words in ("This version serves.", "How big is a thing?", "mean absolute error 0.0", decision["reason"]):
        assert words in card.replace("&gt;", ">").replace("&#43;", "+")
    board(home, family)
    [row] = home.warehouse.read(SCOREBOARD).to_dict("records")
    assert (row["model_name"], row["metric"]) == (family.name, ERROR.name)
    assert row["achieved"] == pytest.approx(decision["challenger_value"])
    lines = scoreboard_lines(stored_rows(home.files.scoreboard.with_suffix(".json")))
    assert "Mean absolute error 0.0" in lines[1]
    # Nothing new: no version, no decision.
    assert run(home, family, things(0.5)).success
    assert len(home.registry.versions(family.name)) == len(home.promotions()) == 1


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_better_version_takes_over_and_the_one_before_comes_back(home: QuestionHome, family: ConstantFamily) -> None:
    assert run(home, family, things(0.5)).success
    assert run(home, family, things(0.9)).success
    assert home.promotions()["verdict"].tolist() == [Verdict.PROMOTED] * 2
    facts = json.loads(home.files.training_facts(family.name).read_text())
    # The second one was told what served when it was fitted.
    assert facts["before"] == pytest.approx(0.25 if family is LABELLED else 0.5)
    assert facts["version"] == "2"
    assert set(home.warehouse.read(family.scores.name)[MODEL_VERSION]) == {"2"}

    roll_back(home.registry, home.warehouse, family.name, decided_at=datetime(2100, 1, 1))
    last = home.promotions().iloc[-1]
    assert (last["verdict"], last["metric"], last["challenger_version"]) == (Verdict.ROLLED_BACK, ERROR.name, "1")
    # The next run lets the former champion answer, and what was taken back does not return on the same window.
    assert run(home, family, things(0.9)).success
    assert set(home.warehouse.read(family.scores.name)[MODEL_VERSION]) == {"1"}
    champion = home.registry.aliased(family.name, CHAMPION)
    assert champion is not None
    assert champion.number == "1"


def test_the_rule_serves_where_nothing_better_was_learned(home: QuestionHome) -> None:
    assert run(home, LABELLED, things(0.01)).success
    [decision] = home.promotions().to_dict("records")
    assert decision["verdict"] == Verdict.RULE_PROMOTED
    champion = home.registry.aliased(LABELLED.name, CHAMPION)
    assert champion is not None
    assert champion.tags[CANDIDATE] == RULE
    assert home.warehouse.read(LABELLED.scores.name)[SCORE].unique().tolist() == [0.0]


def test_a_set_with_a_problem_stops_before_the_model(home: QuestionHome) -> None:
    rows = things(0.5)
    rows.loc[3, SIZE] = np.nan
    result = run(home, LABELLED, rows)
    assert not result.success
    assert failed_checks(result) == {SET_CHECK}
    assert home.registry.versions(LABELLED.name) == ()
    assert not home.warehouse.exists(PROMOTIONS) or home.promotions().empty


def test_mlflow_gets_what_the_kind_serves(home: QuestionHome) -> None:
    import mlflow.pyfunc

    assert run(home, LABELLED, things(0.5)).success
    [path] = (file.parent for file in home.registry.artifact_dir.rglob("MLmodel"))
    loaded = mlflow.pyfunc.load_model(str(path))
    answers = loaded.predict(pd.DataFrame({SIZE: [0.1, 0.9]}))
    assert answers[SCORE].tolist() == pytest.approx([0.25, 0.25])
    outputs = [(column.name, column.type.name) for column in loaded.metadata.signature.outputs]
    assert outputs == [("score", "double"), ("is_constant", "boolean"), ("words", "string")]
    assert "jinja2==" in (path / "requirements.txt").read_text()


def test_a_model_of_no_known_kind_is_told_with_the_repair(home: QuestionHome, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(home, LABELLED, things(0.5)).success
    champion = home.registry.aliased(LABELLED.name, CHAMPION)
    assert champion is not None
    monkeypatch.delitem(KINDS, KIND.file)
    with pytest.raises(UnreadableModelError, match=r"holds 0 of the files model.json.* or train anew"):
        home.registry.load(champion)


def test_a_model_that_was_never_made_stands_on_the_scoreboard(home: QuestionHome) -> None:
    board(home, LABELLED, LABEL_FREE)
    rows = stored_rows(home.files.scoreboard.with_suffix(".json"))
    assert [(row.model_name, row.serves) for row in rows] == [(LABELLED.name, "nobody"), (LABEL_FREE.name, "nobody")]
    assert "not evaluated" in scoreboard_lines(rows)[1]
