"""Pages: what may be linked, what a template may leave out, and files that are never half written."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from ml_assets.reports.page import rendered, safe_link, write_page


@pytest.mark.parametrize("address", ["index.html", "../a/b.html#c", "http://localhost:5000/#/models", "https://x.org"])
def test_pages_may_be_linked(address: str) -> None:
    assert safe_link(address) == address


@pytest.mark.parametrize("address", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "file:///etc"])
def test_what_may_run_when_it_is_clicked_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"a page cannot link to .* give a relative address"):
        safe_link(address)


def test_a_page_that_lacks_a_value_is_not_made() -> None:
    with pytest.raises(UndefinedError):
        rendered("index.html", title="Reports")


def test_a_page_is_written_into_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "models" / "card.html"
    write_page(path, "é")
    assert path.read_bytes() == "é".encode()
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_a_page_that_cannot_be_written_leaves_the_old_one_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "card.html"
    write_page(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_page(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
