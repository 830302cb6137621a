"""The store is made once and finds its artefacts wherever its home stands."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from mlflow import MlflowClient

from ml_assets.registry import store as store_module
from ml_assets.registry.store import RegistryUnavailableError, ensure_answering, ensure_store, store_path
from ml_assets.registry.tracking import ModelRegistry
from tests.free_port import free_port
from tests.unit.registry.builders import FEATURES, NAME, classifier, registered

MAKE_STORE = """
import sys
from pathlib import Path
from ml_assets.registry.store import ensure_store
sys.stdin.readline()
ensure_store(Path(sys.argv[1]), Path(sys.argv[1]).with_name("mlartifacts"))
"""


def addresses(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [location for (location,) in connection.execute("select artifact_location from experiments")]


def test_a_file_is_told_from_a_server() -> None:
    assert store_path("sqlite:////home/mlflow.db") == Path("/home/mlflow.db")
    assert store_path("http://localhost:5000") is None


def test_no_artefact_goes_to_the_working_directory(store_file: Path) -> None:
    assert addresses(store_file) == [f"{store_file.with_name('mlartifacts').as_uri()}/0"]


def test_a_process_killed_while_it_made_the_store_leaves_nothing_to_repair(
    store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mlflow.db"

    def killed(unfinished: Path, _: Path) -> None:
        unfinished.write_bytes(b"half a store")
        raise KeyboardInterrupt

    def made(unfinished: Path, _: Path) -> None:
        assert not unfinished.exists()
        shutil.copyfile(store_file, unfinished)

    monkeypatch.setattr(store_module, "_create", killed)
    with pytest.raises(KeyboardInterrupt):
        ensure_store(path, tmp_path / "mlartifacts")
    assert not path.exists()
    monkeypatch.setattr(store_module, "_create", made)
    ensure_store(path, tmp_path / "mlartifacts")
    assert addresses(path) == [f"{(tmp_path / 'mlartifacts').as_uri()}/0"]


def test_a_moved_home_finds_its_artefacts_and_a_copy_leaves_the_original_alone(
    registry: ModelRegistry, model_folder: Path, tmp_path: Path
) -> None:
    before = registered(registry, model_folder, "f1", artifacts={"notes/a.txt": model_folder / "model.json"})
    shutil.copytree(tmp_path / "home", tmp_path / "copy")
    original = sorted((tmp_path / "home" / "mlartifacts").rglob("*"))
    copy = ModelRegistry(f"sqlite:///{tmp_path}/copy/mlflow.db", tmp_path / "copy" / "mlartifacts")
    found = copy.find(NAME, "f1")
    assert found == before
    second = registered(copy, model_folder, "f2", artifacts={"more.json": model_folder / "model.json"})
    client = MlflowClient(copy.tracking_uri)
    for version in (found, second):
        address = client.get_run(version.run_id).info.artifact_uri
        assert address.startswith(copy.artifact_dir.as_uri())
    assert sorted((tmp_path / "home" / "mlartifacts").rglob("*")) == original
    shutil.rmtree(tmp_path / "home")
    assert (copy.load(found).probability(FEATURES) == classifier().probability(FEATURES)).all()


def test_a_server_that_does_not_answer_is_named_with_the_repair() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RegistryUnavailableError, match=f"{address} does not answer .*unset MLFLOW_TRACKING_URI"):
        ensure_answering(address)


@pytest.mark.slow
def test_two_processes_that_make_the_store_at_once_both_find_it_made(tmp_path: Path) -> None:
    path = tmp_path / "home" / "mlflow.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE_STORE, str(path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert addresses(path) == [f"{path.with_name('mlartifacts').as_uri()}/0"]
    assert {file.name for file in path.parent.iterdir()} == {"mlflow.db", "mlflow.db.lock"}
