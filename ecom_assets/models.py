"""What the platform gives to the models: their registry, their files, the commit of the code.

Belongs here: resources made from settings. Does not belong here: what models do with them (``ml_assets``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

from ecom_assets.environment import REPOSITORY, Settings
from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE
from ml_assets.files import ModelFiles
from ml_assets.registry.tracking import ModelRegistry

_UNKNOWN_COMMIT = "unknown"
# Where there is no checkout, as in an image, who made it says what it was made from.
_COMMIT = "ECOM_COMMIT"


def model_resources(settings: Settings) -> dict[str, Any]:
    """Return the resources of the models' assets by name."""
    return {
        REGISTRY_RESOURCE: ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir),
        FILES_RESOURCE: model_files(settings),
    }


def model_files(settings: Settings) -> ModelFiles:
    """Return where the files of models and the pages about them lie."""
    return ModelFiles(
        work_dir=settings.model_dir,
        reports_dir=settings.reports_dir,
        reports_url=settings.reports_url,
        commit=code_commit(),
        elsewhere={
            name: address
            for name, address in (("Dagster", settings.dagster_url), ("MLflow", settings.mlflow_url))
            if address
        },
    )


def code_commit() -> str:
    """Return the commit of the checkout, with a mark if files were changed since; a word where nobody can tell."""
    if os.environ.get(_COMMIT):
        return os.environ[_COMMIT]
    if shutil.which("git") is None:
        return _UNKNOWN_COMMIT
    found = subprocess.run(
        ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() if found.returncode == 0 else _UNKNOWN_COMMIT
