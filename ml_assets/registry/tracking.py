"""The registry: versions of models, and which of them serves.

Belongs here: all that the project asks of MLflow. Does not belong here: when a version may serve (``promotion``), what
a run holds (``runs``), what a model's folder looks like (``serving_format``), the file of the store (``store``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml_assets.registry.mlflow_errors import unless_missing, unless_there
from ml_assets.registry.names import FINGERPRINT, MODEL_NAME
from ml_assets.registry.runs import (
    end_left_runs,
    experiment_id,
    log_files,
    log_metrics,
    log_model,
    log_parameters,
    opened_run,
)
from ml_assets.registry.serving_format import model_of
from ml_assets.registry.store import ensure_answering, ensure_store, store_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

_VERSIONS_A_PAGE = 1000
_MODELS_A_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version of a model, as it stood when it was asked for.

    Attributes
    ----------
    name
        Name of the registered model.
    number
        Number of the version, counted from 1.
    run_id
        MLflow's run that made it.
    tags
        Tags of the version; see ``ml_assets.registry.names``.
    """

    name: str
    number: str
    run_id: str
    tags: Mapping[str, str]


class ModelRegistry:
    """Runs and versions of registered models in one store.

    Parameters
    ----------
    tracking_uri
        ``sqlite:///`` and an absolute path, or the address of a server.
    artifact_dir
        Folder of the artefacts, where no server keeps them.
    """

    def __init__(self, tracking_uri: str, artifact_dir: Path) -> None:
        self.tracking_uri = tracking_uri
        self.artifact_dir = artifact_dir

    def ready(self) -> None:
        """Make the store if there is none; several processes may ask for it at once.

        Raises
        ------
        RegistryUnavailableError
            If the store is a server that does not answer.
        """
        path = store_path(self.tracking_uri)
        if path is None:
            ensure_answering(self.tracking_uri)
        else:
            ensure_store(path, self.artifact_dir)

    def names(self) -> tuple[str, ...]:
        """Return the names of all registered models, in order."""
        return tuple(sorted(model.name for model in self._client.search_registered_models(max_results=_MODELS_A_PAGE)))

    def versions(self, name: str) -> tuple[Version, ...]:
        """Return all versions of a model, the oldest first; none if it was never registered."""
        return self._search(f"name = '{name}'")

    def find(self, name: str, fingerprint: str) -> Version | None:
        """Return the newest version with a fingerprint, or None.

        A version is there only when all of it is: its run, its metrics and its files were complete before.
        """
        found = self._search(f"name = '{name}' and tags.{FINGERPRINT} = '{fingerprint}'")
        return found[-1] if found else None

    def register(
        self,
        name: str,
        folder: Path,
        *,
        fingerprint: str,
        input_example: pd.DataFrame,
        parameters: Mapping[str, Any],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        experiment: str,
        artifacts: Mapping[str, Path] | None = None,
    ) -> Version:
        """Record a run with its files, and at last its version.

        A process that ends in between leaves a run without a version, which the next attempt marks as killed.

        Parameters
        ----------
        name
            Name of the registered model.
        folder
            As the model was saved; see ``ml_assets.registry.kinds``.
        fingerprint
            Of the data, features, code and settings that made it.
        input_example
            Some rows of features, in their final types.
        parameters
            Settings; nested ones get names with dots.
        metrics
            Figures; those that are not finite are left out.
        tags
            Of run and version alike.
        experiment
            Among whose runs the run is shown.
        artifacts
            Files and folders that are kept beside the model, by their path among the run's artefacts.

        Raises
        ------
        ExecutableArtifactError
            If the folder holds what could execute code when it is loaded.
        """
        client = self._client
        shown_in = experiment_id(client, experiment, self.artifact_dir if store_path(self.tracking_uri) else None)
        run_tags = {**tags, FINGERPRINT: fingerprint, MODEL_NAME: name}
        end_left_runs(client, shown_in, name, fingerprint)
        with opened_run(client, shown_in, f"{name} {fingerprint[:12]}", run_tags) as run_id:
            log_parameters(client, run_id, parameters)
            log_metrics(client, run_id, metrics)
            log_files(client, run_id, artifacts or {})
            logged = log_model(client, run_id, name, folder, input_example, run_tags)
        if unless_missing(lambda: client.get_registered_model(name)) is None:
            unless_there(lambda: client.create_registered_model(name))
        # Tags come with the version in one step: no version is ever there without its fingerprint.
        version = client.create_model_version(
            name,
            # By MLflow's id of the model, its registry would look in the store that the process names by default.
            source=str(logged.artifact_location),
            run_id=run_id,
            tags={**tags, FINGERPRINT: fingerprint},
            model_id=str(logged.model_id),
            await_creation_for=0,
        )
        return _version_of(version)

    def log_evaluation(
        self,
        version: Version,
        metrics: Mapping[str, float],
        artifacts: Mapping[str, Path],
        figures: Mapping[str, Figure] | None = None,
    ) -> None:
        """Add to a version's run what was measured of it later; once more is no change.

        Parameters
        ----------
        version
            Whose run gets it.
        metrics
            Figures; those that are not finite are left out.
        artifacts
            Files and folders, by their path among the run's artefacts.
        figures
            Drawings, by their path, whose suffix says the format.
        """
        log_metrics(self._client, version.run_id, metrics)
        log_files(self._client, version.run_id, artifacts, figures)

    def aliased(self, name: str, alias: str) -> Version | None:
        """Return the version that an alias names, or None."""
        found = unless_missing(lambda: self._client.get_registered_model(name))
        number = found.aliases.get(alias) if found else None
        return _version_of(self._client.get_model_version(name, str(number))) if number else None

    def set_alias(self, version: Version, alias: str) -> None:
        """Let an alias name a version, and no other one."""
        self._client.set_registered_model_alias(version.name, alias, version.number)

    def set_tag(self, version: Version, key: str, value: str) -> None:
        """Set a tag of a version."""
        self._client.set_model_version_tag(version.name, version.number, key, value)

    def drop_tag(self, version: Version, key: str) -> None:
        """Take a tag from a version, if it has it."""
        if key in self._client.get_model_version(version.name, version.number).tags:
            self._client.delete_model_version_tag(version.name, version.number, key)

    def load(self, version: Version) -> Any:
        """Return the model of a version from its files, of the class that reads its kind (``kinds``).

        Raises
        ------
        UnreadableModelError
            If this version of the package does not read it.
        """
        from mlflow.artifacts import download_artifacts

        # By a version's name MLflow would look in the store that the process names by default.
        address = self._client.get_model_version_download_uri(version.name, version.number)
        with TemporaryDirectory(prefix="model_") as scratch:
            path = download_artifacts(artifact_uri=address, dst_path=scratch, tracking_uri=self.tracking_uri)
            return model_of(Path(path))

    def fetched(self, version: Version, names: Collection[str], folder: Path) -> bool:
        """Copy files of a version's run into a folder; return whether all of them were there, and copy none if not.

        Parameters
        ----------
        version
            Whose run has them.
        names
            Files that stand beside the model, not in a folder.
        folder
            Where they are copied to.
        """
        from mlflow.artifacts import download_artifacts

        if not set(names) <= {file.path for file in self._client.list_artifacts(version.run_id)}:
            return False
        for name in names:
            download_artifacts(
                run_id=version.run_id, artifact_path=name, dst_path=str(folder), tracking_uri=self.tracking_uri
            )
        return True

    @cached_property
    def _client(self) -> MlflowClient:
        # Takes seconds; whoever only names a registry does not wait for it.
        from mlflow import MlflowClient

        self.ready()
        return MlflowClient(self.tracking_uri, registry_uri=self.tracking_uri)

    def _search(self, condition: str) -> tuple[Version, ...]:
        found: list[Version] = []
        token: str | None = None
        while token != "":
            page = self._client.search_model_versions(condition, max_results=_VERSIONS_A_PAGE, page_token=token)
            found.extend(_version_of(version) for version in page)
            token = page.token or ""
        return tuple(sorted(found, key=lambda version: int(version.number)))


def _version_of(found: ModelVersion) -> Version:
    return Version(name=found.name, number=str(found.version), run_id=str(found.run_id), tags=dict(found.tags))
