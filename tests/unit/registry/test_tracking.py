"""Versions come complete or not at all."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from mlflow import MlflowClient
from mlflow.entities import Run

from ml_assets.registry.names import CHALLENGER, CHAMPION, FINGERPRINT
from ml_assets.registry.runs import flattened
from ml_assets.registry.tracking import ModelRegistry
from tests.free_port import free_port
from tests.unit.registry.builders import FEATURES, NAME, classifier, registered


def runs(registry: ModelRegistry) -> list[Run]:
    """Return all runs, the oldest first."""
    client = MlflowClient(registry.tracking_uri)
    experiment = client.get_experiment_by_name(NAME)
    found = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"]) if experiment else []
    return list(found)


def artifact_paths(registry: ModelRegistry, run_id: str, folder: str | None = None) -> list[str]:
    client = MlflowClient(registry.tracking_uri)
    return [file.path for file in client.list_artifacts(run_id, folder)]


def test_nothing_is_known_of_a_model_that_was_never_registered(registry: ModelRegistry) -> None:
    assert registry.names() == ()
    assert registry.versions(NAME) == ()
    assert registry.find(NAME, "f1") is None
    assert registry.aliased(NAME, CHAMPION) is None


def test_a_version_has_its_run_figures_settings_and_files(registry: ModelRegistry, model_folder: Path) -> None:
    version = registered(
        registry,
        model_folder,
        "f1",
        parameters={"trees": {"depth": 5}, **{f"p{number}": number for number in range(150)}},
        metrics={"log_loss": 0.4, "slope": math.nan, "lift": math.inf},
        artifacts={"data/window.json": model_folder / "model.json", "folder": model_folder},
    )
    assert (version.name, version.number) == (NAME, "1")
    assert version.tags == {"git_commit": "abc", FINGERPRINT: "f1"}
    [run] = runs(registry)
    assert run.info.run_id == version.run_id
    assert run.info.status == "FINISHED"
    assert run.data.metrics["log_loss"] == 0.4
    assert not {"slope", "lift"} & run.data.metrics.keys()
    assert run.data.metrics["model_bytes"] > 100
    assert run.data.params["trees.depth"] == "5"
    assert run.data.params["p149"] == "149"
    assert run.data.tags["git_commit"] == "abc"
    assert artifact_paths(registry, version.run_id, "data") == ["data/window.json"]
    assert artifact_paths(registry, version.run_id, "folder") == ["folder/model.json"]
    assert (registry.load(version).probability(FEATURES) == classifier().probability(FEATURES)).all()


def test_versions_are_found_by_fingerprint_and_listed_in_order(registry: ModelRegistry, model_folder: Path) -> None:
    made = [registered(registry, model_folder, f"f{number}") for number in range(3)]
    assert registry.versions(NAME) == tuple(made)
    assert registry.find(NAME, "f1") == made[1]
    assert registry.find(NAME, "f9") is None
    assert registry.find("another", "f1") is None
    assert registry.names() == (NAME,)


def test_an_alias_names_one_version_at_a_time(registry: ModelRegistry, model_folder: Path) -> None:
    first, second = (registered(registry, model_folder, fingerprint) for fingerprint in ("f1", "f2"))
    for version in (first, second):
        registry.set_alias(version, CHAMPION)
        assert registry.aliased(NAME, CHAMPION) == version
    assert registry.aliased(NAME, CHALLENGER) is None


def test_tags_come_and_go(registry: ModelRegistry, model_folder: Path) -> None:
    version = registered(registry, model_folder, "f1")
    registry.set_tag(version, "mark", "2018-06-01")
    [marked] = registry.versions(NAME)
    assert marked.tags["mark"] == "2018-06-01"
    for _ in range(2):
        registry.drop_tag(version, "mark")
    assert registry.versions(NAME) == (version,)


def test_an_evaluation_is_added_once_and_replaced_by_a_newer_one(registry: ModelRegistry, model_folder: Path) -> None:
    version = registered(registry, model_folder, "f1")
    card = model_folder.parent / "card.html"
    client = MlflowClient(registry.tracking_uri)
    for auc in (0.8, 0.8, 0.7):
        card.write_text(f"{auc}")
        registry.log_evaluation(version, {"auc": auc, "none": math.nan}, {"card.html": card}, {"roc.png": Figure()})
    assert client.get_run(version.run_id).data.metrics["auc"] == 0.7
    assert [metric.value for metric in client.get_metric_history(version.run_id, "auc")] == [0.8, 0.7]
    assert artifact_paths(registry, version.run_id) == ["card.html", "roc.png"]
    [stored] = registry.artifact_dir.rglob("card.html")
    assert stored.read_text() == "0.7"
    assert registry.versions(NAME) == (version,)


class _KilledError(BaseException):
    """Ends a process where it stands, as far as a test can."""


@pytest.mark.parametrize("step", ["log_batch", "log_artifacts", "create_logged_model", "set_terminated"])
def test_a_process_killed_before_the_version_stands_leaves_none_and_the_next_one_tidies_up(
    registry: ModelRegistry, model_folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise _KilledError

    artifacts = {"a.json": model_folder / "model.json"}
    with monkeypatch.context() as patched:
        patched.setattr(MlflowClient, step, killed)
        with pytest.raises(_KilledError):
            registered(registry, model_folder, "f1", artifacts=artifacts)
    assert registry.find(NAME, "f1") is None
    assert [run.info.status for run in runs(registry)] == ["RUNNING"]
    version = registered(registry, model_folder, "f1", artifacts=artifacts)
    assert registry.versions(NAME) == (version,)
    assert sorted(run.info.status for run in runs(registry)) == ["FINISHED", "KILLED"]


def test_a_run_that_fails_says_so(registry: ModelRegistry, model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(MlflowClient, "log_model_artifacts", failing)
    with pytest.raises(OSError, match="disk full"):
        registered(registry, model_folder, "f1")
    assert [run.info.status for run in runs(registry)] == ["FAILED"]


def test_registering_takes_no_second(registry: ModelRegistry, model_folder: Path) -> None:
    registered(registry, model_folder, "f1")
    started = time.process_time()
    registered(registry, model_folder, "f2")
    assert time.process_time() - started < 1.0


def test_nested_settings_get_names_with_dots() -> None:
    assert flattened({"a": {"b": {"c": 1}, "d": None}, "e": 2}) == {"a.b.c": 1, "a.d": None, "e": 2}


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Give the address of an MLflow server that keeps all in a folder."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/server.db", "--artifacts-destination", str(folder / "kept")]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    process = subprocess.Popen(command, env=os.environ | quiet, cwd=folder, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.mark.slow
def test_a_server_serves_as_the_file_does(model_folder: Path, tmp_path: Path) -> None:
    with running_server(tmp_path) as address:
        registry = ModelRegistry(address, tmp_path / "unused")
        deadline = time.monotonic() + 90
        while not _is_ready(registry):
            assert time.monotonic() < deadline, "the server did not start"
        version = registered(registry, model_folder, "f1", artifacts={"a/b.json": model_folder / "model.json"})
        registry.set_alias(version, CHAMPION)
        registry.set_tag(version, "mark", "1")
        served = registry.aliased(NAME, CHAMPION)
        assert served is not None
        assert served.tags["mark"] == "1"
        assert registry.find(NAME, "f1") == served
        assert registry.aliased("another", CHAMPION) is None
        assert (registry.load(served).probability(FEATURES) == classifier().probability(FEATURES)).all()
        assert artifact_paths(registry, version.run_id, "a") == ["a/b.json"]
    assert not (tmp_path / "unused").exists()
    assert not (tmp_path / "mlruns").exists()


def _is_ready(registry: ModelRegistry) -> bool:
    from ml_assets.registry.store import RegistryUnavailableError

    try:
        registry.ready()
    except RegistryUnavailableError:
        return False
    return True
