"""The files of a home: by name in a back-up, and by place in a home.

Belongs here: which files and folders belong to a back-up, and which settings cannot be backed up. Does not belong here:
copying them, what servers keep (``databases``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecom_assets.backup.errors import BackupError
from ecom_assets.environment import Settings
from ecom_assets.instance import SETTINGS_FILE
from ml_assets.registry.store import store_path

RAW = "raw"
WAREHOUSE = "warehouse.duckdb"
STORE = "mlflow.db"
# Generated anew for each home.
_SKIPPED = frozenset({SETTINGS_FILE})
# Locks, and logs of databases: what these hold is in the copy.
_SKIPPED_SUFFIXES = ("-wal", "-shm", "-journal", ".lock")


@dataclass(frozen=True, slots=True)
class Part:
    """A file or a folder of a home.

    Attributes
    ----------
    name
        Its name in a back-up.
    place
        Where it lies in the home of the settings.
    variable
        Which names its place.
    """

    name: str
    place: Path
    variable: str

    def place_below(self, home: Path, root: Path) -> Path:
        """Return where the part lies if ``root`` stands in the place of ``home``.

        Raises
        ------
        BackupError
            If it does not lie below the home.
        """
        if not self.place.is_relative_to(home):
            raise BackupError(
                f"{self.place} does not lie below the home {home}, which is put back in one step; unset {self.variable}"
            )
        return root / self.place.relative_to(home)


def parts_of(settings: Settings, *, with_raw: bool, with_store: bool) -> tuple[Part, ...]:
    """Return the parts of a home; the folder of dbt is not one, since a run makes it anew.

    Parameters
    ----------
    settings
        Whose home.
    with_raw
        Whether the landing folder is one.
    with_store
        Whether MLflow's runs and versions are.

    Raises
    ------
    BackupError
        If MLflow's store is wanted and kept by a server, whose files cannot be reached from here, or the other way.
    """
    return (
        *([] if settings.postgres else [Part(WAREHOUSE, settings.duckdb_path, "ECOM_DUCKDB_PATH")]),
        *_store_parts(settings, with_store=with_store),
        Part("dagster", settings.dagster_home, "DAGSTER_HOME"),
        Part("models", settings.model_dir, "ECOM_HOME"),
        Part("reports", settings.reports_dir, "ECOM_REPORTS_DIR"),
        Part("exports", settings.export_dir, "ECOM_HOME"),
        *([raw_part(settings)] if with_raw else []),
    )


def raw_part(settings: Settings) -> Part:
    """Return the landing folder."""
    return Part(RAW, settings.raw_dir, "ECOM_RAW_DIR")


def _store_parts(settings: Settings, *, with_store: bool) -> tuple[Part, ...]:
    store, address = store_path(settings.mlflow_tracking_uri), settings.mlflow_tracking_uri
    if with_store and store is None:
        raise BackupError(
            f"the runs and versions of MLflow are kept by {address}, whose database and files nobody here can "
            "read; back them up as docs/operations.md says, and the rest by ARGS=--without-mlflow"
        )
    if not with_store and store is not None:
        raise BackupError(
            f"without MLflow's store {store} nobody serves; leave --without-mlflow out, or, of a back-up that was "
            "taken so, name MLflow's server in MLFLOW_TRACKING_URI"
        )
    if store is None:
        return ()
    artifacts = Part("mlartifacts", settings.mlflow_artifact_dir, "ECOM_HOME")
    return Part(STORE, store, "MLFLOW_TRACKING_URI"), artifacts


def files_of(part: Part) -> dict[str, Path]:
    """Return the files of a part by their path in a back-up; none where the home has no such part."""
    if part.place.is_file():
        return {part.name: part.place}
    found = (path for path in sorted(part.place.rglob("*")) if path.is_file() and _is_kept(path))
    return {f"{part.name}/{path.relative_to(part.place).as_posix()}": path for path in found}


def _is_kept(path: Path) -> bool:
    return path.name not in _SKIPPED and not path.name.endswith(_SKIPPED_SUFFIXES)
