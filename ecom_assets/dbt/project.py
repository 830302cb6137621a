"""The dbt project as Dagster sees it: where it lies and a manifest that is never stale.

Belongs here: paths, the manifest's fingerprint and its renewal, what old invocations leave. Does not belong here: what
is made of the manifest (``translator``, ``assets``).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from dagster_dbt import DbtProject
from dbt.version import __version__ as dbt_version

from ecom_assets.dbt.resource import PinnedDbt
from ecom_assets.environment import DBT_PROJECT_DIR, Settings

_SOURCE_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md"}
KEPT_INVOCATIONS = 10
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
    """Return a sha256 over everything that a manifest depends on: files and where they lie, engine, sources, dbt."""
    combined = hashlib.sha256(f"{dbt_version}\0{settings.engine.name}\0{settings.sources}\0{project_dir}".encode())
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
    """Return the manifest, parsed anew if anything it depends on has changed; who comes meanwhile waits for it.

    Raises
    ------
    DagsterDbtCliRuntimeError
        If dbt cannot parse the project.
    """
    fingerprint = project_fingerprint(Path(project.project_dir), settings)
    marker = settings.dbt_target_dir / "manifest.fingerprint"

    def is_current() -> bool:
        return project.manifest_path.exists() and marker.exists() and marker.read_text() == fingerprint

    if not is_current():
        settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
        with _only_one(marker.with_suffix(".lock")):
            if not is_current():
                marker.unlink(missing_ok=True)
                _parse(project)
                marker.write_text(fingerprint)
    return _read_manifest(project.manifest_path, fingerprint)


def _parse(project: DbtProject) -> None:
    """Let dbt write the manifest, and what spares later commands the parsing.

    dagster-dbt's own way marks seeds as changed, so that the result may be carried to another machine; every later
    command would then look at the whole project again. Here a project that lies elsewhere is parsed from nothing.
    """
    program = Path(sys.executable).with_name("dbt")
    # A project is taken where the field says a path.
    dbt = PinnedDbt(project_dir=project, dbt_executable=str(program))  # type: ignore[arg-type]
    dbt.cli(["parse", "--quiet", "--no-partial-parse"], target_path=project.target_path).wait()


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the only lock on a file; the system takes it from a process that ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keeping_newest(events: Iterable[Any], target_dir: Path, keep: int = KEPT_INVOCATIONS) -> Iterator[Any]:
    """Yield what an invocation of dbt reports, and remove the artefacts of old ones when it ends, whether it succeeds.

    Parameters
    ----------
    events
        What dbt reports.
    target_dir
        Where each invocation leaves a folder of its own.
    keep
        How many of the newest stay.
    """
    try:
        yield from events
    finally:
        # Of two runs that end at once one removes.
        with _only_one(target_dir / "prune.lock"):
            prune_invocations(target_dir, keep)


def prune_invocations(target_dir: Path, keep: int) -> None:
    """Remove the artefacts of all but the newest dbt invocations that have ended."""
    folders = [path for path in target_dir.iterdir() if (path / "run_results.json").exists()]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        shutil.rmtree(folder)


@lru_cache(maxsize=2)
def _read_manifest(path: Path, fingerprint: str) -> Mapping[str, Any]:
    """Read a manifest once a fingerprint; dagster-dbt memoises by the object's identity."""
    manifest: Mapping[str, Any] = json.loads(path.read_bytes())
    return manifest
