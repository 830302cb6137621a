"""Feature tables built from a landing folder in a warehouse of their own.

Belongs here: loading, dbt, and where the result lies. Does not belong here: which folders are built, comparison.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ecom_assets.environment import DBT_PROJECT_DIR, ENGINES, Settings, export_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.point_in_time.landed import load_source

# A table that by default holds the last dates only holds all of them in both builds.
_ALL_DATES = {"interaction_as_of_count": 10_000}
_OWN_VARIABLES = ("ECOM_", "DAGSTER_", "DBT_")
_LAST_LINES = 25


class BuildError(RuntimeError):
    """dbt could not build the feature tables; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Build:
    """Feature tables of one source, built from one landing folder.

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


class Workshop:
    """A folder in which builds of one source are made one after the other.

    All are made at the same paths, so that dbt need not parse the project anew, and then set aside.
    """

    def __init__(self, folder: Path, settings: Settings, source: str) -> None:
        """Take the folder; the settings say what else there is to know, such as the share of rejects allowed."""
        self.folder = folder
        self.source = source
        self._settings = replace(
            settings,
            home=folder,
            engine=ENGINES["duckdb"],
            sources=(source,),
            duckdb_path=folder / "warehouse.duckdb",
            dagster_home=folder / "dagster",
        )

    def build(self, name: str, raw_dir: Path) -> Build:
        """Load a landing folder and build the feature tables of the source, with all dates and all that they need.

        Raises
        ------
        LoadError
            If the folder cannot be used as it is.
        BuildError
            If dbt fails.
        """
        path = self._settings.duckdb_path
        path.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(path)) as connection:
            load_source(connection, raw_dir, SOURCES[self.source], max_rejected_share=self._settings.max_rejected_share)
        self._run_dbt()
        built = Build(path.replace(self.folder / f"{name}.duckdb"))
        shutil.copy(self._settings.dbt_target_dir / "manifest.json", built.path.with_suffix(".json"))
        return built

    def _run_dbt(self) -> None:
        arguments = ["build", "--resource-type", "model", "--resource-type", "seed"]
        arguments += ["--select", f"+path:models/features/{self.source}", "--vars", json.dumps(_ALL_DATES)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
        export_settings(self._settings, environment)
        environment["DBT_PROJECT_DIR"] = environment["DBT_PROFILES_DIR"] = str(DBT_PROJECT_DIR)
        program = shutil.which("dbt", path=environment["PATH"])
        if program is None:
            raise BuildError(f"dbt is not among the programs of {environment['PATH']}; run make setup")
        result = subprocess.run(
            [program, *arguments], cwd=DBT_PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode:
            last = "\n".join((result.stdout + result.stderr).splitlines()[-_LAST_LINES:])
            raise BuildError(f"dbt could not build the features of {self.source} in {self.folder}:\n{last}")
