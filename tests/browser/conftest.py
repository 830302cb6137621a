"""One server and one browser for all tests of the UI."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.server import UiServer
from tests.conftest import Home

PROGRAMS = ("chromium", "chromium-browser")
REPAIR = "install Debian's package chromium (apt-get install chromium), or put a program of that name on the PATH"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = ViewportSize(width=1600, height=1000)
# A page loads in two seconds; the limit only ends what would hang.
PAGE_MILLISECONDS = 60_000
expect.set_options(timeout=PAGE_MILLISECONDS)

Picture = Callable[[Page, str], None]
Shot = Callable[[str], None]


@pytest.fixture(scope="session")
def ui(built_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UiServer]:
    """Return the running server of ``make ui`` on a home that the tests may change, if they change it back."""
    server = UiServer(built_home.copied_to(tmp_path_factory.mktemp("ui")))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Debian's chromium, or skip where it is missing."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"NO BROWSER TESTED: neither {' nor '.join(PROGRAMS)} is on the PATH; {REPAIR}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, ui: UiServer) -> Iterator[BrowserContext]:
    """Return a fresh profile of the browser, whose relative addresses are the server's."""
    opened = browser.new_context(base_url=ui.url, viewport=VIEWPORT)
    opened.set_default_timeout(PAGE_MILLISECONDS)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a page; the test fails afterwards if it, or a page that it opened, met an error or asked another machine.

    No error is excused: the UI in use prints none to the console.
    """
    troubles: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            troubles.append(f"console: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            troubles.append(f"status {response.status} of {response.url}")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in {"localhost", "127.0.0.1"}:
            troubles.append(f"asked {request.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: troubles.append(f"uncaught: {error.error}"))
    context.on("response", on_response)
    context.on("request", on_request)
    yield context.new_page()
    assert troubles == []


def expect_check(page: Page, name: str, state: str) -> None:
    """Expect the list of an asset's checks to show one in a state, such as "Succeeded"."""
    expect(page.locator("body")).to_contain_text(re.compile(rf"{re.escape(name)}\s*{state}"))


@pytest.fixture
def picture(tmp_path: Path, request: pytest.FixtureRequest) -> Picture:
    """Return a function that keeps a picture of a whole page in ECOM_SCREENSHOT_DIR, or in the test's own folder."""
    folder = Path(os.environ.get("ECOM_SCREENSHOT_DIR") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    test = re.sub(r"\W+", "_", request.node.name).strip("_")

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{test}__{name}.png", animations="disabled", full_page=True)

    return take


@pytest.fixture
def shot(page: Page, picture: Picture) -> Shot:
    """Return a function that keeps a picture of the page, or of the newest that it opened."""

    def take(name: str) -> None:
        picture(page.context.pages[-1], name)

    return take
