"""A card of sections: all of them there, text escaped, within the frame that every card has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ml_assets.reports.plain_card import FactsTable, Section, plain_card
from ml_assets.reports.standing import Standing
from ml_assets.reports.wording import Tone
from tests.unit.reports.test_card import HOSTILE, Reader

STANDING = Standing(
    verdict="promoted",
    reason="better",
    champion_version="3",
    made_at="2026-01-02 03:04 UTC",
    run_id="r1",
    git_commit="abc",
    links={"scoreboard": "../scoreboard.html"},
)
TABLE = FactsTable("Deciles", "By tenth.", ("tenth", "mean"), (("first", "9.5"),))


def card(standing: Standing = STANDING, **changes: Any) -> str:
    given: dict[str, Any] = {
        "title": "cltv_things",
        "words": "How much will they spend?",
        "population": "Customers.",
        "version": "3",
        "chosen": "decayed_spend",
        "fingerprint": "f",
        "is_rule": False,
        "sections": (Section("Numbers", "In money.", ("bias +2 %",), (TABLE,)), Section("Limits")),
    }
    return plain_card(standing=standing, **given | changes)


def test_all_that_was_given_stands_on_it() -> None:
    text = Reader(card()).text
    for words in ("cltv_things", "How much will they spend?", "Asked of: Customers.", "promoted", "better"):
        assert words in text
    for words in ("Numbers", "In money.", "bias +2 %", "Deciles", "By tenth.", "first", "9.5", "Limits", "r1", "abc"):
        assert words in text
    assert "This version serves. Version 3 is decayed spend." in text


def test_no_text_breaks_the_page_and_no_link_runs_a_script() -> None:
    table = FactsTable(HOSTILE, HOSTILE, (HOSTILE,), ((HOSTILE,),))
    page = card(words=HOSTILE, sections=(Section(HOSTILE, HOSTILE, (HOSTILE,), (table,)),))
    assert Reader(page).tags["script"] == 0
    with pytest.raises(ValueError, match="cannot link to"):
        card(replace(STANDING, links={"x": "javascript:alert(1)"}))


@pytest.mark.parametrize(
    ("champion", "is_rule", "is_suspect", "words", "tone"),
    [
        ("3", False, False, "This version serves.", Tone.GOOD),
        ("3", True, False, "This version serves: it is the one-line rule.", Tone.NOTE),
        ("2", False, False, "Version 2 serves, not this one.", Tone.NOTE),
        (None, False, False, "No version serves.", Tone.NOTE),
        ("3", False, True, "This version serves.", Tone.BAD),
    ],
)
def test_it_says_who_serves_and_how_good_the_news_is(
    champion: str | None, is_rule: bool, is_suspect: bool, words: str, tone: Tone
) -> None:
    page = card(replace(STANDING, champion_version=champion), is_rule=is_rule, is_suspect=is_suspect)
    assert words in Reader(page).text
    assert f'class="banner {tone}"' in page
