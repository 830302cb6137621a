"""The report site over HTTP: its pages are there, and nothing else of the machine."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ecom_assets.commands.reports_server import main, report_server
from ecom_assets.environment import load_settings
from tests.free_port import free_port


@dataclass(frozen=True)
class Site:
    """A running server on a folder that lies beside a secret."""

    folder: Path
    port: int

    def ask(self, path: str, method: str = "GET") -> tuple[int, bytes, http.client.HTTPMessage]:
        """Send a path just as it is written, and return status, body and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    base = tmp_path_factory.mktemp("site")
    folder = base / "reports"
    (folder / "models").mkdir(parents=True)
    (folder / "index.html").write_text("all reports")
    (folder / "scoreboard.json").write_text("[]")
    (folder / "models" / "churn.html").write_text("a card")
    (folder / "models" / ".churn.html.1.unfinished").write_text("half a card")
    (folder / ".private").mkdir()
    (folder / ".private" / "page.html").write_text("hidden")
    (base / "reports_beside").mkdir()
    (base / "reports_beside" / "secret.txt").write_text("secret")
    (base / "secret.txt").write_text("secret")
    (folder / "out.html").symlink_to(base / "secret.txt")
    (folder / "away").symlink_to(base)
    (folder / "linked").mkdir()
    (folder / "linked" / "index.html").symlink_to(base / "secret.txt")
    (folder / "hidden.html").symlink_to(folder / ".private" / "page.html")
    (folder / "lookup" / "data").mkdir(parents=True)
    (folder / "lookup" / "index.html").write_text("a page in a folder")
    (folder / "lookup" / "data" / "0.js").write_text("rows()")
    (folder / "circle.html").symlink_to(folder / "circle.html")
    server = report_server(folder, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(folder, server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/", b"all reports", "text/html"),
        ("/index.html", b"all reports", "text/html"),
        ("/models/churn.html", b"a card", "text/html"),
        ("/models/churn.html?from=dagster", b"a card", "text/html"),
        ("/models/../index.html", b"all reports", "text/html"),
        ("/scoreboard.json", b"[]", "application/json"),
        ("/lookup/", b"a page in a folder", "text/html"),
        ("/lookup/data/0.js", b"rows()", "text/javascript"),
        ("/lookup/data/../index.html", b"a page in a folder", "text/html"),
        # A question mark ends the path: what follows is no part of it.
        ("/index.html?../secret.txt", b"all reports", "text/html"),
    ],
)
def test_a_page_is_read(site: Site, path: str, body: bytes, kind: str) -> None:
    status, found, headers = site.ask(path)
    assert (status, found, headers["Content-Type"]) == (200, body, kind)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-cache"
    assert site.ask(path, "HEAD")[:2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/models/../../secret.txt",
        "/models/%2e%2e/%2e%2e/secret.txt",
        "/..\\secret.txt",
        "/../reports_beside/secret.txt",
        "//secret.txt",
        "/%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/....//secret.txt",
        "/.%2e/secret.txt",
        "/%2e%2e%5csecret.txt",
        "/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/lookup/data/%2e%2e/%2e%2e/%2e%2e/secret.txt",
        "/index.html/../../secret.txt",
        "/nowhere/../../secret.txt",
        "/out.html",
        "/out.html%00.html",
        "/index.html%00",
        "/%0a/../../secret.txt",
        f"/{'x' * 5_000}",
        "/hidden.html",
        "/lookup/data/",
        "/away/secret.txt",
        "/linked/",
        "/circle.html",
        "/models/.churn.html.1.unfinished",
        "/.private/page.html",
        "/.private/",
        "/models/",
        "/away/",
        "/index.html/",
        "/nowhere.html",
        "/%00.html",
        "/%ff%fe.html",
    ],
)
def test_nothing_else_is_there(site: Site, path: str) -> None:
    for method in ("GET", "HEAD"):
        status, body, _ = site.ask(path, method)
        assert status == 404
        assert b"secret.txt" not in body
        assert b"churn" not in body
    assert site.ask(path)[1].count(b"secret") == 0


def test_the_whole_path_of_a_secret_is_no_page(site: Site) -> None:
    secret = site.folder.parent / "secret.txt"
    for path in (str(secret), f"/{secret}", f"http://localhost{secret}", f"file://{secret}"):
        assert site.ask(path)[0] in {400, 404}


def test_a_folder_leads_to_its_page_and_never_to_another_machine(site: Site) -> None:
    status, _, headers = site.ask("/lookup")
    assert (status, headers["Location"]) == (301, "/lookup/")
    for path in ("//lookup", "///lookup", "/%2flookup", "//elsewhere.test/%2e%2e", "//elsewhere.test/..//lookup"):
        address = site.ask(path)[2]["Location"]
        # Two slashes would begin the name of a machine.
        assert address is None or (address[0] == "/" and address[1] not in "/\\"), path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "MKCOL"])
def test_nothing_can_be_written(site: Site, method: str) -> None:
    before = sorted(path.name for path in site.folder.rglob("*"))
    assert site.ask("/index.html", method)[0] == 501
    assert sorted(path.name for path in site.folder.rglob("*")) == before


def test_a_site_without_pages_says_what_writes_them(tmp_path: Path) -> None:
    server = report_server(tmp_path, "127.0.0.1", 0)
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        status, body, _ = Site(tmp_path, server.server_address[1]).ask("/")
        server.shutdown()
        thread.join()
    assert status == 200
    assert b"make run" in body


def test_a_taken_port_is_an_error_in_words(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_HOME", str(tmp_path))
    assert main(["--host", "127.0.0.1", "--port", str(site.port)]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.slow
def test_the_command_serves_the_folder_of_its_home(tmp_path: Path) -> None:
    folder = load_settings({"ECOM_HOME": str(tmp_path)}).reports_dir
    folder.mkdir()
    (folder / "index.html").write_text("mine")
    site = Site(folder, free_port())
    command = [sys.executable, "-m", "ecom_assets.commands.reports_server", "--host", "127.0.0.1"]
    process = subprocess.Popen([*command, "--port", str(site.port)], env={"ECOM_HOME": str(tmp_path)})
    try:
        assert answer_when_up(site, process) == b"mine"
    finally:
        process.terminate()
        process.wait(timeout=20)


def answer_when_up(site: Site, process: subprocess.Popen[bytes]) -> bytes:
    """Return the first page as soon as the process answers."""
    while process.poll() is None:
        try:
            return site.ask("/")[1]
        except ConnectionRefusedError:
            continue
    raise AssertionError(f"the server ended with {process.returncode}")
