"""Who may serve: every branch of the rule, and what must hold for all of them."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.classification.contest import GateConfig, evidence_of
from ml_assets.classification.evaluation import RULE, Evaluation, Gain
from ml_assets.config import PromotionConfig
from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.promotion import decide
from ml_assets.registry.verdict import Champion, Decision, Obstacle, Serves, Terms, Verdict
from tests.unit.registry.builders import WINDOW, estimate, evaluation, gain, leak, question, scores

BETTER, WORSE = gain(0.001), gain(-0.001)
NOT_FINITE = Gain(log_loss=Estimate(value=0.1, low=math.nan, high=0.2), auc=estimate(0.0))
UNKNOWN = Gain(log_loss=Estimate(value=None), auc=estimate(0.0))
LEARNED = Champion("3", obstacle=Obstacle.LEARNED_FROM_WINDOW)
CANNOT = Champion("3", obstacle=Obstacle.CANNOT_ANSWER)
MARGIN = PromotionConfig(non_inferiority_margin=0.005)


def serving(over: Gain | None = None) -> Champion:
    """Return champion 3, over which the challenger has a gain."""
    return Champion("3", over.log_loss if over else None)


def decided(
    challenger: Evaluation | None = None,
    over_rule: Gain | None = BETTER,
    champion: Champion | None = None,
    config: PromotionConfig | None = None,
    *,
    is_age_retrain: bool = False,
    **terms: Any,
) -> Decision:
    gate = GateConfig(promotion=config or PromotionConfig(), is_age_retrain=is_age_retrain)
    return decide(
        evidence_of(question("orders"), challenger or evaluation(), over_rule, gate), champion, Terms(**terms)
    )


CASES: dict[str, tuple[dict[str, Any], Verdict, Serves, str]] = {
    # Nobody serves yet.
    "first beats the rule": ({}, Verdict.PROMOTED, Serves.CHALLENGER, "of the rule"),
    "first does not beat the rule": ({"over_rule": WORSE}, Verdict.RULE_PROMOTED, Serves.RULE, "the rule serves"),
    "first ties with the rule": ({"over_rule": gain(0.0)}, Verdict.RULE_PROMOTED, Serves.RULE, "the rule serves"),
    "first is the rule": (
        {"challenger": evaluation(chosen=RULE), "over_rule": None},
        Verdict.RULE_PROMOTED,
        Serves.RULE,
        "no model was fitted or chosen",
    ),
    "first is the rule, badly calibrated": (
        {"challenger": evaluation(chosen=RULE, test=scores(slope=3.0)), "over_rule": None},
        Verdict.RULE_PROMOTED,
        Serves.RULE,
        "no model was fitted or chosen",
    ),
    # Somebody serves.
    "better than champion and rule": (
        {"champion": serving(BETTER)},
        Verdict.PROMOTED,
        Serves.CHALLENGER,
        "of champion 3",
    ),
    "no better than the champion": (
        {"champion": serving(WORSE)},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "ties with the champion": (
        {"champion": serving(gain(0.0))},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "better than the champion, not than the rule": (
        {"champion": serving(BETTER), "over_rule": WORSE},
        Verdict.RULE_PROMOTED,
        Serves.RULE,
        "but log-loss better than that of the rule by",
    ),
    "worse than both": (
        {"champion": serving(WORSE), "over_rule": WORSE},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "the rule beats the champion": (
        {"challenger": evaluation(chosen=RULE), "champion": serving(BETTER), "over_rule": None},
        Verdict.RULE_PROMOTED,
        Serves.RULE,
        "the rule serves",
    ),
    "the rule does not beat the champion": (
        {"challenger": evaluation(chosen=RULE), "champion": serving(WORSE), "over_rule": None},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "serves already": ({"champion": Champion("7")}, Verdict.KEPT, Serves.CHAMPION, "version 7 serves already"),
    # A champion that cannot be compared.
    "champion learned from the window": (
        {"champion": LEARNED},
        Verdict.INSUFFICIENT_EVIDENCE,
        Serves.CHAMPION,
        "champion 3 cannot be compared, because it learned from labels that reach into the test window",
    ),
    "champion cannot answer": (
        {"champion": CANNOT},
        Verdict.PROMOTED,
        Serves.CHALLENGER,
        f"champion 3 cannot serve on, because {Obstacle.CANNOT_ANSWER}; log-loss better",
    ),
    "champion cannot answer, rule not beaten": (
        {"champion": CANNOT, "over_rule": WORSE},
        Verdict.RULE_PROMOTED,
        Serves.RULE,
        "the rule serves",
    ),
    # Too little to prove anything.
    "too few yes, nobody serves": (
        {"challenger": evaluation(positives=99)},
        Verdict.INSUFFICIENT_EVIDENCE,
        Serves.RULE,
        "99 events of the rarer answer, 100 are needed; the rule serves",
    ),
    "too few no": (
        {"challenger": evaluation(rows=5000, positives=4950), "champion": serving(BETTER)},
        Verdict.INSUFFICIENT_EVIDENCE,
        Serves.CHAMPION,
        "50 events of the rarer answer",
    ),
    "just enough": ({"challenger": evaluation(positives=100)}, Verdict.PROMOTED, Serves.CHALLENGER, "of the rule"),
    "no test window": (
        {"challenger": evaluation().model_copy(update={"folds": ()})},
        Verdict.INSUFFICIENT_EVIDENCE,
        Serves.RULE,
        "0 events",
    ),
    # Refusals.
    "leak": ({"challenger": evaluation(leaks=(leak("status"),))}, Verdict.REFUSED, Serves.RULE, "a leak is suspected"),
    "leak, somebody serves": (
        {"challenger": evaluation(leaks=(leak("status"),)), "champion": serving(BETTER)},
        Verdict.REFUSED,
        Serves.CHAMPION,
        "status (AUC 0.990, AUC of one column); the champion serves",
    ),
    "leak in a column of the rule": (
        {"challenger": evaluation(leaks=(leak("status", "orders"),))},
        Verdict.REFUSED,
        Serves.NOBODY,
        "nobody serves",
    ),
    "leak in a column of the rule, which is the challenger": (
        {"challenger": evaluation(leaks=(leak("orders"),), chosen=RULE)},
        Verdict.REFUSED,
        Serves.NOBODY,
        "nobody serves",
    ),
    "leak, and too few events": (
        {"challenger": evaluation(leaks=(leak("status"),), positives=1)},
        Verdict.REFUSED,
        Serves.RULE,
        "a leak",
    ),
    "slope too steep": (
        {"challenger": evaluation(test=scores(slope=1.51))},
        Verdict.REFUSED,
        Serves.RULE,
        "slope 1.51 is further than 0.5 from 1",
    ),
    "slope too flat": (
        {"challenger": evaluation(test=scores(slope=0.49)), "champion": serving(BETTER)},
        Verdict.REFUSED,
        Serves.CHAMPION,
        "slope 0.49",
    ),
    "intercept": (
        {"challenger": evaluation(test=scores(intercept=-0.8))},
        Verdict.REFUSED,
        Serves.RULE,
        "intercept -0.80 is further than 0.75 from 0",
    ),
    "skill below zero": (
        {"challenger": evaluation(test=scores(skill=-0.01))},
        Verdict.REFUSED,
        Serves.RULE,
        "Brier skill -0.0100 is below 0",
    ),
    "skill at its bound": (
        {"challenger": evaluation(test=scores(skill=0.0))},
        Verdict.PROMOTED,
        Serves.CHALLENGER,
        "of the rule",
    ),
    "figure missing": (
        {"challenger": evaluation(test=scores(slope=None))},
        Verdict.REFUSED,
        Serves.RULE,
        "missing or not finite",
    ),
    "log-loss infinite": (
        {"challenger": evaluation(test=scores(log_loss=math.inf))},
        Verdict.REFUSED,
        Serves.RULE,
        "missing or not finite",
    ),
    "not measured": (
        {"challenger": evaluation().model_copy(update={"test": None})},
        Verdict.REFUSED,
        Serves.RULE,
        "was not measured",
    ),
    "gain over the rule missing": ({"over_rule": None}, Verdict.REFUSED, Serves.RULE, "gain over the rule is missing"),
    "gain over the rule unknown": (
        {"over_rule": UNKNOWN},
        Verdict.REFUSED,
        Serves.RULE,
        "gain over the rule is missing",
    ),
    "gain over the champion not finite": (
        {"champion": serving(NOT_FINITE)},
        Verdict.REFUSED,
        Serves.CHAMPION,
        "gain over champion 3 is missing or not finite",
    ),
    "gain over the champion missing": (
        {"champion": serving()},
        Verdict.REFUSED,
        Serves.CHAMPION,
        "gain over champion 3 is missing",
    ),
    "refused, and the champion cannot answer": (
        {"challenger": evaluation(test=scores(slope=3.0)), "champion": CANNOT},
        Verdict.REFUSED,
        Serves.RULE,
        "the rule serves",
    ),
    # Fitted only because the champion is old.
    "age, within the margin": (
        {"champion": serving(gain(-0.004)), "config": MARGIN, "is_age_retrain": True},
        Verdict.PROMOTED,
        Serves.CHALLENGER,
        "a retrain for age may be worse by 0.005",
    ),
    "age, at the margin": (
        {"champion": serving(gain(-0.005)), "config": MARGIN, "is_age_retrain": True},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "age, no margin declared": (
        {"champion": serving(gain(-0.004)), "is_age_retrain": True},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "margin declared, but not for age": (
        {"champion": serving(gain(-0.004)), "config": MARGIN},
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    "age, within the margin, rule not beaten": (
        {"champion": serving(gain(-0.004)), "config": MARGIN, "is_age_retrain": True, "over_rule": WORSE},
        Verdict.KEPT,
        Serves.CHAMPION,
        "of the rule",
    ),
    "age, the rule is within the margin": (
        {
            "challenger": evaluation(chosen=RULE),
            "champion": serving(gain(-0.004)),
            "config": MARGIN,
            "is_age_retrain": True,
            "over_rule": None,
        },
        Verdict.RULE_PROMOTED,
        Serves.RULE,
        "the rule serves",
    ),
    # Rolled back before.
    "rolled back, same window": (
        {"champion": serving(BETTER), "rolled_back_until": WINDOW},
        Verdict.KEPT,
        Serves.CHAMPION,
        "it was rolled back, and no test window ends after 2018-06-01 yet",
    ),
    "rolled back, newer window": (
        {"champion": serving(BETTER), "rolled_back_until": date(2018, 5, 1)},
        Verdict.PROMOTED,
        Serves.CHALLENGER,
        "of champion 3",
    ),
    "rolled back, newer window, only within the margin": (
        {
            "champion": serving(gain(-0.004)),
            "rolled_back_until": date(2018, 5, 1),
            "config": MARGIN,
            "is_age_retrain": True,
        },
        Verdict.KEPT,
        Serves.CHAMPION,
        "the champion stays",
    ),
    # Asked several times.
    "third comparison": (
        {"comparison": 3},
        Verdict.PROMOTED,
        Serves.CHALLENGER,
        "99.17 % interval +0.00100 to +0.02100, comparison 3 on this window",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_branch_of_the_rule(case: str) -> None:
    given_case, verdict, serves, words = CASES[case]
    outcome = decided(**given_case)
    assert (outcome.verdict, outcome.serves) == (verdict, serves)
    assert words in outcome.reason


def test_every_verdict_and_everybody_who_can_serve_occurs() -> None:
    assert {verdict for _, verdict, _, _ in CASES.values()} == set(Verdict) - {Verdict.ROLLED_BACK}
    assert {serves for _, _, serves, _ in CASES.values()} == set(Serves)


def test_the_figures_are_those_of_whom_it_was_compared_with() -> None:
    outcome = decided(champion=serving(gain(0.02)), over_rule=gain(0.05))
    assert outcome.challenger_value == 0.4
    assert outcome.champion_value == pytest.approx(0.43)
    assert (outcome.gain_low, outcome.gain_high) == pytest.approx((0.02, 0.04))
    assert outcome.window_to == WINDOW
    first = decided(over_rule=gain(0.05))
    assert first.champion_value == pytest.approx(0.46)


def test_only_a_comparison_uses_up_the_window() -> None:
    assert decided().is_compared
    assert decided(champion=serving(WORSE)).is_compared
    assert not decided(challenger=evaluation(leaks=(leak("status"),))).is_compared
    assert not decided(challenger=evaluation(positives=1)).is_compared
    assert not decided(champion=LEARNED).is_compared


GAINS = st.one_of(st.none(), st.just(NOT_FINITE), st.floats(-0.1, 0.1).map(gain))
CHAMPIONS = st.one_of(
    st.none(), st.sampled_from([LEARNED, CANNOT]), GAINS.map(lambda over: serving(over)), st.just(Champion("7"))
)
CHALLENGERS = st.builds(
    evaluation,
    chosen=st.sampled_from([RULE, "boosted_trees"]),
    positives=st.integers(0, 5000),
    test=st.builds(scores, slope=st.one_of(st.none(), st.floats()), skill=st.floats()),
    leaks=st.sampled_from([(), (leak("status"),), (leak("orders"),)]),
)


@given(
    challenger=CHALLENGERS,
    over_rule=GAINS,
    champion=CHAMPIONS,
    is_age_retrain=st.booleans(),
    rolled_back_until=st.one_of(st.none(), st.dates(date(2018, 1, 1), date(2018, 12, 1))),
)
def test_whatever_is_measured_nobody_serves_unproven(
    challenger: Evaluation,
    over_rule: Gain | None,
    champion: Champion | None,
    is_age_retrain: bool,
    rolled_back_until: date | None,
) -> None:
    outcome = decided(
        challenger, over_rule, champion, is_age_retrain=is_age_retrain, rolled_back_until=rolled_back_until
    )
    assert outcome.reason
    if outcome.serves is Serves.CHAMPION:
        assert champion is not None
        assert champion.obstacle is not Obstacle.CANNOT_ANSWER
    if outcome.serves is Serves.CHALLENGER:
        assert outcome.verdict is Verdict.PROMOTED
        assert challenger.chosen != RULE
        assert not challenger.leaks
        assert over_rule is not None and over_rule.log_loss.low is not None
        assert over_rule.log_loss.low > 0
        if champion is not None and champion.obstacle is None:
            assert champion.gain is not None and champion.gain.low is not None
            assert champion.gain.low > 0
    if outcome.serves is Serves.NOBODY:
        assert challenger.leaks
