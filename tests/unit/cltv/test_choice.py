"""The choice among candidates, and the penalisers of the laws."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ml_assets.cltv.challenger import BLEND, BTYD, COUNT_ROUNDS, LINEAR, PENALTY, ROUNDS, TWO_STAGE, Parameters
from ml_assets.cltv.choice import Tried, chosen_of, typical
from ml_assets.cltv.evaluation import Candidate
from ml_assets.cltv.panel import ValuePanel
from ml_assets.cltv.parts import penalized
from ml_assets.cltv.rules import DECAYED_SPEND
from ml_assets.metrics.value import normalised_gini
from tests.unit.cltv.made import CONFIG, QUESTION, Made, made, purchases


@pytest.fixture(scope="module")
def rows(asked: Made) -> ValuePanel:
    return asked.panel.take(asked.split.test)


def chosen(rows: ValuePanel, **shares: float) -> str:
    """Return who is chosen if each candidate ranks by the truth with so large a share of noise."""
    noise = np.random.default_rng(4).permutation(rows.value)
    tried = []
    for name, share in shares.items():
        ranked = (1 - share) * rows.value + share * noise
        candidate = Candidate(name=name, validation_gini=normalised_gini(rows.value, ranked), parameters={})
        tried.append(Tried(candidate, ranked, ranked))
    return chosen_of(tried, [SimpleNamespace(validated=rows)], QUESTION)  # type: ignore[list-item]


def test_of_equals_the_simplest_is_chosen(rows: ValuePanel) -> None:
    assert chosen(rows, **{BTYD: 0.2, LINEAR: 0.2, BLEND: 0.2}) == BTYD


def test_who_is_far_behind_is_not_chosen_for_being_simple(rows: ValuePanel) -> None:
    assert chosen(rows, **{BTYD: 0.9, LINEAR: 0.7, BLEND: 0.05}) == BLEND


def test_who_is_behind_a_simpler_one_is_out(rows: ValuePanel) -> None:
    assert chosen(rows, **{BTYD: 0.3, LINEAR: 0.8, TWO_STAGE: 0.05}) in {BTYD, TWO_STAGE}


def test_a_rule_is_chosen_only_where_nothing_was_learned(rows: ValuePanel) -> None:
    assert chosen(rows, **{DECAYED_SPEND.name: 0.0, BTYD: 0.9}) == BTYD
    assert chosen(rows, **{DECAYED_SPEND.name: 0.0}) == DECAYED_SPEND.name


def test_penalisers_come_from_the_candidates_and_depend_on_what_was_known_only(asked: Made) -> None:
    known = asked.split.fold.known
    config, remark = penalized(asked.panel, known, QUESTION, CONFIG)
    assert not remark
    assert {config.btyd.purchase_penalizer, config.btyd.alive_penalizer} <= set(CONFIG.btyd.penalizers)
    poisoned = ValuePanel(
        asked.panel.panel,
        np.where(known, asked.panel.count, 90.0),
        np.where(known, asked.panel.value, 1e9),
    )
    assert penalized(poisoned, known, QUESTION, CONFIG)[0] == config


def test_where_no_penaliser_can_be_chosen_it_is_said_why(asked: Made) -> None:
    nothing = np.zeros(len(asked.panel), dtype=bool)
    assert penalized(asked.panel, nothing, QUESTION, CONFIG) == (
        CONFIG,
        "no penaliser was chosen: no answer was known",
    )
    few = made(purchases(20))
    config, remark = penalized(few.panel, few.split.fold.known, QUESTION, CONFIG)
    assert config == CONFIG
    assert "repeat" in remark


def test_a_part_without_laws_has_no_say_in_the_rounds_of_their_stages() -> None:
    with_laws: Parameters = {PENALTY: 0.1, ROUNDS: 10, COUNT_ROUNDS: 40}
    without: Parameters = {PENALTY: 0.1, ROUNDS: 30}
    expected = {PENALTY: 0.1, ROUNDS: 20, COUNT_ROUNDS: 40}
    assert typical([with_laws, without]) == typical([without, with_laws]) == expected
    assert typical([with_laws, {**with_laws, COUNT_ROUNDS: 20}])[COUNT_ROUNDS] == 30
    assert typical([]) == {}
