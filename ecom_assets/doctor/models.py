"""MLflow's store: whether it can be reached, who serves, and whether the files of who serves are there.

Belongs here: a look at the registry. Does not belong here: how good a model is (its card, the scoreboard).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping

from ecom_assets.doctor.finding import Finding, ok, problem, problem_of, warning
from ecom_assets.environment import Settings
from ml_assets.predictions import DECLARED_TABLES
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.store import RegistryUnavailableError, ensure_answering, store_path
from ml_assets.registry.stored import stored_champions
from ml_assets.registry.tracking import ModelRegistry

_STORE, _CHAMPIONS = "MLflow", "champions"
_PUT_BACK = "make restore FROM=a back-up ARGS=--replace"


def model_findings(settings: Settings) -> list[Finding]:
    """Look at the store of the settings; none is made where there is none."""
    path = store_path(settings.mlflow_tracking_uri)
    wanted = {table.model for table in DECLARED_TABLES.values() if table.source in settings.sources}
    if path is None:
        return _server_findings(settings, wanted)
    if not path.exists():
        return [ok(_STORE, f"{path} is not there yet; make run makes it")]
    try:
        champions = stored_champions(path, settings.mlflow_artifact_dir)
    except sqlite3.Error as error:
        return [problem(_STORE, f"{path} cannot be read ({error})", f"{_PUT_BACK}, or move it away and make run")]
    lost = [f"{name} version {found.number}" for name, found in champions.items() if not found.folder.is_dir()]
    numbers = {name: found.number for name, found in champions.items()}
    return [ok(_STORE, str(path)), champion_finding(numbers, wanted, lost)]


def _server_findings(settings: Settings, wanted: Collection[str]) -> list[Finding]:
    try:
        ensure_answering(settings.mlflow_tracking_uri)
    except RegistryUnavailableError as error:
        return [problem_of(_STORE, error, "start the server")]
    registry = ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir)
    found = {name: registry.aliased(name, CHAMPION) for name in sorted(wanted)}
    numbers = {name: version.number for name, version in found.items() if version}
    return [ok(_STORE, f"{settings.mlflow_tracking_uri} answers"), champion_finding(numbers, wanted, [])]


def champion_finding(champions: Mapping[str, str], wanted: Collection[str], lost: Collection[str]) -> Finding:
    """Judge who serves.

    Parameters
    ----------
    champions
        Number of the version that serves, by model.
    wanted
        Names of the models of the sources in use.
    lost
        Champions whose files are not there, in words.
    """
    if lost:
        return problem(_CHAMPIONS, f"the files of {', '.join(lost)} are gone", f"{_PUT_BACK}, or make run ARGS=--full")
    nobody = sorted(set(wanted) - champions.keys())
    if nobody:
        words = f"nobody serves for {', '.join(nobody)}"
        return warning(_CHAMPIONS, words, "make run; the checks of the model's evaluation say why if it stays so")
    return ok(_CHAMPIONS, ", ".join(f"{name} version {champions[name]}" for name in sorted(wanted)))
