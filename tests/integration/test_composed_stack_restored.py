"""The composed stack copied, lost and put back by the services of docker-compose.yml: it is as it was, and works on."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from ecom_assets.keys import TRAIN_MODELS
from tests.fixtures.composed_stack import FOLDERS, ended
from tests.fixtures.rehearsal import PASSWORDS, Rehearsal

pytestmark = pytest.mark.slow

_PREDICTIONS = (
    "select relname from pg_class where relnamespace = 'predictions'::regnamespace and relkind = 'r' order by 1"
)
_OWNERS = """
    select relnamespace::regnamespace::text, relname, relowner::regrole::text, relacl::text
    from pg_class
    where relkind in ('r', 'v') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    order by 1, 2
"""
_MATERIALISATIONS = """
{ assetNodes { assetKey { path } assetMaterializations(limit: 1) { runId timestamp } } }
"""


@dataclass(frozen=True)
class Known:
    """What users of a stack see of it."""

    champions: Mapping[str, str]
    model_files: Mapping[str, str]
    scores: Mapping[str, tuple[object, ...]]
    owners: list[tuple[object, ...]]
    materialisations: Mapping[str, str]
    site: Mapping[str, str]


def hashes(folder: Path) -> dict[str, str]:
    """Return the sum of each file below a folder, by its path in there."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def known(found: Rehearsal, downloads: Path) -> Known:
    """Ask the running services for what they know; files of models are fetched by way of MLflow."""
    import mlflow

    stack = found.stack
    address = f"http://127.0.0.1:{stack.places.ports['5000']}"
    models = mlflow.MlflowClient(tracking_uri=address, registry_uri=address).search_registered_models()
    champions = {model.name: str(model.aliases["champion"]) for model in models if "champion" in model.aliases}
    mlflow.set_tracking_uri(address)
    for name in champions:
        mlflow.artifacts.download_artifacts(f"models:/{name}@champion", dst_path=str(downloads / name))
    tables = [name for (name,) in stack.server.query("ecom", _PREDICTIONS)]
    nodes = stack.ask(_MATERIALISATIONS)["assetNodes"]
    return Known(
        champions=champions,
        model_files=hashes(downloads),
        scores={
            name: stack.server.query(
                "ecom", f"select count(*), md5(string_agg(t::text, '' order by t::text)) from predictions.{name} as t"
            )[0]
            for name in tables
        },
        owners=stack.server.query("ecom", _OWNERS),
        materialisations={"/".join(node["assetKey"]["path"]): str(node["assetMaterializations"]) for node in nodes},
        site=hashes(stack.places.folders["/reports"]),
    )


def content(path: Path, programs: Path) -> bytes:
    """Return what a file of a back-up says when it is unpacked."""
    if path.suffix == ".dump":
        return subprocess.run([programs / "pg_restore", "--file=-", path], capture_output=True, check=True).stdout
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_stack_that_was_lost_is_put_back_and_works_on(composed_and_built: Rehearsal, tmp_path: Path) -> None:
    found, stack = composed_and_built, composed_and_built.stack
    [(run_id,)] = stack.server.query("dagster", "select run_id from runs order by id limit 1")
    before = known(found, tmp_path / "before")
    assert {"churn_retailrocket_visitors", "recommender_retailrocket"} == before.champions.keys()
    assert before.model_files
    assert before.scores["churn_retailrocket_visitors"][0] != 0
    assert run_id in before.materialisations["marts/fct_events"]

    refused = ended(stack, "backup")
    assert refused.returncode == 2
    assert "in use by " in refused.stderr

    # The site is only read, and may be looked at all the while.
    found.stop("daemon", "webserver", "code", "mlflow")
    taken = ended(stack, "backup")
    assert taken.returncode == 0, taken.stderr
    [folder] = [path for path in stack.places.folders["/backups"].iterdir() if not path.name.startswith(".")]
    for model, version in before.champions.items():
        assert f"champion: {model} version {version}" in taken.stdout
    for path in folder.iterdir():
        text = content(path, stack.places.programs)
        assert not [name for name, secret in PASSWORDS.items() if secret.encode() in text], path
    filled = ended(stack, "restore", f"/backups/{folder.name}")
    assert filled.returncode == 2
    assert "only an empty one is filled" in filled.stderr

    found.stop()
    found.lose_everything()
    found.prepare()
    restored = ended(stack, "restore", f"/backups/{folder.name}")
    assert restored.returncode == 0, restored.stderr
    assert all(any(stack.places.folders[name].iterdir()) for name in FOLDERS)

    found.prepare()
    found.start()
    assert known(found, tmp_path / "after") == before
    assert found.run_status(run_id) == "SUCCESS"
    found.run_job(TRAIN_MODELS)
    assert known(found, tmp_path / "later").champions.keys() == before.champions.keys()
