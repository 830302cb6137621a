"""Odds from how long something takes: what counts of a duration, what is learned, and what a row is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ml_assets.classification.candidates import ROUNDS, Workbench, candidates_of
from ml_assets.classification.evaluation import (
    BLEND,
    BOOSTED_TREES,
    LOGISTIC_REGRESSION,
    SURVIVAL_BLEND,
    SURVIVAL_TREES,
)
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.panel import Panel, concatenated, panel_of
from ml_assets.classification.question import Duration
from ml_assets.classification.survival import SHORTEST, SurvivalMargin, Waits
from ml_assets.classification.train import Training, refit, train
from ml_assets.classification.training_data import TrainingData
from ml_assets.config import SurvivalConfig
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, fold_of, panel_of_truth

LIMIT = "may_take"
TIMED = replace(QUESTION, duration=Duration(days="took", limit=LIMIT), not_features=("took",))
SETTINGS = CONFIG.model_copy(update={"survival": SurvivalConfig(max_rounds=80, patience=10)})


def timed_panel(rows: int = 3_000, seed: int = 0) -> Panel:
    """Return a panel whose things take a lognormal time that follows ``days``, and may take a drawn number of days."""
    panel, rng = panel_of_truth(rows, seed), np.random.default_rng(seed + 7)
    took = np.exp(1.5 + panel.features["days"].to_numpy(dtype=float) / 60 + rng.normal(0.0, 0.5, rows))
    limit = rng.uniform(3, 30, rows).astype(np.float32)
    is_over = took > limit
    return replace(
        panel,
        features=panel.features.assign(**{LIMIT: limit}),
        label=is_over.astype(np.float64),
        duration=np.where(is_over, np.nan, took),
    )


@pytest.fixture(scope="module")
def panel() -> Panel:
    return timed_panel()


@pytest.fixture(scope="module")
def workbench(panel: Panel) -> Workbench:
    return Workbench(TrainingData.of(panel, fold_of(panel), TIMED.entity, SPLIT), TIMED, SETTINGS)


@pytest.fixture(scope="module")
def training(panel: Panel) -> Training:
    return train(panel, fold_of(panel), TIMED, SETTINGS, SPLIT)


def test_beyond_the_limit_only_the_limit_counts() -> None:
    waits = Waits.of(np.array([4.0, 99.0, np.nan, 0.1]), np.array([0.0, 1, 1, 0]), np.array([5.0, 6, 0.2, 3]))
    np.testing.assert_array_equal(waits.at_least, [4.0, 6.0, SHORTEST, SHORTEST])
    np.testing.assert_array_equal(waits.at_most, [4.0, np.inf, np.inf, SHORTEST])


@pytest.mark.parametrize(
    ("duration", "label", "limit"),
    [([np.nan], [0.0], [5.0]), ([3.0], [0.0], [np.nan]), ([3.0], [1.0], [np.nan])],
    ids=["no days within the limit", "no limit", "over no limit"],
)
def test_rows_that_lack_what_they_are_learned_from_are_refused(
    duration: list[float], label: list[float], limit: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"lack their limit.*feature table"):
        Waits.of(np.array(duration), np.array(label), np.array(limit))


def test_how_much_longer_it_took_changes_nothing(panel: Panel, workbench: Workbench) -> None:
    assert panel.duration is not None
    longer = replace(panel, duration=np.where(panel.label > 0.5, 1e3, panel.duration))
    other = Workbench(TrainingData.of(longer, fold_of(longer), TIMED.entity, SPLIT), TIMED, SETTINGS)
    matrix = workbench.data.validation
    np.testing.assert_array_equal(
        workbench.fit(SURVIVAL_TREES)[0].margin(matrix), other.fit(SURVIVAL_TREES)[0].margin(matrix)
    )


def test_the_planted_law_is_learned(workbench: Workbench) -> None:
    model, parameters = workbench.fit(SURVIVAL_TREES)
    assert isinstance(model, SurvivalMargin)
    data = workbench.data
    assert roc_auc_score(data.validation_label, model.margin(data.validation)) > 0.85
    # The median of the planted law at 30 days is exp(1.5 + 0.5): 7.4.
    row = data.validation[:1].copy()
    row[0, data.encoder.names.index("days")] = 30.0
    assert np.exp(model.trees.margin(row)[0]) == pytest.approx(np.exp(2.0), rel=0.25)
    assert parameters[ROUNDS] == model.rounds > 5


def test_a_later_limit_lowers_the_odds_of_every_row(workbench: Workbench) -> None:
    model, data = workbench.fit(SURVIVAL_TREES)[0], workbench.data
    assert isinstance(model, SurvivalMargin)
    soon, late = data.validation.copy(), data.validation.copy()
    soon[:, model.place], late[:, model.place] = 5.0, 20.0
    by_trees = model.line.slope * (model.trees.margin(soon) - model.trees.margin(late))
    np.testing.assert_allclose(
        model.margin(soon) - model.margin(late) - by_trees, model.line.slope * np.log(4.0), rtol=1e-4, atol=1e-4
    )
    assert (model.margin(soon) > model.margin(late)).all()


@pytest.mark.parametrize("name", [SURVIVAL_TREES, SURVIVAL_BLEND])
def test_contributions_sum_and_a_row_alone_is_as_among_others(workbench: Workbench, name: str) -> None:
    model, _ = workbench.fit(name)
    matrix = workbench.data.validation[:60]
    contributions = model.contributions(matrix)
    np.testing.assert_allclose(contributions.sum(axis=1), model.margin(matrix), rtol=1e-4, atol=1e-4)
    alone = np.concatenate([model.margin(matrix[row : row + 1]) for row in range(len(matrix))])
    np.testing.assert_array_equal(alone, model.margin(matrix))


def test_a_row_without_a_limit_counts_as_usual(workbench: Workbench) -> None:
    model, _ = workbench.fit(SURVIVAL_TREES)
    row = workbench.data.validation[:1].copy()
    row[0, workbench.data.encoder.names.index(LIMIT)] = np.nan
    assert np.isfinite(model.margin(row)).all()
    np.testing.assert_allclose(model.contributions(row).sum(axis=1), model.margin(row), atol=1e-4)


@pytest.mark.parametrize("name", [SURVIVAL_TREES, SURVIVAL_BLEND])
def test_loaded_it_is_bitwise_the_same(training: Training, panel: Panel, name: str, tmp_path: Path) -> None:
    training.models[name].save(tmp_path)
    loaded = FittedClassifier.load(tmp_path)
    features = panel.features.head(200)
    np.testing.assert_array_equal(loaded.probability(features), training.models[name].probability(features))
    np.testing.assert_array_equal(loaded.contributions(features), training.models[name].contributions(features))
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} <= {".json", ".ubj", ".skops"}


def test_a_question_of_durations_has_candidates_that_foresee_them(training: Training) -> None:
    assert candidates_of(QUESTION)[-1] == BLEND
    assert candidates_of(TIMED)[-2:] == (SURVIVAL_TREES, SURVIVAL_BLEND)
    assert BLEND not in training.models
    assert training.chosen in {SURVIVAL_TREES, SURVIVAL_BLEND}


def test_refitted_to_the_same_rows_it_is_the_same(training: Training, panel: Panel) -> None:
    found = {each.name: each for each in training.candidates}[SURVIVAL_BLEND]
    again = refit(SURVIVAL_BLEND, found.parameters, panel, fold_of(panel), TIMED, SETTINGS, SPLIT)
    features = panel.features.head(100)
    np.testing.assert_allclose(again.margin(features), training.models[SURVIVAL_BLEND].margin(features), atol=1e-6)


def test_a_question_about_no_duration_is_not_asked_for_one() -> None:
    panel = panel_of_truth(600)
    bench = Workbench(TrainingData.of(panel, fold_of(panel), QUESTION.entity, SPLIT), QUESTION, CONFIG)
    with pytest.raises(ValueError, match=r"about no duration.*Question\.duration"):
        bench.fit(SURVIVAL_TREES)


def test_durations_stay_with_their_rows(panel: Panel) -> None:
    assert panel.duration is not None
    both = concatenated([panel.take(np.arange(5)), panel.take(np.arange(5, 9))])
    np.testing.assert_array_equal(both.duration, panel.duration[:9])
    assert concatenated([panel_of_truth(3), panel_of_truth(3)]).duration is None


def test_durations_are_read_from_their_column(panel: Panel) -> None:
    frame = panel.features.head(4).copy()
    frame["thing_id"] = ["a", "b", "c", "d"]
    frame["as_of_date"] = np.datetime64("2018-01-31")
    frame["has_churned"] = pd.array([False, True, None, False], dtype="boolean")
    frame["horizon_ends_at"] = np.datetime64("2018-03-01")
    frame["took"] = [1.5, np.nan, np.nan, 4.0]
    made = panel_of(TIMED, frame)
    assert made.duration is not None
    np.testing.assert_array_equal(made.duration, [1.5, np.nan, np.nan, 4.0])
    assert "took" not in made.features
    assert panel_of(QUESTION, frame).duration is None


def test_the_odd_window_does_not_choose(panel: Panel) -> None:
    """Penalty, rounds and candidate are those of all validation windows, not of the newest one alone."""
    training = train(panel, fold_of(panel), TIMED, SETTINGS, SPLIT)
    assert {len(each.window_log_losses) for each in training.candidates} == {2}
    for each in training.candidates:
        assert each.validation_log_loss == pytest.approx(np.mean(each.window_log_losses))
    alone = train(panel, fold_of(panel), TIMED, SETTINGS, SPLIT.model_copy(update={"choice_windows": 1}))
    assert {len(each.window_log_losses) for each in alone.candidates} == {1}
    newest = {each.name: each.window_log_losses[0] for each in training.candidates}
    for each in alone.candidates:
        if each.name in {BOOSTED_TREES, SURVIVAL_TREES}:
            assert newest[each.name] == each.validation_log_loss
    penalties = {each.name: each.parameters.get("inverse_penalty") for each in training.candidates}
    assert penalties[LOGISTIC_REGRESSION] == penalties[SURVIVAL_BLEND] is not None
