"""The card of a model of value: all that was measured stands on it, and what was not is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ml_assets.classification.evaluation import LeakFinding
from ml_assets.cltv.evaluation import TellingColumn
from ml_assets.config import EvaluationConfig
from ml_assets.reports.value_card import ValueCardFacts, value_card
from tests.unit.cltv.made_evaluations import MEASURED, QUESTION, RULE, UNMEASURED, changed

FACTS = ValueCardFacts(
    verdict="promoted",
    reason="better than the rule <b>decayed spend</b>",
    champion_version="4",
    made_at="2018-09-01 10:00 UTC",
    run_id="run-1",
    git_commit="abc",
    links={"scoreboard": "../scoreboard.html"},
    data_from=date(2016, 9, 30),
    data_to=date(2018, 9, 30),
    complete_until=date(2018, 8, 27),
    measured_with=EvaluationConfig(),
    max_ratio=1.5,
)


def test_all_that_was_measured_stands_on_the_card() -> None:
    page = value_card(QUESTION, MEASURED, FACTS)
    for words in (
        "0.840",
        "+0.060",
        "frequency value",
        "Money found",
        "Expected and true money by tenths",
        "Normalised Gini by month",
        "Total bias by month",
        "1,115.14",
        "0.450",
        "not reached by the whole interval",
        "each fifth of the entities",
        "seller_state",
        "2018-08-27",
        "This version serves.",
        "0.026",
        "Nothing found",
    ):
        assert words in page, words
    assert page.count("<svg") == 4
    assert "&lt;b&gt;decayed spend" in page
    assert "not measurable" in page, "a segment without money has no Gini"
    assert len(page.encode()) < 100_000


def test_the_page_asks_for_nothing() -> None:
    page = value_card(QUESTION, MEASURED, FACTS)
    assert "default-src 'none'" in page
    assert "src=" not in page
    with pytest.raises(ValueError, match="cannot link"):
        value_card(QUESTION, MEASURED, replace(FACTS, links={"bad": "javascript:alert(1)"}))


def test_what_was_not_measured_is_said() -> None:
    page = value_card(QUESTION, UNMEASURED, replace(FACTS, champion_version=None, data_from=None, data_to=None))
    assert "No version serves." in page
    assert "The test window holds no row whose money is known." in page
    assert "<svg" not in page
    assert "no period had enough history" in page
    assert "there are no laws to draw futures from" in page
    assert "no rows" in page


def test_a_rule_that_serves_and_a_leak_are_told() -> None:
    rule = value_card(QUESTION, changed(chosen=RULE), FACTS)
    assert "it is the one-line rule" in rule
    leak = LeakFinding(columns=("came_back",), auc=0.99, precision=1.0, reason="Column came_back alone")
    leaking = changed(telling=(TellingColumn(column="told", normalised_gini=0.97),), leaks=(leak,))
    page = value_card(QUESTION, leaking, FACTS)
    assert "2 found. This blocks promotion." in page
    assert "told alone ranks money" in page
    assert 'class="banner bad"' in page
