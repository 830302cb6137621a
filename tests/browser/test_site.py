"""The whole report site in a browser without network: each kind of page, wide and on a phone, by day and by night.

Pages are opened as files; the look-up also from the report site, whose policy is stricter than a file's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbt.task.docs import DOCS_INDEX_FILE_PATH
from playwright.sync_api import Browser, Page, ViewportSize, expect

from ecom_assets.commands.reports_server import report_server
from ecom_assets.dbt.docs_page import docs_page
from ecom_assets.dbt.project import dbt_project, prepared_manifest
from ecom_assets.environment import export_settings, load_settings
from ml_assets.files import ModelFiles, write_text
from ml_assets.lookup.rows import looked_up
from ml_assets.lookup.site import Kind, write_lookup
from ml_assets.lookup.subjects import subjects_of
from ml_assets.monitoring.report.archive import write_report
from ml_assets.predictions import PREDICTION_TABLES
from ml_assets.reports.card import model_card
from ml_assets.reports.index import index_text
from ml_assets.reports.model_lines import lines_text
from ml_assets.reports.scoreboard import scoreboard_html
from tests.browser.conftest import Picture
from tests.browser.test_drift_page import is_near, opened
from tests.browser.test_model_card import CONTRASTS, LIGHTS, TEXT_CONTRAST, WIDTHS
from tests.unit.lookup.made import CHURN, SEGMENTS, churn, reasons
from tests.unit.monitoring.report import made_reports
from tests.unit.monitoring.report.made_reports import AS_OF, drift_report_of_windows, quality_report_of_windows
from tests.unit.replay.made_page import SHIFT, page_of
from tests.unit.reports.evaluations import FACTS, MEASURED, QUESTION
from tests.unit.reports.scoreboards import ROWS
from tests.unit.reports.test_index import LINE

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>"
# More customers than one file holds, so that the page has to find the right one.
CUSTOMERS = 2_000
# What is wrong with a page for those who cannot see it, by what its elements say; Evidently's charts are its own.
UNSPOKEN = """
() => {
  const wrong = [], own = what => [...document.querySelectorAll(what)].filter(each => !each.closest('.live'));
  if (!document.title.trim()) wrong.push('no title');
  if (!document.documentElement.lang) wrong.push('no language');
  if (own('main').length !== 1) wrong.push('not one main');
  if (own('h1').length !== 1) wrong.push('not one h1');
  const levels = own('h1, h2, h3, h4').map(each => Number(each.tagName[1]));
  levels.slice(1).forEach((level, at) => { if (level > levels[at] + 1) wrong.push(`h${levels[at]} then h${level}`); });
  const named = node => (node.textContent + (node.getAttribute('aria-label') || '')).trim();
  own('a, button, summary').forEach(each => { if (!named(each)) wrong.push(each.outerHTML); });
  own('input').forEach(each => { if (!each.labels.length) wrong.push(each.outerHTML); });
  own('nav, [role=region]').forEach(each => { if (!each.ariaLabel) wrong.push(each.outerHTML.slice(0, 80)); });
  own('main th:not([scope])').forEach(each => wrong.push(each.outerHTML));
  const ids = own('[id]:not(svg *)').map(each => each.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach(id => wrong.push(`twice #${id}`));
  return wrong;
}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """Return a folder with a page of each kind."""
    folder = tmp_path_factory.mktemp("site")
    files = ModelFiles(
        folder / "models", folder / "reports", "http://reports.test", "abc", {"Dagster": "http://localhost:3000"}
    )
    write_report(files.drift_report(made_reports.FACTS.model, AS_OF), drift_report_of_windows())
    write_report(files.quality_report("olist", AS_OF), quality_report_of_windows())
    write_text(files.model_card(LINE.name), model_card(QUESTION, MEASURED, FACTS))
    write_text(files.scoreboard, scoreboard_html(ROWS))
    write_text(files.model_lines, lines_text([LINE]))
    [customers, *_] = subjects_of(PREDICTION_TABLES)
    rows = [(f"c{each}", day, 0.25, "low") for each in range(CUSTOMERS) for day in ("2018-04-30", "2018-05-31")]
    tables = [
        looked_up(CHURN, churn(*rows, told=reasons(("days_since_last_order", 12, 0.5), ("state", HOSTILE, -0.125)))),
        looked_up(SEGMENTS, churn((HOSTILE, "2018-05-31", 1.0, "high")).assign(segment=HOSTILE, is_noise=False)),
    ]
    write_lookup(files.lookup, [Kind(customers, tables, {CHURN.model: "Gone?", SEGMENTS.model: "Where?"})], 10**9)
    write_text(files.replay, page_of(SHIFT, is_on_site=True)[0])
    # Stands in for the documentation, which takes a while to make.
    write_text(files.dbt_docs, "")
    write_text(files.index, index_text(files))
    return files


@pytest.fixture(scope="module")
def documented(site: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """Return the folder with the documentation of the real project."""
    write_text(site.dbt_docs, documentation(tmp_path_factory.mktemp("home")))
    return site


def documentation(home: Path) -> str:
    """Return the documentation, without what only a warehouse knows."""
    with pytest.MonkeyPatch.context() as patch:
        settings = load_settings({"ECOM_HOME": str(home)})
        environ: dict[str, str] = {}
        export_settings(settings, environ)
        for name, value in environ.items():
            if name != "PATH":
                patch.setenv(name, value)
        manifest = prepared_manifest(dbt_project(settings), settings)
    template = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    return docs_page(template, manifest, {"metadata": {}, "nodes": {}, "sources": {}})


@pytest.fixture(
    params=[(width, light) for width in WIDTHS for light in LIGHTS], ids=lambda each: f"{each[0]}_{each[1]}"
)
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page of a size and light, without network; a word on the console, or a request of more, fails."""
    width, light = request.param
    yield from opened(browser, ViewportSize(width=width, height=900), light, is_offline=True)


def test_each_kind_of_page_fits_can_be_read_and_is_reached_from_the_bar(
    window: Page, site: ModelFiles, picture: Picture
) -> None:
    pages = {
        site.index: "Overview",
        site.scoreboard: "Scoreboard",
        site.model_card(LINE.name): "Models",
        site.drift_report(made_reports.FACTS.model, AS_OF): "Drift",
        site.quality_report("olist", AS_OF): "Raw data",
        site.lookup / "index.html": "Look up",
        site.replay: "More",
    }
    for path, part in pages.items():
        window.goto(path.as_uri())
        expect(window.get_by_role("heading", level=1)).to_be_visible()
        assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path
        assert window.evaluate(UNSPOKEN) == [], path
        if not window.locator(".live").count():
            assert window.evaluate(CONTRASTS)["text"] >= TEXT_CONTRAST, path
        bar = window.get_by_role("navigation", name="Site")
        expect(bar.locator("[aria-current]")).to_have_text(part)
        for link in bar.get_by_role("link").all():
            target = str(link.evaluate("node => node.href"))
            assert Path(target.removeprefix("file://").split("#")[0]).is_file(), target
        picture(window, part)


def test_the_bar_leads_from_the_deepest_page_to_the_first(window: Page, site: ModelFiles) -> None:
    window.goto(site.drift_report(made_reports.FACTS.model, AS_OF).as_uri())
    window.get_by_role("link", name="Overview").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Reports")
    window.get_by_role("link", name="Look up", exact=True).first.click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Look up a score")


def test_a_score_is_found_with_its_reasons_and_history(window: Page, site: ModelFiles, picture: Picture) -> None:
    window.goto((site.lookup / "index.html").as_uri())
    window.get_by_label("Id").fill("  c1234 ")
    window.get_by_role("button", name="Look up").click()
    found = window.locator("#found")
    expect(found.get_by_role("heading", name="Customer c1234")).to_be_visible()
    expect(found).to_contain_text("0.25, band low, as of 2018-05-31, by version 2.")
    row = found.get_by_role("row", name="days_since_last_order")
    expect(row).to_contain_text("12")
    expect(row).to_contain_text("+0.5")
    expect(found.get_by_text(HOSTILE)).to_be_visible()
    expect(found.get_by_role("row", name="2018-04-30")).to_have_count(0)
    found.get_by_text("1 earlier score").click()
    expect(found.get_by_role("row", name="2018-04-30")).to_be_visible()
    assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert window.evaluate(UNSPOKEN) == []
    assert window.evaluate(CONTRASTS)["text"] >= TEXT_CONTRAST
    picture(window, "score")
    # The address leads there again.
    window.reload()
    expect(found.get_by_role("heading", name="Customer c1234")).to_be_visible()


@pytest.mark.parametrize("unknown", ["nobody", "%", "../../index.html", "constructor", "ação"])
def test_who_was_never_scored_is_said_to_be_unknown(browser: Browser, site: ModelFiles, unknown: str) -> None:
    for window in opened(browser, ViewportSize(width=390, height=900), "light", is_offline=True):
        window.goto((site.lookup / "index.html").as_uri())
        window.get_by_label("Id").fill(unknown)
        window.keyboard.press("Enter")
        expect(window.locator("#found")).to_have_text(f"{unknown} is not known: nobody of this id was scored.")


def test_no_id_and_no_value_is_taken_for_a_tag(browser: Browser, site: ModelFiles) -> None:
    for window in opened(browser, ViewportSize(width=1280, height=900), "dark", is_offline=True):
        window.goto((site.lookup / "index.html").as_uri())
        window.get_by_label("Id").fill(HOSTILE)
        window.keyboard.press("Enter")
        expect(window.get_by_role("heading", name=f"Customer {HOSTILE}")).to_be_visible()
        expect(window.locator("#found dd")).to_contain_text(HOSTILE)
        expect(window.locator("#found img")).to_have_count(0)


def test_who_was_asked_for_last_is_shown(browser: Browser, site: ModelFiles) -> None:
    for window in opened(browser, ViewportSize(width=1280, height=900), "light", is_offline=True):
        window.goto((site.lookup / "index.html").as_uri())
        window.evaluate("() => { for (const id of ['c1', 'c2', 'c3', 'c1999']) location.hash = id; }")
        expect(window.get_by_role("heading", name="Customer c1999")).to_be_visible()
        expect(window.locator("#found h2")).to_have_count(1)


def test_a_file_that_is_gone_is_said(browser: Browser, site: ModelFiles, tmp_path: Path) -> None:
    alone = tmp_path / "index.html"
    alone.write_text((site.lookup / "index.html").read_text())
    (tmp_path / "lookup.js").write_text((site.lookup / "lookup.js").read_text())
    context = browser.new_context(offline=True)
    window = context.new_page()
    window.goto(alone.as_uri())
    window.get_by_label("Id").fill("c1")
    window.keyboard.press("Enter")
    expect(window.locator("#found")).to_contain_text("cannot be read: make run writes it anew")
    context.close()


def test_the_data_are_documented(window: Page, documented: ModelFiles, picture: Picture) -> None:
    window.goto(f"{documented.dbt_docs.as_uri()}#!/model/model.ecom.fct_orders")
    expect(window.get_by_role("heading", name="fct_orders").first).to_be_visible()
    expect(window.get_by_text("One row per order, of every status.")).to_be_visible()
    for part in (".app", ".app-menu", ".app-content"):
        assert window.locator(part).first.evaluate("node => node.getBoundingClientRect().right <= innerWidth"), part
    assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    picture(window, "model")
    window.get_by_role("link", name="All reports").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Reports")


def test_the_report_site_serves_look_up_and_documentation(browser: Browser, documented: ModelFiles) -> None:
    server = report_server(documented.reports_dir, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        for online in opened(browser, ViewportSize(width=1280, height=900), "light", is_offline=False):
            online.goto(f"http://127.0.0.1:{server.server_port}/lookup/#c1")
            expect(online.get_by_role("heading", name="Customer c1")).to_be_visible()
            online.goto(f"http://127.0.0.1:{server.server_port}/dbt/index.html#!/model/model.ecom.fct_orders")
            expect(online.get_by_text("One row per order, of every status.")).to_be_visible()
            assert is_near(online.url)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
