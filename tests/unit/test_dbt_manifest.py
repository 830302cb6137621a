"""The manifest is parsed when it is stale, once however many ask, and again after a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dagster_dbt import DbtProject

from ecom_assets.dbt import project as module
from ecom_assets.dbt.project import dbt_project, prepared_manifest, project_fingerprint
from ecom_assets.environment import DBT_PROJECT_DIR, Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"ECOM_HOME": str(tmp_path)})


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the manifests that were written, by what stands in for dbt."""
    written: list[Path] = []

    def write(project: DbtProject) -> None:
        written.append(project.manifest_path)
        project.manifest_path.write_text(json.dumps({"number": len(written)}))

    monkeypatch.setattr(module, "_parse", write)
    return written


def test_it_is_parsed_once_for_all_who_ask_at_once_and_not_again(settings: Settings, parsed: list[Path]) -> None:
    project = dbt_project(settings)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: prepared_manifest(project, settings), range(8)))
    assert found == [{"number": 1}] * 8
    assert parsed == [settings.dbt_target_dir / "manifest.json"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda target: (target / "manifest.json").unlink(),
        lambda target: (target / "manifest.fingerprint").unlink(),
        lambda target: (target / "manifest.fingerprint").write_text("of other files"),
    ],
    ids=["no manifest", "unknown files", "other files"],
)
def test_what_is_stale_is_parsed_again(settings: Settings, parsed: list[Path], spoil: Callable[[Path], object]) -> None:
    prepared_manifest(dbt_project(settings), settings)
    spoil(settings.dbt_target_dir)
    prepared_manifest(dbt_project(settings), settings)
    assert len(parsed) == 2


def test_after_a_failure_the_old_manifest_does_not_pass_for_the_new_one(
    settings: Settings, parsed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared_manifest(dbt_project(settings), settings)
    (settings.dbt_target_dir / "manifest.fingerprint").write_text("of other files")

    def failing(project: DbtProject) -> None:
        raise RuntimeError("a model does not parse")

    with monkeypatch.context() as broken:
        broken.setattr(module, "_parse", failing)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="does not parse"):
                prepared_manifest(dbt_project(settings), settings)
    prepared_manifest(dbt_project(settings), settings)
    assert len(parsed) == 2


def test_a_project_that_lies_elsewhere_is_another_one(settings: Settings, tmp_path: Path) -> None:
    found = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dbt_project.yml").write_text("name: x")
        found.add(project_fingerprint(tmp_path / name, settings))
    assert len(found) == 2


@pytest.mark.slow
def test_dbt_parses_the_project_and_what_it_keeps_fits_the_files(settings: Settings) -> None:
    manifest = prepared_manifest(dbt_project(settings), settings)
    [seed] = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    assert seed["root_path"] == str(DBT_PROJECT_DIR)
    kept = (settings.dbt_target_dir / "partial_parse.msgpack").read_bytes()
    assert seed["checksum"]["checksum"].encode() in kept
    # What marks a file as changed, for every later command.
    assert b"0" * 64 not in kept
