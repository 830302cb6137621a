"""The report site of this home, as ``make ui`` starts it: files of one folder, to be read only.

Belongs here: which requests are answered, and with which file. Does not belong here: what stands in the pages
(``ml_assets.reports``).
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from ecom_assets.environment import SettingsError, load_settings

# A page needs no other file; what one holds all the same may not be fetched from elsewhere.
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
}
# What the standard library shows for a folder.
_INDEXES = ("index.html", "index.htm")
_NOTHING_YET = (
    b"<!doctype html><title>Reports</title><p>No report was written yet: <code>make run</code> writes them.\n"
)


class ReportRequestHandler(SimpleHTTPRequestHandler):
    """Answers GET and HEAD by a file below the folder; hidden files, folders and links out of it are not there."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Send the head of an answer; return the file that follows, if one does."""
        if not self._is_seen(Path(self.translate_path(self.path))):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _is_seen(self, path: Path) -> bool:
        """Return whether a path, and the page that stands for it if it is a folder, lies in the folder openly."""
        root = Path(self.directory).resolve()
        try:
            found = [each.resolve() for each in (path, *(path / name for name in _INDEXES))]
        except (OSError, RuntimeError, ValueError):
            # Names that no file can have, and links in a circle.
            return False
        return all(
            each.is_relative_to(root) and not any(part.startswith(".") for part in each.relative_to(root).parts)
            for each in found
        )

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """Show no folder that has no page of its own; say at the root what would write one."""
        if Path(path).resolve() != Path(self.directory).resolve():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_NOTHING_YET)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(_NOTHING_YET)

    def end_headers(self) -> None:
        """Add what holds for every answer."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def version_string(self) -> str:
        """Say nothing of the versions at work."""
        return "reports"

    def log_message(self, format: str, *args: Any) -> None:
        """Leave the terminal to what matters; the browser shows what is not there."""


def report_server(folder: Path, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server on a folder, which need not be there yet."""
    return ThreadingHTTPServer((host, port), partial(ReportRequestHandler, directory=str(folder)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the process is ended; return only if it cannot start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(os.environ)
        server = report_server(settings.reports_dir, options.host, options.port)
    except (SettingsError, OSError, OverflowError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    # An interrupt at the terminal reaches this process too, and is how it ends.
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
