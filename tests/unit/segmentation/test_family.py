"""Segments take the whole way: five assets, who serves, scores as declared, roll-back, card and scoreboard."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.family.assets import SCHEMA_CHECK
from ml_assets.keys import Step
from ml_assets.predictions import IS_BACKTEST, MODEL_VERSION, PREDICTION_TABLES, REASONS, SEGMENT
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.verdict import Verdict
from ml_assets.reports.scoreboard_record import ScoreVerdict
from ml_assets.segmentation.config import SegmentScoringConfig
from ml_assets.segmentation.family import SEPARATION_CHECK, SIZE_CHECK, STABILITY_CHECK, TRAINING_SET_CHECK
from ml_assets.segmentation.measure import stored_record
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from ml_assets.segmentation.steps import GRID
from tests.fixtures.question_home import QuestionHome, failed_checks
from tests.unit.segmentation.homes import DATES, FAMILY, GATE, fill, run
from tests.unit.segmentation.made import AS_OF

TABLE = PREDICTION_TABLES[QUESTION.name]


@pytest.fixture(scope="module")
def made(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dg.ExecuteInProcessResult]:
    """Return a home in which everything was made once; not to be changed."""
    folder = tmp_path_factory.mktemp("segmented")
    home = QuestionHome.new(folder, store_file)
    fill(home)
    return folder, run(home)


@pytest.fixture
def home(made: tuple[Path, dg.ExecuteInProcessResult], tmp_path: Path) -> QuestionHome:
    """Return a copy of that home."""
    return QuestionHome.copy_of(made[0], tmp_path / "home")


@pytest.fixture
def empty(store_file: Path, tmp_path: Path) -> QuestionHome:
    """Return a home without any table."""
    return QuestionHome.new(tmp_path, store_file)


def scores(home: QuestionHome) -> pd.DataFrame:
    return home.warehouse.read(TABLE.name).sort_values(list(TABLE.key), ignore_index=True)


def candidate(home: QuestionHome) -> str:
    version = home.registry.aliased(QUESTION.name, CHAMPION)
    assert version is not None
    return version.tags[CANDIDATE]


def test_everything_is_made_and_every_check_says_something(
    made: tuple[Path, dg.ExecuteInProcessResult], home: QuestionHome
) -> None:
    result = made[1]
    assert result.success
    found = {each.check_name: each for each in result.get_asset_check_evaluations()}
    assert set(found) == {TRAINING_SET_CHECK, STABILITY_CHECK, SEPARATION_CHECK, SIZE_CHECK, SCHEMA_CHECK}
    assert found[TRAINING_SET_CHECK].passed
    assert found[SCHEMA_CHECK].passed
    assert all(each.metadata["found"].value for each in found.values())
    [decision] = home.promotions().to_dict("records")
    assert decision["metric"] == "separation"
    # Who came back is all there is to learn, and the grid knows it as well.
    assert decision["verdict"] in (Verdict.RULE_PROMOTED, Verdict.REFUSED)
    assert candidate(home) == GRID


def test_scores_are_as_declared_and_earlier_dates_are_hindsight(home: QuestionHome) -> None:
    found = scores(home)
    assert list(found.columns) == [column.name for column in TABLE.columns]
    assert len(found) == sum(DATES.values())
    is_served = pd.to_datetime(found["as_of_date"]) == pd.Timestamp(AS_OF)
    np.testing.assert_array_equal(found[IS_BACKTEST], ~is_served)
    assert found["score"].between(0, 1).all()
    assert set(found[SEGMENT]) <= {prototype.name for prototype in QUESTION.prototypes}
    assert all(len(json.loads(text)) <= 3 for text in found[REASONS])


def test_a_fresh_load_assigns_the_same(home: QuestionHome) -> None:
    version = home.registry.aliased(QUESTION.name, CHAMPION)
    assert version is not None
    rows = FAMILY.rows_to_score(home.warehouse, SegmentScoringConfig())
    again = FAMILY.answers(home.registry.load(version), rows, home.files, SegmentScoringConfig()).frame
    again = again.sort_values(list(TABLE.key), ignore_index=True)
    expected = scores(home)
    np.testing.assert_allclose(again["score"], expected["score"], atol=1e-6)
    np.testing.assert_array_equal(again[SEGMENT], expected[SEGMENT])


def test_the_same_again_is_no_new_version_and_no_new_decision(home: QuestionHome) -> None:
    versions = len(home.registry.versions(QUESTION.name))
    before = scores(home)
    assert run(home).success
    assert len(home.registry.versions(QUESTION.name)) == versions
    np.testing.assert_array_equal(scores(home)[SEGMENT], before[SEGMENT])


def test_a_refit_keeps_the_names_of_the_champion(home: QuestionHome) -> None:
    learned, _ = home.registry.versions(QUESTION.name)
    home.registry.set_alias(learned, CHAMPION)
    fill(home, share=0.9)
    assert run(home, steps=tuple(Step)[:3], code_version="v2").success
    again = stored_record(QUESTION, home.files).learned
    assert again is not None
    assert {profile.name for profile in again.profiles} == set(learned.tags["segments"].split(","))


def test_too_few_spenders_prove_nothing_and_the_grid_serves(home: QuestionHome) -> None:
    fill(home, share=0.95)
    assert run(home, gate={**GATE, "min_events": 10_000}, code_version="v2").success
    newest = home.promotions().iloc[-1]
    assert newest["verdict"] == Verdict.INSUFFICIENT_EVIDENCE
    assert "10000 are needed" in newest["reason"]
    assert candidate(home) == GRID
    rows = {row.metric: row for row in FAMILY.scoreboard_rows(home.files, "the grid")}
    assert rows["separation"].rule_value is not None
    assert rows["silhouette"].claimed_target == 0.25
    assert rows["silhouette"].verdict in (ScoreVerdict.MET, ScoreVerdict.NOT_MET, ScoreVerdict.MET_WITHOUT_MODEL)


def test_a_number_without_an_end_stops_before_anything_is_learned(empty: QuestionHome) -> None:
    fill(empty, items_value=np.inf)
    result = run(empty)
    assert not result.success
    assert failed_checks(result) == {TRAINING_SET_CHECK}
    assert empty.promotions().empty
    assert not empty.files.training_facts(QUESTION.name).exists()


def test_a_negative_amount_is_named(empty: QuestionHome) -> None:
    fill(empty, items_value=-1.0)
    [found] = [
        each
        for each in run(empty, steps=(Step.TRAINING_SET,)).get_asset_check_evaluations()
        if each.check_name == TRAINING_SET_CHECK
    ]
    assert not found.passed
    assert "items_value" in str(found.metadata["found"].value)


@pytest.mark.parametrize("until", [None, date(2017, 1, 1)], ids=["no day", "before the first"])
def test_without_a_complete_day_there_is_only_the_grid(empty: QuestionHome, until: date | None) -> None:
    fill(empty, until=until)
    assert run(empty).success
    assert candidate(empty) == GRID
    found = scores(empty)
    assert not found[IS_BACKTEST].any()
    assert set(found[MODEL_VERSION]) == {"1"}
    card = empty.files.model_card(QUESTION.name).read_text()
    assert "there is only the grid" in card


def test_the_card_is_whole_and_needs_nothing_else(home: QuestionHome) -> None:
    card = home.files.model_card(QUESTION.name).read_text()
    record = stored_record(QUESTION, home.files)
    assert len(card) < 300_000
    for profile in record.grid.profiles:
        assert profile.name in card
    for words in ("Stability beside the null", "Why a silhouette does not decide", "Limits", "Segments of the grid"):
        assert words in card
    assert "src=" not in card
    assert "<script" not in card
