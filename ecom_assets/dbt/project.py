"""The dbt project as Dagster sees it: where it lies and a manifest that is never stale.

Belongs here: paths, the manifest's fingerprint and its renewal. Does not belong here: what is made of the
manifest (``translator``, ``assets``).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from dagster_dbt import DbtProject
from dbt.version import __version__ as dbt_version

from ecom_assets.environment import DBT_PROJECT_DIR, Settings

_SOURCE_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md"}
_SOURCE_FOLDERS = ("models", "macros", "tests", "seeds", "snapshots")


def dbt_project(settings: Settings) -> DbtProject:
    """Return the project with its artefacts below ``ECOM_HOME``."""
    return DbtProject(
        project_dir=DBT_PROJECT_DIR,
        profiles_dir=DBT_PROJECT_DIR,
        target_path=settings.dbt_target_dir,
        target=settings.engine.name,
    )


def project_fingerprint(project_dir: Path, settings: Settings) -> str:
    """Return a sha256 over everything that a manifest depends on: files, engine, sources, dbt's version."""
    combined = hashlib.sha256(f"{dbt_version}\0{settings.engine.name}\0{settings.sources}".encode())
    top_level = [path for path in project_dir.iterdir() if path.is_file()]
    below = [path for folder in _SOURCE_FOLDERS for path in (project_dir / folder).rglob("*")]
    for path in sorted(path for path in top_level + below if path.suffix in _SOURCE_SUFFIXES):
        combined.update(f"{path.relative_to(project_dir)}\0".encode())
        combined.update(hashlib.sha256(path.read_bytes()).digest())
    return combined.hexdigest()


def project_variables(project_dir: Path) -> Mapping[str, Any]:
    """Return the variables declared in ``dbt_project.yml``."""
    declared: Mapping[str, Any] = yaml.safe_load((project_dir / "dbt_project.yml").read_text())["vars"]
    return declared


def prepared_manifest(project: DbtProject, settings: Settings) -> Mapping[str, Any]:
    """Return the manifest, parsed anew if anything it depends on has changed."""
    fingerprint = project_fingerprint(Path(project.project_dir), settings)
    marker = settings.dbt_target_dir / "manifest.fingerprint"
    if not (project.manifest_path.exists() and marker.exists() and marker.read_text() == fingerprint):
        settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
        marker.unlink(missing_ok=True)
        project.preparer.prepare(project)
        marker.write_text(fingerprint)
    return _read_manifest(project.manifest_path, fingerprint)


def prune_invocations(target_dir: Path, keep: int) -> None:
    """Remove the artefacts of all but the newest dbt invocations; each leaves a folder of its own."""
    folders = [path for path in target_dir.iterdir() if (path / "run_results.json").exists()]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        shutil.rmtree(folder)


@lru_cache(maxsize=2)
def _read_manifest(path: Path, fingerprint: str) -> Mapping[str, Any]:
    """Read a manifest once a fingerprint; dagster-dbt memoises by the object's identity."""
    manifest: Mapping[str, Any] = json.loads(path.read_bytes())
    return manifest
