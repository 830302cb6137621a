"""The search for settings: within its ranges, repeatable, never worse on validation, blind to the test window."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from ml_assets.classification.candidates import Workbench
from ml_assets.classification.evaluation import BOOSTED_TREES
from ml_assets.classification.panel import Panel
from ml_assets.classification.search import RANGES, searched
from ml_assets.classification.train import train
from ml_assets.classification.training_data import TrainingData
from ml_assets.classification.trees import boosted
from ml_assets.config import SearchConfig, TrainingConfig, TreeConfig
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, fold_of, panel_of_truth
from tests.unit.classification.test_train import assert_same, poisoned

SEARCH = CONFIG.model_copy(update={"search": SearchConfig(trials=4)})


@pytest.fixture(scope="module")
def panel() -> Panel:
    return panel_of_truth(1_500)


def workbench_of(panel: Panel, config: TrainingConfig = SEARCH) -> Workbench:
    return Workbench(TrainingData.of(panel, fold_of(panel), QUESTION.entity, SPLIT), QUESTION, config)


def test_ranges_are_those_that_the_configuration_allows() -> None:
    assert set(RANGES) < set(TreeConfig.model_fields)
    for end in ("low", "high"):
        TreeConfig(**{name: getattr(place, end) for name, place in RANGES.items()})


def test_what_was_configured_is_tried_first(panel: Panel) -> None:
    one = CONFIG.model_copy(update={"search": SearchConfig(trials=1)})
    assert searched(workbench_of(panel).tree_data, one) == CONFIG.trees


def test_what_is_found_is_never_worse_on_the_validation_window(panel: Panel) -> None:
    data = workbench_of(panel).tree_data
    found = searched(data, SEARCH)
    assert boosted(data, found, CONFIG.seed).best_score <= boosted(data, CONFIG.trees, CONFIG.seed).best_score
    for name, place in RANGES.items():
        assert place.low <= getattr(found, name) <= place.high
    assert (found.max_bin, found.max_rounds, found.patience) == (
        CONFIG.trees.max_bin,
        CONFIG.trees.max_rounds,
        CONFIG.trees.patience,
    )


def test_the_choice_is_the_same_whatever_stands_in_the_test_window(panel: Panel) -> None:
    fold = fold_of(panel)
    first = train(panel, fold, QUESTION, SEARCH, SPLIT)
    second = train(poisoned(panel, ~(fold.train | fold.validation)), fold, QUESTION, SEARCH, SPLIT)
    assert_same(first, second, panel)


def test_the_candidate_tells_the_settings_that_were_found(panel: Panel) -> None:
    training = train(panel, fold_of(panel), QUESTION, SEARCH, SPLIT)
    parameters = {candidate.name: candidate.parameters for candidate in training.candidates}[BOOSTED_TREES]
    assert parameters.items() >= searched(workbench_of(panel).tree_data, SEARCH).model_dump().items()


def test_without_trials_or_events_nothing_is_searched(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    train(panel, fold_of(panel), QUESTION, CONFIG, SPLIT)
    train(replace(panel, label=np.zeros(len(panel))), fold_of(panel), QUESTION, SEARCH, SPLIT)


def test_a_missing_optuna_is_named_with_the_repair(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs optuna; install it, or set search\.trials to 0"):
        train(panel, fold_of(panel), QUESTION, SEARCH, SPLIT)
