"""What a run in MLflow holds: settings, figures, files, a model's folder.

Belongs here: writing it. Does not belong here: versions and aliases (``tracking``), a model's folder itself
(``serving_format``).
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml_assets.registry.mlflow_errors import unless_there
from ml_assets.registry.names import FINGERPRINT, MODEL_NAME
from ml_assets.registry.serving_format import write_model_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

# As many parameters MLflow takes at once.
_PARAMETERS_A_BATCH = 100
# Metric of a run: size of its model's files.
MODEL_BYTES = "model_bytes"


def experiment_id(client: MlflowClient, name: str, artifact_dir: Path | None) -> str:
    """Return the id of an experiment, which is made if there is none.

    Parameters
    ----------
    client
        MLflow's.
    name
        Of the experiment.
    artifact_dir
        Folder of the artefacts of all experiments; None leaves that to the server.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        location = None if artifact_dir is None else (artifact_dir / name).as_uri()
        unless_there(lambda: client.create_experiment(name, artifact_location=location))
        found = client.get_experiment_by_name(name)
    if found is None:
        raise RuntimeError(f"MLflow's experiment {name!r} was made and is gone; restore it in MLflow if it was deleted")
    return str(found.experiment_id)


def end_left_runs(client: MlflowClient, experiment: str, name: str, fingerprint: str) -> None:
    """Mark runs that a killed process left open as killed.

    Parameters
    ----------
    client
        MLflow's.
    experiment
        Id of the experiment.
    name, fingerprint
        What the runs would have become.
    """
    condition = (
        f"attributes.status = 'RUNNING' and tags.{FINGERPRINT} = '{fingerprint}' and tags.{MODEL_NAME} = '{name}'"
    )
    for run in client.search_runs([experiment], condition):
        client.set_terminated(run.info.run_id, status="KILLED")


@contextmanager
def opened_run(client: MlflowClient, experiment: str, title: str, tags: Mapping[str, str]) -> Iterator[str]:
    """Open a run and give its id; close it as finished, or as failed if the block raises."""
    run_id = str(client.create_run(experiment, tags=dict(tags), run_name=title).info.run_id)
    try:
        yield run_id
    except Exception:
        client.set_terminated(run_id, status="FAILED")
        raise
    client.set_terminated(run_id, status="FINISHED")


def flattened(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a mapping without mappings in it: ``{"trees": {"depth": 5}}`` becomes ``{"trees.depth": 5}``."""
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        flat |= flattened(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


def log_parameters(client: MlflowClient, run_id: str, parameters: Mapping[str, Any]) -> None:
    """Log settings; nested ones get names with dots."""
    from mlflow.entities import Param

    named = [Param(name, str(value)) for name, value in flattened(parameters).items()]
    for start in range(0, len(named), _PARAMETERS_A_BATCH):
        client.log_batch(run_id, params=named[start : start + _PARAMETERS_A_BATCH])


def log_metrics(client: MlflowClient, run_id: str, metrics: Mapping[str, float]) -> None:
    """Log figures that have changed, since MLflow keeps every value a metric ever had; only finite ones."""
    from mlflow.entities import Metric

    present = client.get_run(run_id).data.metrics
    now = int(time.time() * 1000)
    changed = [
        Metric(name, float(value), now, 0)
        for name, value in metrics.items()
        if math.isfinite(value) and present.get(name) != value
    ]
    if changed:
        client.log_batch(run_id, metrics=changed)


def log_files(
    client: MlflowClient, run_id: str, artifacts: Mapping[str, Path], figures: Mapping[str, Figure] | None = None
) -> None:
    """Put files, folders and drawings where they are named; what has the same path is replaced.

    Parameters
    ----------
    client, run_id
        MLflow's, and which run.
    artifacts
        Files and folders, by their path among the run's artefacts.
    figures
        Drawings, by their path, whose suffix says the format.
    """
    drawings = figures or {}
    if not artifacts and not drawings:
        return
    with TemporaryDirectory(prefix="artifacts_") as folder:
        staged = {name: Path(folder) / name for name in (*artifacts, *drawings)}
        for target in staged.values():
            target.parent.mkdir(parents=True, exist_ok=True)
        for name, source in artifacts.items():
            if source.is_dir():
                shutil.copytree(source, staged[name], dirs_exist_ok=True)
            else:
                shutil.copyfile(source, staged[name])
        for name, figure in drawings.items():
            figure.savefig(staged[name])
        client.log_artifacts(run_id, folder)


def log_model(
    client: MlflowClient, run_id: str, name: str, folder: Path, input_example: pd.DataFrame, tags: Mapping[str, str]
) -> LoggedModel:
    """Put a saved model into the store as a model of a run, and return what MLflow knows of it.

    Parameters
    ----------
    client, run_id
        MLflow's, and which run.
    name
        Of the model.
    folder
        As the model was saved.
    input_example
        Some rows of features.
    tags
        Of the model.

    Raises
    ------
    ExecutableArtifactError
        If the folder holds what could execute code when it is loaded.
    """
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    experiment = client.get_run(run_id).info.experiment_id
    logged = client.create_logged_model(experiment, name=name, source_run_id=run_id, tags=dict(tags))
    model = Model(run_id=run_id, model_uuid=logged.model_id, model_id=logged.model_id)
    with TemporaryDirectory(prefix="model_") as scratch:
        path = Path(scratch) / name
        write_model_folder(path, folder, model, input_example)
        client.log_model_artifacts(logged.model_id, str(path))
        log_metrics(client, run_id, {MODEL_BYTES: sum(file.stat().st_size for file in folder.rglob("*"))})
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    return logged
