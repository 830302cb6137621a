"""The list of reports: every page, none that is hidden, in a fixed order; windows of data with what was found."""

from __future__ import annotations

from pathlib import Path

from ml_assets.files import ModelFiles
from ml_assets.monitoring.report.record import ReportKind
from ml_assets.monitoring.verdict import Verdict
from ml_assets.reports.index import Report, index_page, index_text, listed_reports
from tests.unit.monitoring.report.test_listing import head, put
from tests.unit.reports.test_card import Reader


def files(folder: Path) -> ModelFiles:
    return ModelFiles(folder / "models", folder, "http://reports.test", "abc")


def test_every_page_is_listed_by_folder_and_name(tmp_path: Path) -> None:
    for name in (
        "index.html",
        "scoreboard.json",
        "scoreboard.html",
        "models/b.html",
        "models/a.html",
        "models/.a.html.partial",
        "models/.hidden.html",
        "a b/2018-03-31.html",
        "a b/2018-03-31.json",
        "drift/model/2018-03-31.html",
        "notes.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert listed_reports(tmp_path, tmp_path / "drift") == (
        Report("", "scoreboard", "scoreboard.html", "scoreboard.json"),
        Report("a b", "2018-03-31", "a%20b/2018-03-31.html", "a%20b/2018-03-31.json"),
        Report("models", "a", "models/a.html", None),
        Report("models", "b", "models/b.html", None),
    )


def test_the_page_links_what_is_listed() -> None:
    page = index_page([Report("models", "a<b", "models/a.html", "models/a.json")], [])
    assert '<a href="models/a.html">a&lt;b</a>' in page
    assert 'href="models/a.json"' in page


def test_windows_are_listed_with_verdict_trend_and_link(tmp_path: Path) -> None:
    verdicts = [Verdict.STABLE, Verdict.STABLE, Verdict.UNIMPORTANT, Verdict.DRIFT]
    for month, verdict in enumerate(verdicts, start=1):
        as_of = f"2018-0{month}-15"
        put(tmp_path / "drift" / "churn", as_of, head("churn", as_of, verdict).model_dump_json())
    put(tmp_path / "drift" / "churn", "2018-05-15", "{")
    quality = head("olist", "2018-01-15", Verdict.STABLE, ReportKind.QUALITY)
    put(tmp_path / "drift" / "olist_quality", "2018-01-15", quality.model_dump_json())
    page = index_text(files(tmp_path))
    text = Reader(page).text
    assert "Drift of models" in text
    assert "Raw data of sources" in text
    assert "2018-05-15.json cannot be read: Invalid JSON" in text
    # The newest on the right.
    assert "S S U D U 1 drift, 2 stable, 1 unimportant drift, 1 unreadable" in text
    for month in range(1, 6):
        assert f'href="drift/churn/2018-0{month}-15.html"' in page
    assert 'title="2018-04-15: drift"' in page
    assert '<a href="drift/olist_quality/2018-01-15.html">olist</a>' in page


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert "None yet" in index_text(files(tmp_path))
