"""The drift page: Evidently and the gate agree on every column, all that was given stands on it, nothing breaks it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.report.drift_page import drift_page
from ml_assets.monitoring.report.record import DriftRecord
from ml_assets.monitoring.report.scripts import shared_script
from ml_assets.monitoring.verdict import Verdict
from ml_assets.monitoring.window import Window, WindowPair
from tests.unit.monitoring.report.made_reports import (
    COLUMNS,
    FACTS,
    HOSTILE,
    column,
    drift_report_of_windows,
    verdict,
    verdict_of,
    windows,
)
from tests.unit.reports.test_card import Reader


def sections(page: str) -> dict[str, list[dict[str, Any]]]:
    """Return the widgets that a page holds."""
    [data] = re.findall(r'<script type="application/json" id="evidently-data">(.*?)</script>', page, re.DOTALL)
    found: dict[str, list[dict[str, Any]]] = json.loads(data)["sections"]
    return found


def scores(widgets: list[dict[str, Any]]) -> dict[str, str]:
    """Return what Evidently's charts say of each column, by the heading of the column."""
    counters = [each["params"]["counters"] for each in widgets if each["type"] == "counter"]
    return {
        each["value"]: each["label"] for found in counters for each in found if each["value"].startswith("Drift in")
    }


def test_evidently_says_of_each_column_what_the_gate_says() -> None:
    record = DriftRecord.model_validate_json(drift_report_of_windows().data)
    judged = {each.name: each for each in verdict().columns if not each.excluded and each.effect is not None}
    assert list(record.evidently) == ["price", "score", "state", "freight"]
    assert record.evidently.keys() == judged.keys()
    for name, said in record.evidently.items():
        assert (said.score, said.threshold, said.is_drifted) == (
            judged[name].effect,
            judged[name].threshold,
            judged[name].is_drifted,
        )
    assert [name for name, said in record.evidently.items() if said.is_drifted] == ["price"]


@settings(
    max_examples=12,
    deadline=None,
    # To make a failing frame smaller takes minutes; it is told as it was drawn.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(
    seed=st.integers(0, 2**32 - 1),
    shift=st.floats(-0.6, 0.6),
    missing=st.floats(0.0, 0.9),
    share=st.floats(0.05, 0.95),
    constant=st.floats(-1e300, 1e300),
    offset=st.sampled_from([0.0, 1.0, -1e9, 1e16]),
    scale=st.sampled_from([1e-300, 1e-12, 1.0, 1e12, 1e300]),
)
def test_on_any_frame_report_and_verdict_agree(
    seed: int, shift: float, missing: float, share: float, constant: float, offset: float, scale: float
) -> None:
    draw = np.random.default_rng(seed)
    sides = []
    for rows, by, lost, yes, year in ((2_000, 0.0, 0.1, 0.5, 2017), (700, shift, missing, share, 2018)):
        frame = pd.DataFrame(
            {
                "amount": np.exp(draw.normal(size=rows) + by),
                "gaps": np.where(draw.random(rows) < lost, np.nan, draw.normal(size=rows)),
                "kind": pd.Series(np.where(draw.random(rows) < yes, "yes", "no")).mask(draw.random(rows) < 0.01),
                "constant": constant,
                "odd": offset + scale * draw.normal(size=rows),
                "rare": np.where(np.arange(rows) == 0, 1.0, 0.0),
            }
        )
        days = np.sort(draw.choice(np.arange(f"{year}-01-01", f"{year}-03-01", dtype="datetime64[D]"), rows))
        sides.append(Window(frame, np.arange(rows), days, date(year, 1, 1), date(year, 2, 28)))
    numeric = [MonitoredColumn(name, ColumnKind.NUMERIC) for name in ("amount", "gaps", "constant", "odd", "rare")]
    columns = [*numeric, MonitoredColumn("kind", ColumnKind.CATEGORICAL)]
    found = judge(sides[0], sides[1], columns, DriftConfig())
    report = drift_page(sides[0], sides[1], found, FACTS)
    record = DriftRecord.model_validate_json(report.data)
    shown = sections(report.page)
    said = scores(shown["opened"]) | scores(shown["others"])
    assert record.drift == found
    assert record.not_drawn.keys() <= {"constant", "odd"}
    judged = [each for each in found.columns if each.effect is not None and each.name not in record.not_drawn]
    assert {each.name for each in judged} == record.evidently.keys()
    for each in judged:
        drawn = record.evidently[each.name]
        assert (drawn.score, drawn.threshold, drawn.is_drifted) == (each.effect, each.threshold, each.is_drifted)
        words = "Data drift detected." if each.is_drifted else "Data drift not detected."
        assert said[f"Drift in column '{each.name}'"].startswith(words)


