"""What a decision on a model of value goes by: which rule is the one to beat, and what refuses whatever the gain."""

from __future__ import annotations

import pytest

from ml_assets.classification.evaluation import LeakFinding
from ml_assets.cltv.config import ValueGateConfig, ValuePromotionConfig
from ml_assets.cltv.contest import evidence_of
from ml_assets.cltv.evaluation import TellingColumn, ValueEvaluation
from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.promotion import decide
from ml_assets.registry.verdict import Champion, Decision, Evidence, Obstacle, Serves, Terms, Verdict
from tests.unit.cltv.made_evaluations import MEASURED, NO_SCORES, QUESTION, RULE, UNMEASURED, changed, estimate, scores

RULES = [rule.name for rule in QUESTION.rules]
GAINS = {name: MEASURED.gains[name] for name in RULES}


def evidence(
    evaluation: ValueEvaluation = MEASURED,
    gains: dict[str, Estimate] | None = None,
    config: ValueGateConfig | None = None,
) -> Evidence:
    return evidence_of(QUESTION, evaluation, GAINS if gains is None else gains, config or ValueGateConfig())


def decided(found: Evidence, champion: Champion | None = None) -> Decision:
    return decide(found, champion, Terms())


def test_all_rules_are_beaten_if_the_hardest_one_is() -> None:
    found = evidence()
    assert found.over_rule == GAINS[RULE]
    assert (found.yardstick.name, found.value) == ("normalised_gini", 0.84)
    decision = decided(found)
    assert (decision.verdict, decision.serves) == (Verdict.PROMOTED, Serves.CHALLENGER)
    assert decision.champion_value == pytest.approx(0.78)
    assert "better than that of the rule decayed spend by +0.06000" in decision.reason


@pytest.mark.parametrize("rule", RULES)
def test_one_rule_that_is_not_beaten_is_enough_for_the_last_one_to_serve(rule: str) -> None:
    found = evidence(gains={**GAINS, rule: Estimate(value=0.09, low=-0.001, high=0.2)})
    assert found.rule_words == f"the rule {rule.replace('_', ' ')}"
    decision = decided(found)
    assert (decision.verdict, decision.serves) == (Verdict.RULE_PROMOTED, Serves.RULE)


def test_a_gain_without_an_interval_proves_nothing() -> None:
    decision = decided(evidence(gains={**GAINS, "total_spend": Estimate(value=0.3)}))
    assert (decision.verdict, decision.serves) == (Verdict.REFUSED, Serves.RULE)


def test_a_rule_that_was_chosen_serves() -> None:
    found = evidence(changed(chosen=RULE), gains={})
    assert found.is_rule
    assert decided(found).serves is Serves.RULE


@pytest.mark.parametrize(("needed", "verdict"), [(900, Verdict.PROMOTED), (901, Verdict.INSUFFICIENT_EVIDENCE)])
def test_too_few_rows_with_money_prove_nothing(needed: int, verdict: Verdict) -> None:
    found = evidence(config=ValueGateConfig(promotion=ValuePromotionConfig(min_buyers=needed)))
    assert decided(found).verdict is verdict
    assert found.shortage in (None, "the test window has 900 rows with money, 901 are needed")


def test_no_test_window_is_too_little() -> None:
    found = evidence(UNMEASURED, gains={})
    assert found.shortage is not None
    assert found.over_rule is None


@pytest.mark.parametrize(
    ("bias", "is_sound"), [(0.5, True), (0.51, False), (-0.33, True), (-0.34, False), (0.0, True), (-1.0, False)]
)
def test_the_level_of_money_has_a_tolerance_either_way(bias: float, is_sound: bool) -> None:
    found = evidence(changed(test=scores(0.84, bias)))
    assert (found.fault is None) is is_sound
    assert decided(found).verdict is (Verdict.PROMOTED if is_sound else Verdict.REFUSED)


def test_a_bias_that_cannot_be_measured_refuses() -> None:
    assert evidence(changed(test=NO_SCORES)).fault == "the total bias on the test window is missing or not finite"


def test_a_column_that_ranks_money_by_itself_refuses() -> None:
    found = evidence(changed(telling=(TellingColumn(column="holdout_total", normalised_gini=0.99),)))
    assert "holdout_total alone ranks money" in (found.suspicion or "")
    assert not found.is_rule_suspect
    assert decided(found).serves is Serves.RULE


def test_a_rule_that_reads_a_suspected_column_cannot_stand_in() -> None:
    leak = LeakFinding(columns=("items_value",), auc=0.99, precision=0.9, reason="items_value alone")
    found = evidence(changed(leaks=(leak,)))
    assert found.is_rule_suspect
    assert decided(found).serves is Serves.NOBODY


@pytest.mark.parametrize(
    ("gain", "serves"),
    [(estimate(0.05), Serves.CHALLENGER), (estimate(0.01), Serves.CHAMPION), (estimate(-0.05), Serves.CHAMPION)],
    ids=["better", "not for certain", "worse"],
)
def test_a_champion_is_followed_only_by_what_is_better_for_certain(gain: Estimate, serves: Serves) -> None:
    assert decided(evidence(), Champion("2", gain=gain)).serves is serves


def test_a_champion_that_learned_from_the_window_stays() -> None:
    decision = decided(evidence(), Champion("2", obstacle=Obstacle.LEARNED_FROM_WINDOW))
    assert (decision.verdict, decision.serves) == (Verdict.INSUFFICIENT_EVIDENCE, Serves.CHAMPION)


def test_only_an_age_retrain_may_be_a_little_worse() -> None:
    promotion = ValuePromotionConfig(non_inferiority_margin=0.05)
    champion = Champion("2", gain=estimate(-0.01))
    assert decided(evidence(config=ValueGateConfig(promotion=promotion)), champion).serves is Serves.CHAMPION
    aged = evidence(config=ValueGateConfig(promotion=promotion, is_age_retrain=True))
    assert decided(aged, champion).serves is Serves.CHALLENGER
