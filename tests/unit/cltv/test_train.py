"""The choice and the last fit: what is learned, from what, and what is not looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml_assets.classification.folds import Fold
from ml_assets.cltv.challenger import BTYD, LEARNED, LINEAR, PENALTY
from ml_assets.cltv.evaluation import Candidate
from ml_assets.cltv.rules import DECAYED_SPEND, RULES
from ml_assets.cltv.train import Training, refit, train
from tests.unit.cltv.made import CONFIG, QUESTION, SPLIT, Made, made, purchases

RULE_NAMES = tuple(rule.name for rule in RULES)


def trained(asked: Made, fold: Fold | None = None, **changes: object) -> Training:
    fold = fold or asked.split.fold
    return train(asked.panel, fold, asked.moment, QUESTION, CONFIG, SPLIT.model_copy(update=changes))


def test_all_candidates_are_tried_and_one_that_learned_is_chosen(training: Training) -> None:
    assert tuple(each.name for each in training.candidates) == (*RULE_NAMES, *LEARNED)
    assert set(training.models) == {*RULE_NAMES, *LEARNED}
    assert training.chosen in LEARNED


def test_the_chosen_one_is_not_far_behind_the_best(training: Training) -> None:
    ginis = {each.name: each.validation_gini or 0.0 for each in training.candidates}
    assert ginis[training.chosen] > max(ginis.values()) - 0.1
    earlier = LEARNED[: LEARNED.index(training.chosen)]
    assert all(ginis[name] < max(ginis.values()) for name in earlier)


def test_what_comes_after_the_moment_changes_nothing(asked: Made, training: Training) -> None:
    known = asked.split.fold.known
    poisoned = replace(
        asked.panel,
        value=np.where(known, asked.panel.value, 1e9),
        count=np.where(known, asked.panel.count, 77.0),
    )
    later = asked.panel.panel.asked_at > asked.moment
    features = asked.panel.panel.features.copy()
    features.loc[later, "items_value"] = 1e9
    features.loc[later, "frequency"] = 40.0
    poisoned = replace(poisoned, panel=replace(asked.panel.panel, features=features))
    again = train(poisoned, asked.split.fold, asked.moment, QUESTION, CONFIG, SPLIT)
    seen = asked.panel.take(asked.split.test).panel.features
    assert again.candidates == training.candidates
    assert again.chosen == training.chosen
    for name, model in training.models.items():
        np.testing.assert_array_equal(again.models[name].value(seen), model.value(seen))


def test_challengers_take_the_level_of_the_laws(asked: Made, training: Training) -> None:
    newest = asked.panel.take(asked.panel.newest_snapshot(asked.moment)).panel.features
    expected = training.models[BTYD].value(newest).sum()
    for name in LEARNED:
        assert training.models[name].value(newest).sum() == pytest.approx(expected, rel=1e-4)


def test_rules_take_the_level_of_the_training_rows(asked: Made, training: Training) -> None:
    rows = asked.panel.take(asked.split.fold.known)
    for name in RULE_NAMES:
        assert training.models[name].value(rows.panel.features).sum() == pytest.approx(rows.value.sum(), rel=1e-4)


def test_too_few_purchases_leave_the_laws_which_need_none(asked: Made) -> None:
    few = trained(asked, min_train_events=10_000)
    assert tuple(each.name for each in few.candidates) == (*RULE_NAMES, BTYD)
    assert few.chosen == BTYD


def test_without_laws_and_purchases_the_last_rule_remains_and_it_is_said_why() -> None:
    few = made(purchases(20))
    training = trained(few)
    assert training.chosen == DECAYED_SPEND.name
    assert set(training.models) == set(RULE_NAMES)
    assert any("repeat" in remark for remark in training.remarks)


def test_nothing_known_at_all_leaves_the_rules(asked: Made) -> None:
    nothing = np.zeros(len(asked.panel), dtype=bool)
    training = trained(asked, Fold(train=nothing, validation=nothing, known=nothing))
    assert training.chosen in {DECAYED_SPEND.name}
    assert all(each.validation_gini is None for each in training.candidates)


def test_a_short_history_validates_by_fifths_of_the_entities(asked: Made) -> None:
    fold = asked.split.fold
    mixed = Fold(train=fold.known & ~fold.validation, validation=fold.validation, known=fold.known)
    assert any("each fifth" in remark for remark in trained(asked, mixed).remarks)


def test_refit_takes_the_settings_that_were_chosen(asked: Made, training: Training) -> None:
    found = {each.name: each for each in training.candidates}
    seen = asked.panel.take(asked.split.test).panel.features
    again = refit(found[LINEAR], asked.panel, asked.split.fold, asked.moment, QUESTION, training.config, SPLIT)
    np.testing.assert_array_equal(again.value(seen), training.models[LINEAR].value(seen))
    other = Candidate(name=LINEAR, validation_gini=None, parameters={PENALTY: 100.0})
    stronger = refit(other, asked.panel, asked.split.fold, asked.moment, QUESTION, training.config, SPLIT)
    assert np.ptp(stronger.margin(seen)) < np.ptp(again.margin(seen))


def test_refit_on_too_little_is_the_rule(asked: Made, training: Training) -> None:
    found = {each.name: each for each in training.candidates}
    split = SPLIT.model_copy(update={"min_train_events": 10_000})
    assert refit(found[LINEAR], asked.panel, asked.split.fold, asked.moment, QUESTION, training.config, split).name == (
        DECAYED_SPEND.name
    )
