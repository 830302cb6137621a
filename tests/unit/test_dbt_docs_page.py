"""dbt's documentation as a page: all of it within, nothing asked for, nothing in it that could be taken for a tag."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from dbt.task.docs import DOCS_INDEX_FILE_PATH

from ecom_assets.dbt.docs_asset import DOCS_ARGS, DOCS_ASSET, build_docs_asset, last_models
from ecom_assets.dbt.docs_page import docs_page, shown_manifest
from ecom_assets.environment import load_settings
from ml_assets.contract import FILES_RESOURCE
from ml_assets.files import ModelFiles

TEMPLATE = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
CATALOG: Mapping[str, Any] = {"nodes": {}, "sources": {}}


def node(name: str, *parents: str, kind: str = "model") -> dict[str, Any]:
    return {"resource_type": kind, "name": name, "depends_on": {"nodes": list(parents)}, "root_path": "/home/me"}


MANIFEST: Mapping[str, Any] = {
    "nodes": {
        "model.a": node("</script><script>alert(1)"),
        "model.b": node("b", "model.a"),
        "model.c": node("c", "model.a"),
        "test.d": node("d", "model.b", kind="test"),
    },
    "unit_tests": {"unit_test.u": {"given": "Maria, 01310"}},
    "parent_map": {"model.a": [], "unit_test.u": ["model.a"]},
    "child_map": {"model.a": ["model.b", "unit_test.u"], "unit_test.u": []},
}


def test_manifest_and_catalog_stand_in_the_page_and_end_no_script() -> None:
    page = docs_page(TEMPLATE, MANIFEST, {"nodes": {"model.a": {"columns": "<!--"}}})
    assert page.count("</script>") == TEMPLATE.count("</script>")
    assert "\\u003c/script>\\u003cscript>alert(1)" in page
    assert '{"nodes":{"model.a":{"columns":"\\u003c!--"}}}' in page
    assert "INLINE DATA" not in page


def test_the_page_may_ask_nobody_and_leads_back() -> None:
    page = docs_page(TEMPLATE, MANIFEST, CATALOG)
    policy = page.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.split("; ")[0] == "default-src 'none'"
    assert "http" not in policy
    assert "eval" not in policy
    # The policy stands before the first script, or it would not hold for that.
    assert page.index("Content-Security-Policy") < page.index("<script")
    assert 'href="../index.html"' in page
    assert "favicon.ico" not in page.split("<script")[0]


def test_made_up_persons_and_the_folder_of_the_project_are_left_out() -> None:
    shown = json.dumps(shown_manifest(MANIFEST))
    for word in ("Maria", "01310", "unit_test.u", "/home/me"):
        assert word not in shown
    assert shown_manifest(MANIFEST)["child_map"] == {"model.a": ["model.b"]}
    assert MANIFEST["nodes"]["model.a"]["root_path"] == "/home/me"


@pytest.mark.parametrize("template", [TEMPLATE.replace('ng-app="dbt"', ""), TEMPLATE + "</body>"])
def test_another_page_of_dbt_is_refused_with_the_repair(template: str) -> None:
    with pytest.raises(ValueError, match=r"times, not once: this dbt makes another page; install requirements\.lock"):
        docs_page(template, MANIFEST, CATALOG)


class Keys:
    """Stands in for the translator: a model is known by its name."""

    def get_asset_key(self, properties: Mapping[str, Any]) -> dg.AssetKey:
        return dg.AssetKey([properties["name"]])


def test_it_stands_behind_the_models_that_no_other_reads() -> None:
    assert last_models(MANIFEST, Keys()) == [dg.AssetKey(["b"]), dg.AssetKey(["c"])]  # type: ignore[arg-type]


class Dbt:
    """Stands in for dbt: writes what it writes, and notes what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[list[str]] = []

    def cli(self, arguments: list[str], manifest: Mapping[str, Any]) -> SimpleNamespace:
        self.asked.append(arguments)
        self.folder.mkdir()
        (self.folder / "index.html").write_text(TEMPLATE, encoding="utf-8")
        done = SimpleNamespace(target_path=self.folder, get_artifact={"catalog.json": CATALOG}.__getitem__)
        return SimpleNamespace(wait=lambda: done)


def test_the_asset_writes_the_page_and_leaves_nothing_else(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path / "home")})
    files = ModelFiles(tmp_path / "models", tmp_path / "reports", "http://reports.test", "abc")
    dbt = Dbt(tmp_path / "target")
    asset = build_docs_asset(settings, MANIFEST, Keys())  # type: ignore[arg-type]
    result = dg.materialize([asset], resources={"dbt": dbt, FILES_RESOURCE: files})
    [event] = result.get_asset_materialization_events()
    assert event.asset_key == DOCS_ASSET
    assert event.materialization.metadata["page"].value == "http://reports.test/dbt/index.html"
    assert event.materialization.metadata["bytes"].value == files.dbt_docs.stat().st_size
    assert dbt.asked == [list(DOCS_ARGS)]
    assert not dbt.folder.exists()
    assert "Data documentation" in files.index.read_text(encoding="utf-8")
