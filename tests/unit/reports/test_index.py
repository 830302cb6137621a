"""The list of reports: every page, none that is hidden, in a fixed order."""

from __future__ import annotations

from pathlib import Path

from ml_assets.reports.index import Report, index_page, listed_reports


def test_every_page_is_listed_by_folder_and_name(tmp_path: Path) -> None:
    for name in (
        "index.html",
        "scoreboard.json",
        "scoreboard.html",
        "models/b.html",
        "models/a.html",
        "models/.a.html.partial",
        "models/.hidden.html",
        "drift/a b/2018-03-31.html",
        "drift/a b/2018-03-31.json",
        "notes.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert listed_reports(tmp_path) == (
        Report("", "scoreboard", "scoreboard.html", "scoreboard.json"),
        Report("drift/a b", "2018-03-31", "drift/a%20b/2018-03-31.html", "drift/a%20b/2018-03-31.json"),
        Report("models", "a", "models/a.html", None),
        Report("models", "b", "models/b.html", None),
    )


def test_the_page_links_what_is_listed() -> None:
    page = index_page([Report("models", "a<b", "models/a.html", "models/a.json")])
    assert '<a href="models/a.html">a&lt;b</a>' in page
    assert 'href="models/a.json"' in page


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert "None yet" in index_page(listed_reports(tmp_path))
