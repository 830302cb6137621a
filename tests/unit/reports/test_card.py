"""The model card: all of it there, nothing from elsewhere, nothing that text could break, silence nowhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ml_assets.classification.claims import ClaimName
from ml_assets.classification.evaluation import Evaluation, Importance, LeakFinding, PeriodScores
from ml_assets.reports.card import (
    CardFacts,
    model_card,
    most_off,
    serving_words,
    tone,
    worst_period,
    worst_segments_first,
)
from ml_assets.reports.plain_card import FactsTable
from ml_assets.reports.wording import Tone
from tests.unit.reports.evaluations import FACTS, MEASURED, NO_SCORES, NOTHING, QUESTION, UNMEASURED

HOSTILE = "<script>alert('1')</script>\"&amp;"
VOID = {"meta", "link", "br", "hr", "img", "input"}
LEAK = LeakFinding(columns=("recency_days",), auc=0.991, precision=0.98, reason="one column ranks the answer too well")


class Reader(HTMLParser):
    """Reads a page: its tags, its words, and whether every tag is closed where it was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        """Return what a person reads, with one space between words."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words.append(data)


def read(evaluation: Evaluation = MEASURED, facts: CardFacts = FACTS) -> Reader:
    return Reader(model_card(QUESTION, evaluation, facts))


@pytest.mark.parametrize(
    "words",
    [
        QUESTION.words,
        QUESTION.population,
        "features.ftr_churn_things",
        "label_known_at",
        FACTS.reason,
        "This version serves. Version 4 is boosted trees.",
        "Better than the rule +0.018 0.010 to 0.026",
        "train 2017-02 \u2013 2017-12 7,821 2,790 35.7 % 1,544",
        "log-loss lower by 0.0181 (0.0102 to 0.0263)",
        "0.791 0.771 to 0.811 0.774 0.754 to 0.794 0.500 0.781 0.761 to 0.801 0.750",
        "AUC 0.9877. A leak:",
        "ROC curve",
        "Precision and recall",
        "Calibration",
        "logarithmic",
        "AUC by month",
        "Log-loss by month",
        "Worst month: 2018-05, AUC 0.742 (0.722 to 0.762); the rule 0.727",
        "Worst ranked: RJ, AUC 0.702 on 160 rows",
        "Farthest from what came true: RJ, predicted 44.5 %, came true 36.0 %",
        "days_since_last_order",
        "the first 20 of 25",
        "tenure_days : grows with the calendar",
        "learning_rate=0.05",
        "random forest 0.5432 trees=200",
        "Nothing found: no single column",
        "Spread over seeds",
        "An AUC within 0.028 of 0.5 could not be told from chance",
        MEASURED.remarks[0],
        "olist, 2016-09-04 to 2018-10-17; purchases complete until 2018-08-27",
        "without margin, cost and save rate there is no money column",
        FACTS.run_id,
        FACTS.git_commit,
        MEASURED.fingerprint,
        FACTS.made_at,
    ],
)
def test_the_card_says(words: str) -> None:
    assert words in read().text


def test_the_card_asks_nothing_of_any_other_file_or_machine() -> None:
    page = read()
    assert not {"script", "img", "iframe", "object", "embed", "base", "form", "image", "use"} & set(page.tags)
    loaded = [value for tag, name, value in page.attributes if name == "src" or (tag == "link" and name == "href")]
    assert loaded == ["data:,"]
    linked = [value for tag, name, value in page.attributes if tag == "a" and name == "href"]
    own = list(FACTS.links.values())
    assert linked[-len(own) :] == own
    # The others are those of the bar that all pages have: within the page, or relative to the folder of all.
    assert all(address.startswith(("#", "../")) for address in linked)
    text = model_card(QUESTION, MEASURED, FACTS)
    assert "@import" not in text
    assert "url(" not in text


def test_a_card_is_light_and_always_the_same() -> None:
    page = model_card(QUESTION, MEASURED, FACTS)
    assert len(page.encode()) < 100_000
    assert page == model_card(QUESTION, MEASURED, FACTS)


def test_curves_of_some_hundred_points_stay_light() -> None:
    assert MEASURED.roc is not None
    points = tuple(step / 999 for step in range(1000))
    curve = MEASURED.roc.model_copy(update={"x": points, "y": points})
    many = MEASURED.model_copy(update={"roc": curve, "precision_recall": curve, "lift_curve": curve})
    assert len(model_card(QUESTION, many, FACTS).encode()) < 150_000


def test_drawings_and_scrolling_tables_have_names_and_no_id_stands_twice() -> None:
    page = read()
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert page.tags["svg"] == 6
    assert sum(tag == "svg" and name == "aria-label" and value != "" for tag, name, value in page.attributes) == 6
    boxes = sum(name == "class" and value == "box" for _, name, value in page.attributes)
    assert sum(tag == "div" and name == "aria-label" for tag, name, _ in page.attributes) == boxes


def test_text_from_data_cannot_become_part_of_the_page() -> None:
    question = replace(
        QUESTION, words=HOSTILE, population=HOSTILE, segment=HOSTILE, where=HOSTILE, left_out={HOSTILE: HOSTILE}
    )
    evaluation = MEASURED.model_copy(
        update={
            "remarks": (HOSTILE,),
            "version": HOSTILE,
            "fingerprint": HOSTILE,
            "importances": (Importance(column=HOSTILE, share=1.0),),
            "segments": tuple(each.model_copy(update={"segment": HOSTILE}) for each in MEASURED.segments),
            "candidates": tuple(
                each.model_copy(update={"name": HOSTILE, "parameters": {HOSTILE: HOSTILE}})
                for each in MEASURED.candidates
            ),
            "leaks": (LEAK.model_copy(update={"columns": (HOSTILE,), "reason": HOSTILE}),),
        }
    )
    facts = replace(
        FACTS,
        verdict=HOSTILE,
        reason=HOSTILE,
        champion_version=HOSTILE,
        run_id=HOSTILE,
        git_commit=HOSTILE,
        made_at=HOSTILE,
        links={HOSTILE: "a.html?x=<y>"},
        tables=(FactsTable(HOSTILE, HOSTILE, (HOSTILE,), ((HOSTILE,),)),),
    )
    page = Reader(model_card(question, evaluation, facts))
    assert page.tags["script"] == 0
    assert page.text.count("alert('1')") >= 20


def test_a_link_that_could_run_something_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot link to 'javascript:alert"):
        model_card(QUESTION, MEASURED, replace(FACTS, links={"run": "javascript:alert(1)"}))


def test_a_card_without_figures_says_of_each_part_why() -> None:
    page = read(UNMEASURED, replace(FACTS, champion_version=None, data_from=None, complete_until=None))
    assert page.tags["svg"] == 0
    assert page.text.count("The test window holds no row whose answer is known.") == 3
    for words in (
        "No version serves.",
        "no period had enough history before it",
        "no segment has enough rows",
        "no column moves the answer",
        "The log-loss of a candidate is not measurable where",
        "olist, no events; purchases complete until no day",
    ):
        assert words in page.text
    assert "None" not in page.text
    assert "nan" not in page.text


def test_single_figures_that_are_missing_are_named_with_the_reason() -> None:
    evaluation = MEASURED.model_copy(update={"test": NO_SCORES, "gain_over_rule": None})
    text = read(evaluation).text
    assert "Brier skill not measurable 0 is the prior" in text
    assert "The test window holds 1,229 rows of the rarer answer; a figure is missing where" in text
    assert "None" not in text


def test_a_leak_is_the_first_thing_that_is_seen() -> None:
    evaluation = MEASURED.model_copy(update={"leaks": (LEAK,)})
    assert tone(evaluation, FACTS) is Tone.BAD
    text = read(evaluation).text
    assert "1 found. This blocks promotion." in text
    assert "recency_days : one column ranks the answer too well (AUC 0.991, precision 0.980)" in text


def test_the_banner_tells_who_serves() -> None:
    rule = MEASURED.model_copy(update={"chosen": "rule"})
    older = replace(FACTS, champion_version="3")
    assert [serving_words(MEASURED, FACTS), tone(MEASURED, FACTS)] == ["This version serves.", Tone.GOOD]
    assert [serving_words(MEASURED, older), tone(MEASURED, older)] == ["Version 3 serves, not this one.", Tone.NOTE]
    assert [serving_words(rule, FACTS), tone(rule, FACTS)] == [
        "This version serves: it is the one-line rule.",
        Tone.NOTE,
    ]


def test_the_answer_of_interest_is_the_rarer_one_where_most_stay_away() -> None:
    page = Reader(model_card(replace(QUESTION, is_no_of_interest=True), MEASURED, FACTS))
    assert "of the answer no" in page.text
    assert "by chance it is 64.0 %" in page.text


def test_a_claim_without_doubt_is_a_column_and_not_an_excuse() -> None:
    page = Reader(model_card(replace(QUESTION, claims={ClaimName.AUC: 0.8}), MEASURED, FACTS))
    assert "Claims that an honest number cannot be held to" not in page.text
    assert "0.800" in page.text


def test_an_accuracy_that_nobody_measured_is_not_passed_over_if_it_is_claimed() -> None:
    assert MEASURED.test is not None
    evaluation = MEASURED.model_copy(update={"test": MEASURED.test.model_copy(update={"accuracy": None})})
    assert "commoner answer is the baseline. not measurable" in read(evaluation).text
    unclaimed = Reader(model_card(replace(QUESTION, claims=None), evaluation, FACTS))
    assert "Accuracy" not in unclaimed.text


def test_a_configured_value_names_the_threshold() -> None:
    assert "a contact pays from a probability of 0.125 on" in read(facts=replace(FACTS, value_threshold=0.125)).text


def test_segments_without_auc_come_last_and_equal_ones_by_name() -> None:
    one, other = MEASURED.segments[0], MEASURED.segments[-1]
    twin = one.model_copy(update={"segment": "AA"})
    assert [each.segment for each in worst_segments_first([other, one, twin])] == ["AA", "SP", "all others"]
    assert most_off([]) is None


def test_the_worst_period_is_of_those_that_could_be_measured() -> None:
    unknown = PeriodScores(period=MEASURED.by_period[0].period, rows=3, positives=0, model=NO_SCORES, rule=NO_SCORES)
    worst = worst_period((unknown, *MEASURED.by_period))
    assert worst is not None
    assert worst.model.auc.value == 0.742
    assert worst_period((unknown,)) is None


def test_a_period_that_could_not_be_measured_is_drawn_as_a_gap() -> None:
    model = MEASURED.by_period[2].model.model_copy(update={"auc": NOTHING})
    periods = (
        *MEASURED.by_period[:2],
        MEASURED.by_period[2].model_copy(update={"model": model}),
        *MEASURED.by_period[3:],
    )
    page = read(MEASURED.model_copy(update={"by_period": periods}))
    assert page.tags["svg"] == 6
    assert "2018-01 1,054 382 not measurable" in page.text
