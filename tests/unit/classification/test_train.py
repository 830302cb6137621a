"""The choice among candidates: only from what the fold holds, only where there is something to learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from ml_assets.classification.candidates import ROUNDS, Workbench, candidates_of, with_parameters
from ml_assets.classification.combined import CombinedMargin
from ml_assets.classification.evaluation import (
    BOOSTED_TREES,
    LOGISTIC_REGRESSION,
    PRIOR,
    RANDOM_FOREST,
    RULE,
    Candidate,
)
from ml_assets.classification.folds import Fold
from ml_assets.classification.lines import Line
from ml_assets.classification.panel import Panel
from ml_assets.classification.train import CALIBRATED, Training, _chosen, refit, train
from ml_assets.classification.training_data import TrainingData, rarer_class
from ml_assets.classification.trees import TreeMargin
from ml_assets.config import SplitConfig, TrainingConfig
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, fold_of, panel_of_truth


@pytest.fixture(scope="module")
def panel() -> Panel:
    return panel_of_truth()


@pytest.fixture(scope="module")
def training(panel: Panel) -> Training:
    return train(panel, fold_of(panel), QUESTION, CONFIG, SPLIT)


def poisoned(panel: Panel, rows: np.ndarray) -> Panel:
    """Return a panel in which some rows have the opposite label and features of noise."""
    rng = np.random.default_rng(5)
    features = panel.features.copy()
    for column in ("spend", "days", "noise"):
        features.loc[rows, column] = rng.normal(0, 1e4, rows.sum()).astype(np.float32)
    features.loc[rows, "state"] = "from elsewhere"
    return replace(panel, features=features, label=np.where(rows, 1 - panel.label, panel.label))


def scores(training: Training, panel: Panel) -> dict[str, np.ndarray]:
    return {name: model.probability(panel.features) for name, model in training.models.items()}


def assert_same(first: Training, second: Training, panel: Panel) -> None:
    assert (first.candidates, first.chosen) == (second.candidates, second.chosen)
    for name, probability in scores(first, panel).items():
        np.testing.assert_array_equal(probability, scores(second, panel)[name])


def test_all_candidates_are_fitted_and_the_best_of_the_learned_is_chosen(training: Training) -> None:
    losses = {candidate.name: candidate.validation_log_loss or 0.0 for candidate in training.candidates}
    assert tuple(losses) == tuple(training.models) == candidates_of(QUESTION)
    assert losses[training.chosen] == min(loss for name, loss in losses.items() if name not in {PRIOR, RULE})
    assert losses[training.chosen] < losses[RULE] < losses[PRIOR]


def test_trained_twice_is_bitwise_the_same(panel: Panel, training: Training) -> None:
    assert_same(training, train(panel, fold_of(panel), QUESTION, CONFIG, SPLIT), panel)


def test_rows_outside_the_fold_change_nothing(panel: Panel, training: Training) -> None:
    fold = fold_of(panel)
    bad = poisoned(panel, ~(fold.train | fold.validation))
    assert_same(training, train(bad, fold, QUESTION, CONFIG, SPLIT), panel)


def test_rows_of_the_fold_do_change_it(panel: Panel, training: Training) -> None:
    bad = poisoned(panel, fold_of(panel).train)
    assert train(bad, fold_of(panel), QUESTION, CONFIG, SPLIT).candidates != training.candidates


@pytest.mark.parametrize("window", ["train", "validation"])
def test_with_too_few_events_the_rule_is_chosen_and_nothing_is_learned(panel: Panel, window: str) -> None:
    rows = getattr(fold_of(panel), window)
    late = np.flatnonzero(rows & (panel.label > 0.5))[SPLIT.min_train_events - 1 :]
    few = replace(panel, label=np.where(np.isin(np.arange(len(panel)), late), 0.0, panel.label))
    outcome = train(few, fold_of(panel), QUESTION, CONFIG, SPLIT)
    assert outcome.chosen == RULE
    assert tuple(outcome.models) == (PRIOR, RULE)
    calibrated = {candidate.name: candidate.parameters[CALIBRATED] for candidate in outcome.candidates}
    assert calibrated[RULE] == (window == "train")


def test_one_event_more_is_enough(panel: Panel) -> None:
    rows = fold_of(panel).validation
    late = np.flatnonzero(rows & (panel.label > 0.5))[SPLIT.min_train_events :]
    few = replace(panel, label=np.where(np.isin(np.arange(len(panel)), late), 0.0, panel.label))
    assert train(few, fold_of(panel), QUESTION, CONFIG, SPLIT).chosen != RULE


def test_without_any_row_the_rule_still_scores(panel: Panel) -> None:
    nobody = Fold(*(np.zeros(len(panel), dtype=bool) for _ in range(3)))
    outcome = train(panel, nobody, QUESTION, CONFIG, SPLIT)
    assert [candidate.validation_log_loss for candidate in outcome.candidates] == [None, None]
    assert np.isfinite(outcome.models[RULE].probability(panel.features)).all()
    np.testing.assert_allclose(outcome.models[PRIOR].probability(panel.features), 0.5)


def test_of_equals_the_simplest_is_chosen() -> None:
    names = (PRIOR, RULE, LOGISTIC_REGRESSION, RANDOM_FOREST, BOOSTED_TREES)
    losses = (0.1, 0.1, 0.4, 0.3, 0.3)
    candidates = tuple(
        Candidate(name=name, validation_log_loss=loss, parameters={}) for name, loss in zip(names, losses, strict=True)
    )
    assert _chosen(candidates) == RANDOM_FOREST


def test_what_serves_is_fitted_to_all_that_was_known_with_the_rounds_found(panel: Panel) -> None:
    fold = fold_of(panel)
    outcome = train(panel, fold, QUESTION, CONFIG, SPLIT)
    rounds = {found.name: found.parameters for found in outcome.candidates}[BOOSTED_TREES][ROUNDS]
    whole = Fold(train=fold.known, validation=np.zeros_like(fold.known), known=fold.known)
    expected, _ = Workbench(
        TrainingData.of(panel, whole, QUESTION.entity, SPLIT), QUESTION, CONFIG, {BOOSTED_TREES: int(rounds)}
    ).fit(BOOSTED_TREES)
    model = outcome.models[BOOSTED_TREES]
    np.testing.assert_array_equal(model.margin(panel.features), expected.margin(model.encoder.matrix(panel.features)))


def test_of_the_whole_fold_nothing_else_decides_what_serves(panel: Panel) -> None:
    fold = fold_of(panel)
    outside = ~fold.known
    assert_same(
        train(panel, fold, QUESTION, CONFIG, SPLIT),
        train(poisoned(panel, outside), fold, QUESTION, CONFIG, SPLIT),
        panel,
    )


@pytest.mark.parametrize("name", candidates_of(QUESTION))
def test_a_refit_on_the_same_fold_is_the_same_model(panel: Panel, training: Training, name: str) -> None:
    parameters = {candidate.name: candidate.parameters for candidate in training.candidates}[name]
    again = refit(name, parameters, panel, fold_of(panel), QUESTION, CONFIG, SPLIT)
    np.testing.assert_array_equal(again.probability(panel.features), training.models[name].probability(panel.features))


def test_a_refit_keeps_settings_and_rounds(panel: Panel) -> None:
    parameters = {**CONFIG.trees.model_dump(), "max_depth": 2, ROUNDS: 4, CALIBRATED: 0}
    config = with_parameters(TrainingConfig(threads=1), BOOSTED_TREES, parameters)
    assert config.trees == CONFIG.trees.model_copy(update={"max_depth": 2})
    again = refit(BOOSTED_TREES, parameters, panel, fold_of(panel, train_months=1), QUESTION, TrainingConfig(), SPLIT)
    assert isinstance(again.model, CombinedMargin)
    trees = again.model.parts[1]
    assert isinstance(trees, TreeMargin)
    assert trees.rounds == 4
    assert again.calibration == Line()


def test_a_refit_is_calibrated_on_its_own_validation_if_the_candidate_was(panel: Panel) -> None:
    bare, lined = (
        refit(RULE, {CALIBRATED: is_calibrated}, panel, fold_of(panel), QUESTION, CONFIG, SPLIT)
        for is_calibrated in (0, 1)
    )
    assert bare.calibration == Line() != lined.calibration
    window = panel.take(fold_of(panel).validation)
    assert lined.probability(window.features).mean() == pytest.approx(window.label.mean(), abs=0.02)


def a_start_that_tells_nothing(panel: Panel) -> Panel:
    """Return a panel whose training rows are few and have nothing to do with their labels; the later ones have."""
    fold = fold_of(panel)
    early = np.flatnonzero(fold.train)
    kept = np.ones(len(panel), dtype=bool)
    kept[early[200:]] = False
    label = panel.label.copy()
    label[early[:200]] = np.arange(200) % 5 > 0
    return replace(panel, label=label).take(kept)


def test_a_line_found_for_a_fit_that_knew_nothing_is_not_laid_on_one_that_does(panel: Panel) -> None:
    young = a_start_that_tells_nothing(panel)
    fold, split = fold_of(young), SplitConfig(min_train_events=20, choice_windows=1)
    outcome = train(young, fold, QUESTION, CONFIG, split)
    found = {candidate.name: candidate.parameters for candidate in outcome.candidates}
    window = young.take(fold.validation)
    share = window.label.mean()
    constant = log_loss(window.label, np.full(len(window), share))
    again = {name: refit(name, found[name], young, fold, QUESTION, CONFIG, split) for name in (PRIOR, RULE)}
    for name in (PRIOR, RULE):
        assert found[name][CALIBRATED] == 1, name
        for model in (outcome.models[name], again[name]):
            assert model.calibration == Line(), name
            assert log_loss(window.label, model.probability(window.features)) < 1.1 * constant, name


def test_a_refit_where_nothing_can_be_learned_is_the_rule(panel: Panel) -> None:
    hungry = SplitConfig(min_train_events=100_000)
    assert refit(BOOSTED_TREES, {}, panel, fold_of(panel), QUESTION, CONFIG, hungry).name == RULE
    assert refit(PRIOR, {}, panel, fold_of(panel), QUESTION, CONFIG, hungry).name == PRIOR


def test_of_too_many_rows_those_of_some_whole_entities_are_taken(panel: Panel) -> None:
    split = SplitConfig(max_train_rows=1_000)
    everyone = Fold(np.ones(len(panel), dtype=bool), np.zeros(len(panel), dtype=bool), np.ones(len(panel), dtype=bool))
    marked = replace(panel, features=panel.features.assign(row=np.arange(len(panel), dtype=np.float32)))
    taken = TrainingData.of(marked, everyone, QUESTION.entity, split)
    rows = taken.train[:, -1].astype(int)
    assert 900 < len(rows) <= 1_000
    assert panel.keys["thing_id"].isin(panel.keys["thing_id"].iloc[rows]).sum() == len(rows)


def test_of_fewer_rows_more_entities_are_taken_and_those_from_before_stay(panel: Panel) -> None:
    split = SplitConfig(max_train_rows=1_000)
    nothing = np.zeros(len(panel), dtype=bool)
    earlier = panel.period < np.datetime64("2018-04-01")
    marked = replace(panel, features=panel.features.assign(row=np.arange(len(panel), dtype=np.float32)))
    of_all, of_earlier = (
        set(panel.keys["thing_id"].iloc[data.train[:, -1].astype(int)])
        for data in (
            TrainingData.of(marked, Fold(train=rows, validation=nothing, known=rows), QUESTION.entity, split)
            for rows in (~nothing, earlier)
        )
    )
    assert of_all & set(panel.keys["thing_id"][earlier]) < of_earlier


@pytest.mark.parametrize(("label", "number"), [([], 0), ([1.0], 0), ([1.0, 0, 0], 1), ([1.0, 1, 1, 0, 0], 2)])
def test_the_rarer_class_is_counted(label: list[float], number: int) -> None:
    assert rarer_class(np.array(label)) == number


def test_an_unknown_candidate_is_an_error(panel: Panel) -> None:
    data = TrainingData.of(panel, fold_of(panel), QUESTION.entity, SPLIT)
    with pytest.raises(KeyError, match="oracle"):
        Workbench(data, QUESTION, CONFIG).fit("oracle")


def test_a_category_of_later_months_is_not_in_the_encoder(panel: Panel) -> None:
    fold = fold_of(panel)
    features = panel.features.copy()
    features.loc[~fold.train, "state"] = "later"
    data = TrainingData.of(replace(panel, features=features), fold, QUESTION.entity, SPLIT)
    assert "later" not in data.encoder.categories["state"]
    assert pd.isna(data.validation[:, 1]).all()
