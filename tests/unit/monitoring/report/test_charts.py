"""Charts of a column: the distribution first and as shares, a course over time only where there is one."""

from __future__ import annotations

from typing import Any

from ml_assets.monitoring.report.charts import explained, readable, without_score
from tests.unit.monitoring.report.made_reports import column


def figure(*, has_menu: bool) -> dict[str, Any]:
    menu = {
        "buttons": [
            {"args": [{"visible": [True, False]}, {"yaxis": {"title": "Count"}}]},
            {"args": [{"visible": [False, True]}, {"yaxis": {"title": "Percent"}}]},
        ]
    }
    layout: dict[str, Any] = {"yaxis": {"anchor": "x", "title": {"text": "Count"}}}
    traces = [{"name": "current", "visible": each, "marker": {"color": "red"}} for each in (True, False)]
    return {"data": traces, "layout": {**layout, "updatemenus": [menu]} if has_menu else layout}


def tabs() -> dict[str, Any]:
    pages = [{"title": str(number), "widget": {"params": figure(has_menu=number == 1)}} for number in (0, 1)]
    return {"type": "tabs", "tabs": pages}


def test_the_distribution_comes_first_and_shows_shares() -> None:
    [shown] = readable([tabs()], periods=2)
    assert [each["title"] for each in shown["tabs"]] == ["1", "0"]
    drawn = shown["tabs"][0]["widget"]["params"]
    assert [each["visible"] for each in drawn["data"]] == [False, True]
    assert drawn["layout"]["yaxis"] == {"anchor": "x", "title": {"text": "Percent"}}
    assert drawn["layout"]["updatemenus"][0]["active"] == 1


def test_one_period_has_no_course_over_time() -> None:
    [shown] = readable([tabs()], periods=1)
    assert [each["title"] for each in shown["tabs"]] == ["1"]


def test_other_widgets_stay_as_they_are() -> None:
    assert readable([{"type": "counter"}], periods=2) == ({"type": "counter"},)


def test_in_place_of_a_score_stands_why_there_is_none() -> None:
    counter = {"type": "counter", "params": {"counters": [{"value": "Drift in column 'a'", "label": "score 0"}]}}
    first, other, second = without_score([counter, {"type": "tabs"}, counter], ["a clock", "a count"])
    assert first["params"]["counters"] == [{"value": "Drift in column 'a'", "label": "Not judged: a clock"}]
    assert second["params"]["counters"][0]["label"] == "Not judged: a count"
    assert other == {"type": "tabs"}


def test_a_test_says_effect_and_threshold_with_enough_digits() -> None:
    suite = {"type": "test_suite", "params": {"tests": [{"title": "a", "description": "0.08, 0.08"}] * 2}}
    columns = [column("a", effect=-0.0812, threshold=0.0808, is_drifted=True), column("b", effect=0.0, threshold=0.08)]
    [shown] = explained([suite], columns)
    assert [each["description"] for each in shown["params"]["tests"]] == [
        "Effect \N{MINUS SIGN}0.081, threshold 0.081 (location): drifted.",
        "Effect 0.000, threshold 0.080 (location): stable.",
    ]
    assert [each["title"] for each in shown["params"]["tests"]] == ["a", "a"]
