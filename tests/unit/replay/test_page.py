"""The page of a replay: what stands on it, and that it never passes for anything else."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pytest

from ml_assets.replay.alarms import Truth
from ml_assets.replay.figures import model_figures
from ml_assets.replay.judged import JudgedPolicies
from ml_assets.replay.page import ReplayResult, replay_page, truth_in_words
from ml_assets.replay.policies import Policy
from ml_assets.reports.wording import DASH
from tests.unit.replay.made_page import DAYS, SHIFT, page_of
from tests.unit.replay.made_records import MODEL, a_day, a_training


def cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(<td.*?)</tr>", page, re.DOTALL)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]


def test_page_and_json_say_that_they_are_a_replay() -> None:
    page, result = page_of(Truth())
    assert "<title>Replay</title>" in page
    assert "<h1>Replay</h1>" in page
    assert "Replay, not production" in page
    assert json.loads(result.model_dump_json())["kind"] == "replay"


def test_losses_are_told_beside_never() -> None:
    losses = cells(page_of(Truth())[0])[:2]
    assert losses == [
        ["never", "0.7000 (0.7000 to 0.7000)", DASH],
        ["drift", "0.6000 (0.6000 to 0.6000)", "+0.1000 (+0.1000 to +0.1000)"],
    ]


def test_alarms_of_a_planted_shift_are_told_with_their_delay() -> None:
    never, drift = cells(page_of(SHIFT)[0])[2:4]
    assert never == ["never", "0", "0", DASH, DASH, DASH, DASH]
    assert drift == ["drift", "2", "1", "2", "12.4", "0.0", "27 days"]


def test_a_shift_that_was_not_seen_is_told() -> None:
    _, drift = cells(page_of(Truth(shift_from=date(2018, 4, 1)))[0])[2:4]
    assert drift[-2:] == ["12.4", "not seen"]


def test_of_real_data_no_alarm_is_called_false() -> None:
    _, drift = cells(page_of(Truth())[0])[2:4]
    assert drift[3:] == ["2", "12.4", DASH, DASH]


def test_the_curve_of_each_policy_marks_its_trainings() -> None:
    page, _ = page_of(SHIFT)
    [drawing] = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawing.count('class="line model"') == drawing.count('class="line reference"') == 1
    assert re.findall(r'class="dot (\w+)"><title>([\d-]+), (\w+)', drawing) == [
        ("rule", "2018-02-28", "kept"),
        ("model", "2018-03-31", "promoted"),
    ]


def test_what_was_done_is_told_with_its_reasons_and_escaped() -> None:
    page, _ = page_of(SHIFT)
    assert "2018-01-31, never: trained (promoted), because nobody served. The gate: it had to." in page
    gate = "The gate: &lt;b&gt;no better&lt;/b&gt;."
    assert f"2018-02-28, drift: trained (kept), because it moved. {gate}" in page
    assert "2018-02-28, never" not in page


def test_an_alarm_without_a_training_is_told() -> None:
    records = {Policy.DRIFT: [a_day(DAYS[0], training=a_training(is_first=True)), a_day(DAYS[1], is_alarm=True)]}
    judged = JudgedPolicies((Policy.DRIFT,), np.empty((0, 1)), np.empty(0, np.int64), np.empty(0, "datetime64[D]"))
    result = ReplayResult(truth=SHIFT, models=(model_figures(MODEL, judged, records, SHIFT),), commit="abc")
    page = replay_page(result, {MODEL: records}, "replay", is_on_site=False)
    assert "2018-02-28, drift: alarm, because calm." in page
    assert "No answer is known yet to a row that the policies had scored." in page
    assert "<svg" not in page
    assert cells(page) == [["drift", "0", "0", "1", "13.0", "0.0", "27 days"]]


def test_a_page_asks_for_nothing_and_leads_nowhere_unless_it_stands_on_the_site() -> None:
    page, result = page_of(SHIFT)
    assert re.findall(r"(?:src|href)=\"(?!data:|#)([^\"]*)", page) == []
    assert "default-src 'none'" in page
    on_site = replay_page(result.model_copy(update={"models": ()}), {}, "replay", is_on_site=True)
    assert "default-src 'none'" in on_site
    links = re.findall(r"(?:src|href)=\"(?!data:|#)([^\"]*)", on_site)
    assert links[:2] == ["../index.html", "../scoreboard.html"]
    assert all(link.startswith("../") for link in links)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (SHIFT, "A shift begins in this world on 2018-02-01: alarms before that day are false."),
        (Truth(is_steady=True), "Nothing changes in this world: every alarm is false."),
        (Truth(), "Nobody knows when these data changed: alarms are counted, and none can be called right or false."),
    ],
)
def test_what_is_known_of_the_world_is_said(truth: Truth, words: str) -> None:
    assert truth_in_words(truth) == words
    assert words in page_of(truth)[0]
