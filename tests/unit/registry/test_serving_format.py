"""What stands in the registry executes nothing, and MLflow alone gets it back."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.registry.names import CHAMPION
from ml_assets.registry.serving_format import ExecutableArtifactError, refuse_executable, requirements, signature_of
from ml_assets.registry.tracking import ModelRegistry
from tests.unit.registry.builders import FEATURES, NAME, classifier, registered

ANSWERS = classifier().served(FEATURES)

PREDICT = """
import json, sys
import pandas as pd
import mlflow.pyfunc
features = pd.DataFrame(json.loads(sys.argv[2]))
scores = mlflow.pyfunc.load_model(sys.argv[1]).predict(features)
print(json.dumps({name: list(column) for name, column in scores.items()}))
"""


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_by_another_name_is_refused(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "model.bin").write_bytes(pickle.dumps({"a": 1}, protocol=protocol))
    with pytest.raises(ExecutableArtifactError, match=r"trees/model.bin could execute code .*save it as JSON"):
        refuse_executable(tmp_path)


@pytest.mark.parametrize("name", ["model.pkl", "model.JOBLIB", "load.py"])
def test_a_file_that_is_called_what_executes_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(ExecutableArtifactError, match=name):
        refuse_executable(tmp_path)


def test_a_saved_classifier_executes_nothing(model_folder: Path) -> None:
    refuse_executable(model_folder)


def test_a_folder_that_executes_is_not_registered(registry: ModelRegistry, model_folder: Path) -> None:
    (model_folder / "model.pkl").write_bytes(pickle.dumps(1))
    with pytest.raises(ExecutableArtifactError):
        registered(registry, model_folder, "f1")
    assert registry.versions(NAME) == ()


def test_what_was_registered_executes_nothing_and_holds_the_rows_that_were_given(
    registry: ModelRegistry, model_folder: Path
) -> None:
    registered(registry, model_folder, "f1")
    refuse_executable(registry.artifact_dir)
    [example] = registry.artifact_dir.rglob("input_example.json")
    assert json.loads(example.read_text())["columns"] == list(FEATURES.columns)


def test_the_signature_names_every_feature_and_the_score() -> None:
    signature = signature_of(FEATURES, ANSWERS)
    inputs, outputs = signature.inputs, signature.outputs
    assert [(column.name, column.type.name) for column in inputs] == [("order_count", "double"), ("state", "string")]
    assert [(column.name, column.type.name) for column in outputs] == [("score", "double")]


def test_requirements_are_pinned_to_what_is_installed() -> None:
    assert f"numpy=={np.__version__}" in requirements()
    assert f"pandas=={pd.__version__}" in requirements()


def test_mlflow_scores_as_the_classifier_does_and_unknown_values_are_values(
    registry: ModelRegistry, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow.pyfunc

    registered(registry, model_folder, "f1")
    [path] = (file.parent for file in registry.artifact_dir.rglob("MLmodel"))
    model = mlflow.pyfunc.load_model(str(path))
    expected = classifier().probability(FEATURES)
    assert list(model.predict(FEATURES)) == ["score"]
    assert (model.predict(FEATURES)["score"].to_numpy() == expected).all()
    alone = [model.predict(FEATURES.iloc[[row]])["score"].item() for row in range(len(FEATURES))]
    assert alone == list(expected)
    nothing = pd.DataFrame({"order_count": [np.nan], "state": pd.Series([None], dtype=object)})
    assert np.isfinite(model.predict(nothing)["score"]).all()
    with pytest.raises(Exception, match="missing"):
        model.predict(FEATURES[["state"]])


@pytest.mark.slow
def test_a_fresh_process_scores_alike_with_nothing_but_mlflow_and_an_alias(
    registry: ModelRegistry, model_folder: Path
) -> None:
    registry.set_alias(registered(registry, model_folder, "f1"), CHAMPION)
    features = FEATURES.astype({"order_count": "float64"}).replace({np.nan: None}).to_dict(orient="list")
    result = subprocess.run(
        [sys.executable, "-c", PREDICT, f"models:/{NAME}@{CHAMPION}", json.dumps(features)],
        env={
            "MLFLOW_TRACKING_URI": registry.tracking_uri,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "PYTHONPATH": ":".join(sys.path),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"score": list(classifier().probability(FEATURES))}
