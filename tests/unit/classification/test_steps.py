"""What is handed from one step to the next: files that hold all of it, and fingerprints that tell sets apart."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.evaluation import RULE, Evaluation
from ml_assets.classification.family import MeasurementConfig, QuestionFamily
from ml_assets.classification.steps import (
    make_training_set,
    stored_evaluation,
    stored_training,
    stored_training_set,
)
from ml_assets.config import EvaluationConfig, SplitConfig
from ml_assets.family.steps import candidate_fingerprint, fit_and_register, measure_version, newest_version
from ml_assets.registry.names import CANDIDATE, DAGSTER_RUN_ID, FINGERPRINT, GIT_COMMIT, LEARNED_UNTIL
from tests.fixtures.question_home import (
    QUICK_TRAINING,
    SELLERS,
    QuestionHome,
    last_complete_day,
    seller_months,
)

FAMILY = QuestionFamily(SELLERS)
QUICK = MeasurementConfig(evaluation=EvaluationConfig(resamples=20, rolling_periods=0))


@pytest.fixture
def filled(home: QuestionHome) -> QuestionHome:
    """Return a home with features, in which no step was taken."""
    frame = seller_months(sellers=80)
    home.fill(SELLERS, frame.sample(frac=1, random_state=2), last_complete_day(frame))
    return home


def fit(home: QuestionHome, code_version: str = "v1", run_id: str = "r1") -> str:
    return fit_and_register(FAMILY, home.files, home.registry, QUICK_TRAINING, code_version, run_id)[0].version


def test_a_training_set_is_stored_whole_in_a_fixed_order_and_divided_as_its_facts_say(filled: QuestionHome) -> None:
    facts, problems = make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())
    assert problems == []
    assert facts.complete_until == date(2018, 2, 28)
    assert facts.rows == 14 * 80
    stored = stored_training_set(SELLERS, filled.files)
    assert stored.facts == facts
    assert stored.until == np.datetime64("2018-02-28")
    assert stored.panel.asked_at.tolist() == sorted(stored.panel.asked_at.tolist())
    assert stored.split.statistics == facts.folds
    assert [fold.name for fold in facts.folds] == ["train", "validation", "test"]
    assert [fold.rows for fold in facts.folds][1:] == [2 * 80, 3 * 80]


def test_the_same_rows_in_another_order_have_the_same_fingerprint_and_others_another(filled: QuestionHome) -> None:
    def made(frame: pd.DataFrame, until: date | None = date(2018, 2, 28)) -> str:
        filled.fill(SELLERS, frame, until)
        return make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())[0].fingerprint

    frame = seller_months(sellers=80)
    prints = [
        made(frame),
        made(frame.assign(items_value=frame["items_value"].where(frame.index != 5, 0.0))),
        made(frame.assign(has_churned=frame["has_churned"].where(frame.index != 5, None))),
        made(frame.rename(columns={"items_value": "items_worth"})),
        made(frame.iloc[:-1]),
        made(frame, date(2018, 2, 27)),
        made(frame, None),
    ]
    assert len(set(prints)) == len(prints)
    assert made(frame.sample(frac=1, random_state=1)) == prints[0]


def test_a_version_says_what_it_was_made_from_and_by_whom(filled: QuestionHome) -> None:
    make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())
    assert fit(filled) == "1"
    trained = stored_training(SELLERS, filled.files)
    facts, training = trained.facts, trained.training
    version = newest_version(SELLERS.name, filled.files, filled.registry)
    assert version.number == facts.version == "1"
    assert version.tags[FINGERPRINT] == candidate_fingerprint(facts, training.chosen)
    assert version.tags[CANDIDATE] == training.chosen
    assert (version.tags[DAGSTER_RUN_ID], version.tags[GIT_COMMIT]) == ("r1", "abc")
    assert version.tags["features"] == "seller_state,days_since_last_order,order_count_90d,items_value"
    assert version.tags["complete_until"] == "2018-02-28"
    assert version.tags["data_window"].endswith(" to 2017-11-01")
    # The test window is asked about from the end of September on: nothing that was known later taught anything.
    assert datetime.fromisoformat(version.tags[LEARNED_UNTIL]) <= datetime(2017, 10, 1)


def test_the_stored_candidates_answer_as_the_registered_version_does(filled: QuestionHome) -> None:
    make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())
    fit(filled)
    training = stored_training(SELLERS, filled.files).training
    assert {RULE, "prior"} < set(training.models) == {candidate.name for candidate in training.candidates}
    features = stored_training_set(SELLERS, filled.files).panel.features
    version = newest_version(SELLERS.name, filled.files, filled.registry)
    registered = filled.registry.load(version).probability(features)
    assert (training.models[training.chosen].probability(features) == registered).all()


def test_rows_settings_and_code_make_a_version_and_a_run_does_not(filled: QuestionHome) -> None:
    make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())
    assert [fit(filled), fit(filled, run_id="r2"), fit(filled, "v2"), fit(filled)] == ["1", "1", "2", "1"]
    make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig(validation_periods=1))
    assert fit(filled) == "3"


def test_an_evaluation_is_stored_and_stands_on_the_run_of_its_version(filled: QuestionHome) -> None:
    make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())
    fit(filled)
    measured = measure_version(FAMILY, filled.files, filled.registry, QUICK).record
    assert isinstance(measured, Evaluation)
    assert stored_evaluation(SELLERS, filled.files) == measured
    assert measured.version == "1"
    assert measured.test is not None
    from mlflow import MlflowClient

    client = MlflowClient(filled.registry.tracking_uri)
    run_id = newest_version(SELLERS.name, filled.files, filled.registry).run_id
    assert client.get_run(run_id).data.metrics["test_auc"] == measured.test.auc.value
    assert "evaluation.json" in [file.path for file in client.list_artifacts(run_id)]


def test_a_version_that_was_deleted_is_missed_in_words(filled: QuestionHome, tmp_path: Path) -> None:
    make_training_set(SELLERS, filled.warehouse, filled.files, SplitConfig())
    fit(filled)
    from mlflow import MlflowClient

    MlflowClient(filled.registry.tracking_uri).delete_model_version(SELLERS.name, "1")
    with pytest.raises(LookupError, match="version 1 of churn_olist_sellers is not in the registry; materialise"):
        newest_version(SELLERS.name, filled.files, filled.registry)
