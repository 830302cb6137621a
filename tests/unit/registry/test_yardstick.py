"""A decision by a figure of which more is better, and of which less is, says the same of both parties."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.promotion import decide
from ml_assets.registry.verdict import Champion, Evidence, Serves, Terms, Verdict, Yardstick

GINI = Yardstick("normalised_gini", "normalised Gini")
LOSS = Yardstick("loss", "loss", is_lower_better=True)
BETTER = Estimate(value=0.1, low=0.05, high=0.15)
SOUND = Evidence(version="7", yardstick=GINI, value=0.6, is_rule=False, over_rule=BETTER, confidence=0.95)


def test_the_figure_of_the_other_lies_on_the_worse_side() -> None:
    first = decide(SOUND, None, Terms())
    assert (first.verdict, first.metric) == (Verdict.PROMOTED, "normalised_gini")
    assert [first.challenger_value, first.champion_value] == pytest.approx([0.6, 0.5])
    assert first.reason.startswith("normalised Gini better than that of the rule by +0.10000")
    lower = decide(replace(SOUND, yardstick=LOSS), Champion("3", BETTER), Terms())
    assert lower.verdict is Verdict.PROMOTED
    assert lower.champion_value == pytest.approx(0.7)


@given(own=st.floats(-10, 10), gain=st.floats(-10, 10), is_lower_better=st.booleans())
def test_who_is_better_by_a_gain_is_better(own: float, gain: float, is_lower_better: bool) -> None:
    other = Yardstick("m", "m", is_lower_better).of_other(own, gain)
    assert ((other - own) if is_lower_better else (own - other)) == pytest.approx(gain, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "verdict", "serves"),
    [
        ({"suspicion": "too good"}, Verdict.REFUSED, Serves.RULE),
        ({"suspicion": "too good", "is_rule_suspect": True}, Verdict.REFUSED, Serves.NOBODY),
        ({"shortage": "too few"}, Verdict.INSUFFICIENT_EVIDENCE, Serves.RULE),
        ({"fault": "too coarse"}, Verdict.REFUSED, Serves.RULE),
        ({"value": None}, Verdict.REFUSED, Serves.RULE),
        ({"value": float("nan")}, Verdict.REFUSED, Serves.RULE),
        ({"over_rule": None}, Verdict.REFUSED, Serves.RULE),
        ({"is_rule": True, "over_rule": None, "value": None}, Verdict.RULE_PROMOTED, Serves.RULE),
    ],
    ids=str,
)
def test_what_a_family_says_against_a_version_counts(
    changes: dict[str, object], verdict: Verdict, serves: Serves
) -> None:
    found = decide(replace(SOUND, **changes), None, Terms())  # type: ignore[arg-type]
    assert (found.verdict, found.serves) == (verdict, serves)
    for words in ("suspicion", "shortage", "fault"):
        assert str(changes.get(words, "")) in found.reason
