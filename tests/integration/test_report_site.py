"""The report site of a built home: every link leads to something, and who was scored can be looked up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from ecom_assets.models import model_files
from ml_assets.lookup.shards import LARGEST_FILE_BYTES, hashes_of
from ml_assets.predictions import PREDICTION_TABLES
from tests.conftest import Home

pytestmark = pytest.mark.slow

# Written by a page that finds its parts itself.
APPLICATION = "dbt/index.html"


class Links(HTMLParser):
    """Reads where a page leads, what it asks for, and which places in it can be led to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.places: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.addresses.append(value)
            if name == "id" and value:
                self.places.add(value)


def broken_links(folder: Path) -> Iterator[str]:
    """Yield every address on a page below a folder that leads to no file of the folder, or to no place on its page."""
    pages = {path.resolve(): Links(path) for path in folder.rglob("*.html") if path != folder / APPLICATION}
    for page, links in pages.items():
        for address in links.addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            is_there = target.is_file() and target.is_relative_to(folder.resolve())
            if not is_there or (parts.fragment and target in pages and parts.fragment not in pages[target].places):
                yield f"{page.relative_to(folder.resolve())}: {address}"


def test_every_link_leads_to_something(built_home: Home) -> None:
    folder = model_files(built_home.settings()).reports_dir
    assert list(broken_links(folder)) == []
    assert (folder / APPLICATION).is_file()
    [index] = [Links(folder / "index.html")]
    for name in PREDICTION_TABLES:
        assert f"models/{name}.html" in index.addresses


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html"></a><a href="#here"></a><a href="#there"></a>')
    assert list(broken_links(tmp_path)) == ["a.html: b.html", "a.html: #there"]


def test_who_was_scored_is_where_the_page_looks_for_them(built_home: Home) -> None:
    folder = model_files(built_home.settings()).lookup
    catalogue = json.loads((folder / "index.html").read_text().split('id="catalogue">')[1].split("</script>")[0])
    kinds = {each["kind"]: each for each in catalogue["kinds"]}
    assert list(kinds) == ["customer", "seller", "visitor", "order"]
    for kind, model in (("customer", "churn_olist_customers"), ("order", "late_delivery_purchase")):
        table = PREDICTION_TABLES[model]
        [(who, score)] = built_home.query(
            f"select {table.key[0]}, score from {table.name} order by as_of_date desc, {table.key[0]} limit 1"
        )
        number = int(hashes_of([str(who)])[0]) & (kinds[kind]["files"] - 1)
        data = json.loads((folder / "data" / kind / f"{number}.js").read_text()[len("ecomLookup(") : -len(");\n")])
        newest = data["tables"][model]["newest"]
        assert newest["score"][newest["who"].index(data["ids"].index(who))] == pytest.approx(score, abs=1e-4)
    files = list((folder / "data").rglob("*.js"))
    assert len(files) == sum(each["files"] for each in kinds.values())
    assert max(path.stat().st_size for path in files) <= LARGEST_FILE_BYTES
