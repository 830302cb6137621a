"""The assets of a question from rows to scores: what passes, what is stopped, and who serves meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.family import LEAK_CHECK, TRAINING_SET_CHECK
from ml_assets.classification.question import Question
from ml_assets.family.assets import SCHEMA_CHECK
from ml_assets.keys import Step
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.verdict import Verdict
from tests.fixtures.question_home import (
    PURCHASES,
    SELLERS,
    QuestionHome,
    failed_checks,
    last_complete_day,
    purchase_months,
    seller_months,
    steps_done,
)

UNTIL_MEASURED = {Step.TRAINING_SET, Step.MODEL, Step.EVALUATION}


def answered(frame: pd.DataFrame, answer: pd.Series) -> pd.DataFrame:
    """Return rows with other answers where one is known."""
    return frame.assign(has_churned=answer.astype("boolean").where(frame["has_churned"].notna()))


def recency_is_the_answer() -> tuple[Question, pd.DataFrame]:
    frame = seller_months()
    return SELLERS, answered(frame, frame["days_since_last_order"] > 30)


def flag_from_after_the_period() -> tuple[Question, pd.DataFrame]:
    frame = seller_months()
    return SELLERS, frame.assign(has_sold_since=(~frame["has_churned"]).astype("Float64"))


def delivery_at_the_purchase() -> tuple[Question, pd.DataFrame]:
    question = replace(PURCHASES, not_features=("label_known_at", "delivery_known_at"))
    return question, purchase_months()


LEAKS: dict[str, Callable[[], tuple[Question, pd.DataFrame]]] = {
    "recency is the answer": recency_is_the_answer,
    "a flag from after the period": flag_from_after_the_period,
    "days to delivery at the purchase": delivery_at_the_purchase,
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_stops_before_the_gate(home: QuestionHome, leak: str) -> None:
    question, frame = LEAKS[leak]()
    home.fill(question, frame, last_complete_day(frame))
    result = home.run(question)
    assert not result.success
    assert failed_checks(result) == {LEAK_CHECK}
    assert steps_done(result, question) == UNTIL_MEASURED
    assert home.champion(question) is None
    assert home.scores(question).empty
    assert home.promotions().empty


def test_the_same_purchases_without_the_delivery_pass(home: QuestionHome) -> None:
    frame = purchase_months()
    home.fill(PURCHASES, frame, last_complete_day(frame))
    result = home.run(PURCHASES, steps=(Step.TRAINING_SET, Step.MODEL, Step.EVALUATION))
    assert result.success
    assert failed_checks(result) == set()


def test_behind_a_leak_the_earlier_champion_serves_on(trained: QuestionHome) -> None:
    before = trained.scores()
    _, frame = flag_from_after_the_period()
    trained.fill(SELLERS, frame, last_complete_day(frame))
    result = trained.run()
    assert not result.success
    assert failed_checks(result) == {LEAK_CHECK}
    assert trained.champion() == "1"
    pd.testing.assert_frame_equal(trained.scores(), before)
    assert len(trained.promotions()) == 1
    # Whoever asks the gate by hand gets the same answer.
    assert trained.run(steps=(Step.PROMOTION,)).success
    assert trained.promotions()["verdict"].tolist() == [Verdict.PROMOTED, Verdict.REFUSED]
    assert trained.champion() == "1"


def test_who_has_learned_more_than_the_rule_serves_and_answers_the_newest_months(trained: QuestionHome) -> None:
    [decision] = trained.promotions().to_dict("records")
    assert decision["verdict"] == Verdict.PROMOTED
    assert decision["gain_low"] > 0
    scores = trained.scores()
    assert scores["as_of_date"].nunique() == 6
    assert len(scores) == 6 * 250
    assert trained.files.model_card(SELLERS.name).exists()


def test_the_same_data_make_no_second_version_and_no_second_decision(trained: QuestionHome) -> None:
    before = trained.scores()
    result = trained.run()
    assert result.success
    assert [version.number for version in trained.registry.versions(SELLERS.name)] == ["1"]
    assert len(trained.promotions()) == 1
    pd.testing.assert_frame_equal(trained.scores().drop(columns="scored_at"), before.drop(columns="scored_at"))


def test_trained_again_elsewhere_the_scores_are_the_same_to_the_last_bit(
    trained: QuestionHome, tmp_path_factory: pytest.TempPathFactory, store_file: Path
) -> None:
    other = QuestionHome.new(tmp_path_factory.mktemp("other"), store_file)
    frame = seller_months()
    # The order in which a warehouse gives rows back is nobody's promise.
    other.fill(SELLERS, frame.sample(frac=1, random_state=1), last_complete_day(frame))
    assert other.run().success
    assert (other.scores()["score"].to_numpy() == trained.scores()["score"].to_numpy()).all()
    assert other.scores()["reasons"].tolist() == trained.scores()["reasons"].tolist()


def test_new_code_makes_a_new_version_that_is_no_better_and_does_not_serve(trained: QuestionHome) -> None:
    assert trained.run(code_version="v2").success
    assert [version.number for version in trained.registry.versions(SELLERS.name)] == ["1", "2"]
    assert trained.champion() == "1"
    assert trained.promotions()["verdict"].tolist() == [Verdict.PROMOTED, Verdict.KEPT]


def test_a_challenger_that_learned_from_noise_is_not_promoted(trained: QuestionHome) -> None:
    frame = seller_months()
    rng = np.random.default_rng(0)
    months = np.sort(frame["as_of_date"].unique())
    # The answers before the test window are drawn by lot; those of the window are the true ones.
    is_taught = frame["as_of_date"] < months[8]
    drawn = pd.Series(rng.random(len(frame)) < 0.43, index=frame.index, dtype="boolean")
    answers = frame["has_churned"].mask(is_taught, drawn)
    trained.fill(SELLERS, answered(frame, answers), last_complete_day(frame))
    assert trained.run().success
    assert trained.registry.versions(SELLERS.name)[-1].number == "2"
    assert trained.champion() == "1"
    last = trained.promotions().iloc[-1]
    assert last["verdict"] in {Verdict.KEPT, Verdict.REFUSED}
    assert set(trained.scores()["model_version"]) == {"1"}


def test_answers_that_are_none_stop_before_training(home: QuestionHome) -> None:
    frame = seller_months()
    frame.loc[5, "items_value"] = np.inf
    home.fill(SELLERS, frame, last_complete_day(frame))
    result = home.run()
    assert not result.success
    assert failed_checks(result) == {TRAINING_SET_CHECK}
    assert steps_done(result) == {Step.TRAINING_SET}
    assert home.registry.versions(SELLERS.name) == ()


def test_scores_with_a_problem_are_not_written(trained: QuestionHome) -> None:
    before = trained.scores()
    frame = seller_months()
    newest = frame["as_of_date"] == frame["as_of_date"].max()
    # Two sellers of one name in the newest month: nobody could say which of the answers is theirs.
    frame.loc[newest, "seller_id"] = frame.loc[newest, "seller_id"].replace("seller-001", "seller-000")
    trained.fill(SELLERS, frame, last_complete_day(frame))
    result = trained.run(steps=(Step.SCORES,))
    assert not result.success
    assert failed_checks(result) == {SCHEMA_CHECK}
    pd.testing.assert_frame_equal(trained.scores(), before)


@pytest.mark.parametrize("rows", ["none", "none known"])
def test_without_any_answer_the_rule_serves_with_no_evidence(home: QuestionHome, rows: str) -> None:
    frame = seller_months(months=2, sellers=20)
    if rows == "none":
        frame = frame.iloc[:0]
    home.fill(SELLERS, frame.assign(has_churned=pd.array([None] * len(frame), dtype="boolean")), None)
    result = home.run()
    assert result.success
    [decision] = home.promotions().to_dict("records")
    assert decision["verdict"] == Verdict.INSUFFICIENT_EVIDENCE
    version = home.registry.aliased(SELLERS.name, CHAMPION)
    assert version is not None
    assert version.tags[CANDIDATE] == "rule"
    assert len(home.scores()) == len(frame)
    assert home.run().success
    assert len(home.registry.versions(SELLERS.name)) == 1
