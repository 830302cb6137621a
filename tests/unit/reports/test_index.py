"""The list of reports: every page, none that is hidden, in a fixed order; windows of data with what was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from ml_assets.files import ModelFiles
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.report.listing import listed_series
from ml_assets.monitoring.report.record import ReportKind
from ml_assets.monitoring.verdict import Verdict
from ml_assets.reports.index import Report, Site, index_page, index_text, listed_reports, summary_of
from ml_assets.reports.model_lines import LastDecision, ModelLine, lines_text
from ml_assets.reports.scoreboard_record import ScoreVerdict
from ml_assets.reports.wording import DASH, Tone
from tests.unit.monitoring.report.test_listing import head, put
from tests.unit.reports.test_card import HOSTILE, Reader

LINE = ModelLine(
    name="churn",
    words="Will they stay away?",
    serves="boosted trees",
    version="4",
    since=date(2026, 1, 2),
    figure="AUC",
    estimate=Estimate(value=0.71, low=0.69, high=0.73),
    claim=ScoreVerdict.NOT_MET,
    decided=LastDecision(decided_at=datetime(2026, 3, 4, 5, 6), verdict="kept", reason="not better"),
)
IDLE = LINE.model_copy(update={"name": "idle", "serves": "nobody", "version": None, "since": None, "decided": None})


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
    page = index_page(Site(reports=[Report("models", "a<b", "models/a.html", "models/a.json")]))
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
    assert "S S U D U drift 1, stable 2, unimportant drift 1, unreadable 1" in text
    for month in range(1, 6):
        assert f'href="drift/churn/2018-0{month}-15.html"' in page
    assert 'title="2018-04-15: drift"' in page
    assert '<a href="drift/olist_quality/2018-01-15.html">olist</a>' in page


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert "None yet" in index_text(files(tmp_path))


def test_a_model_stands_in_one_line_with_its_card(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "churn.html").write_text("")
    put(tmp_path / "drift" / "churn", "2018-05-31", head("churn", "2018-05-31", Verdict.DRIFT).text)
    made = files(tmp_path)
    made.model_lines.write_text(lines_text([LINE, IDLE]))
    page = index_text(made)
    text = Reader(page).text
    assert "churn Will they stay away? boosted trees version 4, since 2026-01-02" in text
    assert "AUC 0.710 0.690 to 0.730 not met drift 2018-05-31 kept 2026-03-04 not better" in text
    assert '<a href="models/churn.html">churn</a>' in page
    # Without a card there is no link; without a version, a window and a decision that is said.
    assert "models/idle.html" not in page
    assert f"idle Will they stay away? nobody AUC 0.710 0.690 to 0.730 not met {DASH} {DASH}" in text


def test_lines_that_cannot_be_read_are_said_and_stop_nothing(tmp_path: Path) -> None:
    files(tmp_path).model_lines.write_text('[{"name": "x"}]')
    text = Reader(index_text(files(tmp_path))).text
    assert "models.json cannot be read: Field required; make run ARGS=--full writes it anew" in text


def test_a_model_that_was_never_measured_has_no_figure() -> None:
    line = LINE.model_copy(update={"claim": ScoreVerdict.NOT_EVALUATED, "estimate": Estimate(value=None)})
    text = Reader(index_page(Site(lines=[line]))).text
    assert f"AUC {DASH} not evaluated" in text


def series(tmp_path: Path, verdict: Verdict) -> Site:
    put(tmp_path / "drift" / "churn", "2018-05-31", head("churn", "2018-05-31", verdict).text)
    return Site(lines=[LINE], series=listed_series(tmp_path, tmp_path / "drift"))


def test_how_things_stand_is_said_first(tmp_path: Path) -> None:
    calm = series(tmp_path, Verdict.STABLE)
    assert summary_of(calm) == (Tone.GOOD, "1 model is known. No newest window has drifted.")
    moved = series(tmp_path, Verdict.DRIFT)
    assert summary_of(moved) == (Tone.NOTE, "1 model is known. The newest window has drifted of churn.")
    idle = replace(calm, lines=[LINE, IDLE])
    assert summary_of(idle) == (
        Tone.NOTE,
        "2 models are known. Nobody serves for idle. No newest window has drifted.",
    )
    assert summary_of(Site()) == (Tone.NONE, "")


def test_pages_elsewhere_are_linked_where_they_are_known(tmp_path: Path) -> None:
    assert "MLflow" not in index_text(files(tmp_path))
    known = replace(files(tmp_path), elsewhere={"MLflow": "http://models.test:5000"})
    assert '<a href="http://models.test:5000">MLflow</a>' in index_text(known)
    with pytest.raises(ValueError, match="a page cannot link to"):
        index_text(replace(known, elsewhere={"MLflow": "javascript:alert(1)"}))


def test_a_replay_is_linked_where_somebody_put_one(tmp_path: Path) -> None:
    assert "history re-enacted" not in index_text(files(tmp_path))
    files(tmp_path).replay.parent.mkdir()
    files(tmp_path).replay.write_text("")
    page = index_text(files(tmp_path))
    assert page.count('href="replay/index.html"') == 1
    assert '<a href="replay/index.html">Replay</a>' in page


def test_no_word_of_a_model_is_taken_for_a_tag() -> None:
    hostile = LastDecision(decided_at=datetime(2026, 3, 4), verdict=HOSTILE, reason=HOSTILE)
    line = LINE.model_copy(update={"name": HOSTILE, "words": HOSTILE, "serves": HOSTILE, "decided": hostile})
    page = index_page(Site(lines=[line]))
    assert Reader(page).tags["script"] == 0
    assert Reader(page).text.count(HOSTILE) >= 4
