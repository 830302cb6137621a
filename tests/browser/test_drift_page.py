"""Drift reports and their list in a browser without network: charts are seen, wide and on a phone, by day and by night.

The pages are opened as files, and once from the report site, whose policy is stricter than a file's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from ecom_assets.commands.reports_server import report_server
from ml_assets.files import ModelFiles, write_text
from ml_assets.monitoring.report.archive import write_report
from ml_assets.reports.index import index_text
from tests.browser.test_model_card import CONTRASTS, LIGHTS, TEXT_CONTRAST, WIDTHS, Light
from tests.unit.monitoring.report.made_reports import AS_OF, FACTS, drift_report_of_windows, quality_report_of_windows

pytestmark = pytest.mark.slow

# What stands where charts are to be drawn.
MISSING = "they are not seen where that is missing"
# Whether so many charts have marks that take room on the screen.
ARE_DRAWN = """
number => [...document.querySelectorAll('.js-plotly-plot')].filter(plot =>
  [...plot.querySelectorAll('.point path, .js-line')].some(mark => {
    const box = mark.getBoundingClientRect();
    return box.width > 0 && box.height > 1;
  })).length === number
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """Return a folder of reports with one of each kind, and the list of them."""
    folder = tmp_path_factory.mktemp("site")
    made = ModelFiles(folder / "models", folder / "reports", "http://reports.test", "abc")
    write_report(made.drift_report(FACTS.model, AS_OF), drift_report_of_windows())
    write_report(made.quality_report("olist", AS_OF), quality_report_of_windows())
    write_text(made.index, index_text(made))
    return made


@pytest.fixture(
    params=[(width, light) for width in WIDTHS for light in LIGHTS], ids=lambda each: f"{each[0]}_{each[1]}"
)
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page of a size and light, without network; a word on the console, or a request of more, fails."""
    width, light = request.param
    yield from opened(browser, ViewportSize(width=width, height=900), light, is_offline=True)


@pytest.fixture
def online(browser: Browser) -> Iterator[Page]:
    """Return a page that may ask this machine."""
    yield from opened(browser, ViewportSize(width=1280, height=900), "light", is_offline=False)


def opened(browser: Browser, size: ViewportSize, light: Light, *, is_offline: bool) -> Iterator[Page]:
    context = browser.new_context(viewport=size, color_scheme=light, offline=is_offline)
    troubles: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda asked: troubles.append(asked.url) if not is_near(asked.url) else None)
    yield page
    context.close()
    assert troubles == []


def is_near(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"file", "data"} or parts.hostname == "127.0.0.1"


def expect_charts(page: Page, number: int) -> None:
    """Expect so many charts, each of which shows something."""
    expect(page.locator(".js-plotly-plot")).to_have_count(number)
    page.wait_for_function(ARE_DRAWN, arg=number)


def test_charts_are_seen_and_the_page_fits_its_window(window: Page, files: ModelFiles) -> None:
    window.goto(files.drift_report(FACTS.model, AS_OF).as_uri())
    expect(window.get_by_role("heading", level=1)).to_have_text("late_delivery_handover: drift")
    expect(window.get_by_role("status")).to_contain_text("Drift")
    expect_charts(window, 3)
    expect(window.get_by_text(MISSING).first).to_be_hidden()
    assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for plot in window.locator(".js-plotly-plot").all():
        edges = plot.evaluate("node => [node.getBoundingClientRect().left, node.getBoundingClientRect().right]")
        assert 0 <= edges[0] < edges[1] <= window.evaluate("() => innerWidth")


def test_what_is_folded_is_drawn_when_it_is_opened(window: Page, files: ModelFiles) -> None:
    window.goto(files.drift_report(FACTS.model, AS_OF).as_uri())
    expect_charts(window, 3)
    window.get_by_text("1 column more, without drift").click()
    expect_charts(window, 4)
    window.get_by_text("1 column not judged").click()
    expect_charts(window, 5)
    expect(window.get_by_text("Not judged: it grows with time")).to_be_visible()


def test_evidently_tests_say_what_the_table_says(window: Page, files: ModelFiles) -> None:
    window.goto(files.drift_report(FACTS.model, AS_OF).as_uri())
    expect(window.get_by_role("row", name="price drifted")).to_be_visible()
    expect(window.get_by_text("Data drift detected. Drift detection method")).to_be_visible()
    window.get_by_role("tab", name="Tests").click()
    expect(window.get_by_text("Value Drift for column price")).to_be_visible()
    expect(window.get_by_text("(location): drifted.")).to_be_visible()


def test_raw_data_has_its_charts_folded(window: Page, files: ModelFiles) -> None:
    window.goto(files.quality_report("olist", AS_OF).as_uri())
    expect_charts(window, 1)
    window.get_by_text("3 columns more, without drift").click()
    expect_charts(window, 4)
    assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_list_says_what_was_found_and_leads_there(window: Page, files: ModelFiles) -> None:
    window.goto(files.index.as_uri())
    assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert window.evaluate(CONTRASTS)["text"] >= TEXT_CONTRAST
    expect(window.get_by_role("link", name="olist")).to_be_visible()
    window.get_by_role("link", name="2018-08-31: drift").first.click()
    expect_charts(window, 3)
    window.get_by_role("link", name="Overview").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Reports")


def test_the_report_site_serves_the_charts(online: Page, files: ModelFiles) -> None:
    server = report_server(files.reports_dir, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        online.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        online.get_by_role("link", name="2018-08-31: drift").first.click()
        expect_charts(online, 3)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_without_its_script_says_what_is_missing(browser: Browser, files: ModelFiles, tmp_path: Path) -> None:
    alone = tmp_path / "sent.html"
    alone.write_text(files.drift_report(FACTS.model, AS_OF).read_text())
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(alone.as_uri())
    expect(page.get_by_text(MISSING).first).to_be_visible()
    context.close()
