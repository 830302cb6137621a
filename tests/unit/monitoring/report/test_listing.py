"""Which reports there are: newest first, with what was found; one that cannot be read is named, and stops nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ml_assets.monitoring.decision.states import Action, State
from ml_assets.monitoring.report.listing import listed_series
from ml_assets.monitoring.report.record import Decided, ReportHead, ReportKind
from ml_assets.monitoring.verdict import Verdict


def head(subject: str, as_of: str, verdict: Verdict, kind: ReportKind = ReportKind.DRIFT) -> ReportHead:
    day = date.fromisoformat(as_of)
    return ReportHead(
        kind=kind, subject=subject, as_of=day, first=day.replace(day=1), last=day, verdict=verdict, words="Words."
    )


def put(folder: Path, name: str, data: str | None) -> None:
    page = folder / f"{name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("")
    if data is not None:
        page.with_suffix(".json").write_text(data)


def test_models_and_sources_are_listed_by_name_their_reports_newest_first(tmp_path: Path) -> None:
    folder = tmp_path / "drift"
    for subject, verdicts in (("model_b", [Verdict.STABLE]), ("model_a", [Verdict.STABLE, Verdict.DRIFT])):
        for month, verdict in enumerate(verdicts, start=1):
            as_of = f"2018-0{month}-15"
            put(folder / subject, as_of, head(subject, as_of, verdict).model_dump_json())
    quality = head("olist", "2018-01-15", Verdict.STABLE, ReportKind.QUALITY)
    put(folder / "olist_quality", "2018-01-15", quality.model_dump_json())
    (folder / "assets").mkdir()
    (folder / "empty").mkdir()
    series = listed_series(tmp_path, folder)
    assert [(each.subject, each.kind) for each in series] == [
        ("model_a", ReportKind.DRIFT),
        ("model_b", ReportKind.DRIFT),
        ("olist", ReportKind.QUALITY),
    ]
    assert [(each.name, each.verdict_words) for each in series[0].reports] == [
        ("2018-02-15", "drift"),
        ("2018-01-15", "stable"),
    ]
    assert series[0].newest.link == "drift/model_a/2018-02-15.html"
    assert series[0].newest.data == "drift/model_a/2018-02-15.json"


def test_what_followed_is_listed_with_the_reason_that_decided(tmp_path: Path) -> None:
    decided = Decided(state=State.DETECTED, action=Action.WAIT, reasons=("prices have risen", "1 of 2 windows"))
    said = head("model_a", "2018-02-28", Verdict.DRIFT).model_copy(update={"decided": decided})
    put(tmp_path / "drift" / "model_a", "2018-02-28", said.text)
    put(tmp_path / "drift" / "model_a", "2018-01-31", head("model_a", "2018-01-31", Verdict.STABLE).text)
    put(tmp_path / "drift" / "model_a", "2017-12-31", "{}")
    [series] = listed_series(tmp_path, tmp_path / "drift")
    assert [each.decided_words for each in series.reports] == [
        "detected: no training is started yet; 1 of 2 windows",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "2018-03-31.json cannot be read: No such file or directory; make the report anew"),
        ("{", "2018-03-31.json cannot be read: Invalid JSON"),
        ("\xff", "2018-03-31.json cannot be read: Invalid JSON"),
        ("{}", "2018-03-31.json cannot be read: kind: Field required; make the report anew"),
    ],
    ids=["none", "torn", "no_json", "other_json"],
)
def test_a_report_that_cannot_be_read_is_named(tmp_path: Path, data: str | None, words: str) -> None:
    folder = tmp_path / "drift"
    put(folder / "model_a", "2018-03-31", data)
    put(folder / "model_a", "2018-02-28", head("model_a", "2018-02-28", Verdict.DRIFT).model_dump_json())
    [series] = listed_series(tmp_path, folder)
    assert series.newest.head is None
    assert series.newest.trouble.startswith(words)
    assert (series.newest.verdict_words, series.newest.tone) == ("unreadable", "note")
    assert series.reports[1].verdict_words == "drift"
    assert series.subject == "model_a"


def test_a_folder_that_is_not_there_holds_no_reports(tmp_path: Path) -> None:
    assert listed_series(tmp_path, tmp_path / "drift") == ()