def test_all_that_was_given_stands_on_the_page() -> None:
    text = Reader(drift_report_of_windows().page).text
    for words in (
        "late_delivery_handover: drift",
        "Window 2018-08-01 to 2018-08-31 , beside the champion's training window: 2017-01-01 to 2017-12-31 .",
        verdict().words,
        "Not decided yet.",
        "1,500",
        "3,000",
        "order_items.price",
        "it grows with time",
        "nothing to compare",
        "No chart of unseen : it has no value in one of the windows.",
        "2018-09-01 02:00 UTC",
        "abc",
    ):
        assert words in text
    assert 'href="../../index.html"' in drift_report_of_windows().page
    assert 'href="2018-08-31.json"' in drift_report_of_windows().page
    assert 'href="../../models/late_delivery_handover.html"' in drift_report_of_windows().page


def test_answers_have_a_section_with_their_own_window() -> None:
    reference, current = windows()
    label = MonitoredColumn("is_late", ColumnKind.NUMERIC, Role.LABEL)
    late = (np.arange(3_000) % 10 == 0).astype(float), (np.arange(1_500) % 3 == 0).astype(float)
    pair = WindowPair(
        replace(reference, frame=reference.frame.assign(is_late=late[0])),
        replace(current, frame=current.frame.assign(is_late=late[1]), first=date(2018, 5, 1), last=date(2018, 5, 31)),
    )
    found = judge(pair.reference, current, (*COLUMNS, label), DriftConfig(), answered=pair.current)
    report = drift_page(reference, current, found, FACTS, pair)
    record = DriftRecord.model_validate_json(report.data)
    assert record.drift == found
    assert record.drift.answers is not None
    assert (record.drift.answers.first, record.drift.answers.last) == (date(2018, 5, 1), date(2018, 5, 31))
    text = Reader(report.page).text
    assert record.drift.answers.words in text
    assert "of the newest window of which all are known, 2018-05-01 to 2018-05-31 ." in text
    assert record.evidently["is_late"].is_drifted
    assert record.evidently["is_late"].score == found.of_answers[0].effect
    shown = sections(report.page)
    assert list(scores(shown["answers-opened"])) == ["Drift in column 'is_late'"]
    assert "Drift in column 'is_late'" not in scores(shown["opened"]) | scores(shown["others"])


def test_without_known_answers_the_page_says_so() -> None:
    report = drift_report_of_windows()
    assert "of no window all are known yet" in Reader(report.page).text
    assert DriftRecord.model_validate_json(report.data).drift.answers is None
    assert not [name for name in sections(report.page) if name.startswith("answers-")]


def test_drifted_columns_are_open_and_the_rest_is_folded() -> None:
    shown = sections(drift_report_of_windows().page)
    assert list(scores(shown["opened"])) == [f"Drift in column '{name}'" for name in ("price", "score", "state")]
    assert list(scores(shown["others"])) == ["Drift in column 'freight'"]
    assert scores(shown["unjudged"]) == {"Drift in column 'tenure_days'": "Not judged: it grows with time"}
    tests = [each for each in shown["unjudged"] if each["type"] == "test_suite"]
    assert tests == []


def test_the_same_windows_make_the_same_page() -> None:
    assert drift_page(*windows(), verdict(), FACTS) == drift_report_of_windows()


def test_the_page_asks_for_the_shared_script_only() -> None:
    page = Reader(drift_report_of_windows().page)
    sources = [value for tag, name, value in page.attributes if name == "src"]
    assert sources == [f"../assets/{shared_script().name}"]
    assert "script-src 'self'" in drift_report_of_windows().page
    assert len(drift_report_of_windows().page) < 120_000


def test_no_text_breaks_the_page_and_no_link_runs_a_script() -> None:
    assert HOSTILE not in drift_report_of_windows().page
    # The data and the shared script.
    assert Reader(drift_report_of_windows().page).tags["script"] == 2
    with pytest.raises(ValueError, match="cannot link to"):
        drift_page(*windows(), verdict(), replace(FACTS, links={"x": "javascript:alert(1)"}))


@pytest.mark.parametrize("found", [Verdict.INSUFFICIENT, Verdict.NO_CHAMPION])
def test_a_window_that_says_nothing_has_a_page_that_says_so(found: Verdict) -> None:
    unmeasured = [column(name, effect=None, threshold=None) for name in ("price", "freight")]
    report = drift_page(*windows(), verdict_of(found, *unmeasured), FACTS)
    text = Reader(report.page).text
    assert "No column was judged." in text
    assert "Not looked at yet." in text
    record = DriftRecord.model_validate_json(report.data)
    assert record.evidently == {}
    assert record.not_drawn == {"price": "was not judged", "freight": "was not judged"}
    assert record.decided is None


def test_a_column_that_lost_all_its_values_drifts_without_a_chart() -> None:
    reference, current = windows()
    lost = replace(current, frame=current.frame.assign(price=np.nan))
    found = verdict_of(Verdict.DRIFT, column("price", is_drifted=True, effect=3.1, part="missing share"))
    record = DriftRecord.model_validate_json(drift_page(reference, lost, found, FACTS).data)
    assert record.evidently == {}
    assert record.not_drawn == {"price": "has no value in one of the windows"}
