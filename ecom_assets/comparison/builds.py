"""Tables built from a landing folder in an embedded warehouse of their own, beside the one in use.

Belongs here: loading, dbt, and where the result lies. Does not belong here: which folders are built and what of the
project, comparison (``rows``).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ecom_assets.environment import DBT_PROJECT_DIR, ENGINES, Settings, export_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.ingestion.whole_source import load_source

_OWN_VARIABLES = ("ECOM_", "DAGSTER_", "DBT_")
_LAST_LINES = 25


class BuildError(RuntimeError):
    """dbt could not build the tables; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Build:
    """Tables built from one landing folder.

    Attributes
    ----------
    path
        The warehouse file; what dbt says of the project lies beside it.
    """

    path: Path

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return what dbt says of the project as it was built, compiled SQL included."""
        manifest: Mapping[str, Any] = json.loads(self.path.with_suffix(".json").read_bytes())
        return manifest

    def set_aside(self, name: str) -> Build:
        """Give the files another name in their folder, so that the next build can be made in their place."""
        moved = self.path.replace(self.path.with_name(f"{name}{self.path.suffix}"))
        self.path.with_suffix(".json").replace(moved.with_suffix(".json"))
        return Build(moved)


def embedded_settings(settings: Settings, folder: Path, sources: Sequence[str]) -> Settings:
    """Return settings under which everything is written into a folder, and the warehouse is a file in it."""
    return replace(
        settings,
        home=folder,
        engine=ENGINES["duckdb"],
        postgres=None,
        sources=tuple(sources),
        duckdb_path=folder / "warehouse.duckdb",
        dagster_home=folder / "dagster",
    )


def build_embedded(settings: Settings, raw_dir: Path, arguments: Sequence[str] = ()) -> Build:
    """Load the sources in use from a landing folder, and build models and seeds on them.

    Parameters
    ----------
    settings
        Those of ``embedded_settings``; a warehouse that is there is replaced.
    raw_dir
        Landing folder.
    arguments
        Further words for ``dbt build``; by default it builds all that needs raw tables only.

    Raises
    ------
    LoadError
        If the folder cannot be used as it is.
    BuildError
        If dbt fails.
    """
    settings.duckdb_path.unlink(missing_ok=True)
    settings.home.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        for name in settings.sources:
            load_source(connection, raw_dir, SOURCES[name], max_rejected_share=settings.max_rejected_share)
    _run_dbt(settings, ["build", "--resource-type", "model", "--resource-type", "seed", *arguments])
    built = Build(settings.duckdb_path)
    shutil.copy(settings.dbt_target_dir / "manifest.json", built.path.with_suffix(".json"))
    return built


def _run_dbt(settings: Settings, arguments: Sequence[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
    export_settings(settings, environment)
    environment["DBT_PROJECT_DIR"] = environment["DBT_PROFILES_DIR"] = str(DBT_PROJECT_DIR)
    program = shutil.which("dbt", path=environment["PATH"])
    if program is None:
        raise BuildError(f"dbt is not among the programs of {environment['PATH']}; run make setup")
    result = subprocess.run(
        [program, *arguments], cwd=DBT_PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        last = "\n".join((result.stdout + result.stderr).splitlines()[-_LAST_LINES:])
        sources = ", ".join(settings.sources)
        raise BuildError(f"dbt could not build the tables of {sources} in {settings.home}:\n{last}")
