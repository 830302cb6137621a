"""Pages: what may be linked, and what a template may leave out."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from ml_assets.reports.page import rendered, safe_link


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
