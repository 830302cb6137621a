"""What follows from a report is put into it afterwards: in page and JSON, in place of what stood there, no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.decision.states import Action, RealisedVerdict, State
from ml_assets.monitoring.performance.verdict import PerformanceVerdict, PeriodPerformance
from ml_assets.monitoring.report.archive import write_report
from ml_assets.monitoring.report.decided import data_with, page_with, write_decided
from ml_assets.monitoring.report.record import Decided, DriftRecord, ReportHead
from tests.unit.monitoring.report.made_reports import HOSTILE, drift_report_of_windows, quality_report_of_windows
from tests.unit.monitoring.report.test_drift_page import sections
from tests.unit.reports.test_card import Reader

WAITS = Decided(
    state=State.WAITING_FOR_LABELS, action=Action.WAIT, reasons=("prices have risen", "labels are known in October")
)
HELD = WAITS.model_copy(
    update={
        "performance": PerformanceVerdict(
            verdict=RealisedVerdict.HELD,
            words="its scores hold what they promised",
            promised=Estimate(value=0.25),
            periods=(
                PeriodPerformance(period=date(2018, 6, 30), rows=1_200, events=90, skill=Estimate(value=0.2)),
                PeriodPerformance(period=date(2018, 7, 31), rows=70, events=None, skill=Estimate(value=None)),
            ),
        )
    }
)
TRAINS = Decided(state=State.TRAINING, action=Action.RETRAIN, reasons=("labels are known",))


def test_the_page_tells_state_action_and_reasons() -> None:
    before = drift_report_of_windows().page
    text = Reader(page_with(before, WAITS)).text
    assert "Not decided yet." in Reader(before).text
    assert "Not decided yet." not in text
    for words in ("waiting for labels", "No training is started yet.", "prices have risen", "labels are known in Oct"):
        assert words in text


def test_the_page_tells_what_past_scores_did_period_by_period() -> None:
    text = Reader(page_with(drift_report_of_windows().page, HELD)).text
    assert "its scores hold what they promised" in text
    assert "+0.2500" in text
    for words in ("2018-06-30", "1,200", "90", "+0.2000"):
        assert words in text
    assert "Not looked at yet." in Reader(page_with(drift_report_of_windows().page, WAITS)).text


def test_past_scores_without_a_known_answer_have_words_and_no_table() -> None:
    immature = PerformanceVerdict(verdict=RealisedVerdict.IMMATURE, words="no label is known yet")
    text = Reader(page_with(drift_report_of_windows().page, WAITS.model_copy(update={"performance": immature}))).text
    assert "no label is known yet" in text
    assert "Skill is one minus" not in text


def test_another_decision_takes_its_place_and_charts_stay() -> None:
    before = drift_report_of_windows().page
    once = page_with(before, TRAINS)
    assert page_with(page_with(before, WAITS), TRAINS) == once
    assert "prices have risen" not in once
    assert sections(once) == sections(before)
    assert Reader(once).tags["script"] == Reader(before).tags["script"]


def test_no_reason_breaks_the_page() -> None:
    hostile = TRAINS.model_copy(update={"reasons": (HOSTILE, "\\1 <!-- what follows: end -->")})
    page = page_with(drift_report_of_windows().page, hostile)
    assert HOSTILE not in page
    assert HOSTILE in Reader(page).text
    assert page_with(page, TRAINS) == page_with(drift_report_of_windows().page, TRAINS)


def test_a_page_without_a_place_for_it_stays_as_it_is() -> None:
    page = quality_report_of_windows().page
    assert page_with(page, TRAINS) == page


def test_the_data_tell_the_same_and_all_else_as_before() -> None:
    before = drift_report_of_windows().data
    record = DriftRecord.model_validate_json(data_with(before, WAITS))
    assert record.decided == WAITS
    assert record.model_copy(update={"decided": None}) == DriftRecord.model_validate_json(before)
    assert DriftRecord.model_validate_json(data_with(data_with(before, WAITS), TRAINS)).decided == TRAINS
    assert data_with('{"older": "form"}', TRAINS).startswith('{\n "older": "form"')


def test_both_files_of_a_report_are_written(tmp_path: Path) -> None:
    page = tmp_path / "model" / "2018-08-31.html"
    write_report(page, drift_report_of_windows())
    write_decided(page, WAITS)
    assert "labels are known in October" in page.read_text(encoding="utf-8")
    assert ReportHead.model_validate_json(page.with_suffix(".json").read_bytes()).decided == WAITS
