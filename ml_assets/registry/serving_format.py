"""How a fitted model stands in the registry, and how MLflow gets it back.

Belongs here: MLflow's folder around the model's own, its signature, and what may not be in it. Does not belong here:
the model's own files (its room), which code reads them (``kinds``), runs and versions (``tracking``).
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml_assets.registry.kinds import Servable, kind_of
from ml_assets.registry.mlflow_log import warnings_only

if TYPE_CHECKING:
    from mlflow.models import Model
    from mlflow.models.signature import ModelSignature
    from mlflow.types import Schema

# What has to be installed, in the versions of now, where a version is loaded.
_REQUIRED = ("mlflow", "numpy", "pandas", "pydantic", "scikit-learn", "scipy", "skops", "xgboost")

_EXECUTING_SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".cloudpickle", ".dill", ".pt", ".pth", ".py", ".pyc"})
# First bytes of a pickle of protocols 2 to 5, in which all libraries write.
_PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))


class ExecutableArtifactError(ValueError):
    """A folder that is to be registered holds a file that could execute code when it is loaded."""


class Served:
    """A model as ``mlflow.pyfunc`` calls it."""

    def __init__(self, model: Servable) -> None:
        self.model = model

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the model's answers to rows.

        Parameters
        ----------
        model_input
            One column a feature, as the signature has them.
        params
            None are known; MLflow hands them over all the same.
        """
        return self.model.served(model_input)


def _load_pyfunc(path: str) -> Served:
    """Return what serves the folder; MLflow looks for this name in the module that a version names."""
    folder = Path(path)
    return Served(kind_of(folder).load(folder))


def refuse_executable(folder: Path) -> None:
    """Make sure that no file of a folder executes code when it is loaded.

    Raises
    ------
    ExecutableArtifactError
        If a file is a pickle or Python code, by its name or its first bytes.
    """
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as opened:
            start = opened.read(2)
        if file.suffix.lower() in _EXECUTING_SUFFIXES or start in _PICKLE_STARTS:
            raise ExecutableArtifactError(
                f"{file.relative_to(folder)} could execute code when it is loaded; save it as JSON, as XGBoost's own "
                "format or with skops"
            )


def signature_of(features: pd.DataFrame, answers: pd.DataFrame) -> ModelSignature:
    """Return the signature: each feature by name, a number or a text that may be missing; the answers come out.

    Numbers are declared as doubles, which every narrower float may stand for.
    """
    from mlflow.models.signature import ModelSignature

    return ModelSignature(inputs=_schema(features), outputs=_schema(answers))


def _schema(frame: pd.DataFrame) -> Schema:
    from mlflow.types.schema import ColSpec, DataType, Schema, TensorSpec

    def type_of(column: pd.Series[Any]) -> DataType:
        if pd.api.types.is_bool_dtype(column.dtype):
            return DataType.boolean
        return DataType.double if pd.api.types.is_numeric_dtype(column.dtype) else DataType.string

    columns: list[ColSpec | TensorSpec] = [ColSpec(type_of(column), str(name)) for name, column in frame.items()]
    return Schema(columns)


def requirements(*further: str) -> list[str]:
    """Return what loading needs, and further packages, each in the version that is installed."""
    return [f"{name}=={version(name)}" for name in (*_REQUIRED, *further)]


def write_model_folder(path: Path, folder: Path, model: Model, input_example: pd.DataFrame) -> None:
    """Write MLflow's folder of a model around the files of a model.

    Parameters
    ----------
    path
        Folder that is made.
    folder
        As the model was saved.
    model
        What MLflow knows of the model; it is completed.
    input_example
        Some rows of features.

    Raises
    ------
    ExecutableArtifactError
        If the folder holds what could execute code.
    UnreadableModelError
        If it is of no kind that is known.
    """
    import mlflow.pyfunc

    refuse_executable(folder)
    kind = kind_of(folder)
    with warnings_only("mlflow.pyfunc"):
        mlflow.pyfunc.save_model(
            path=str(path),
            loader_module=__name__,
            data_path=str(folder),
            mlflow_model=model,
            signature=signature_of(input_example, kind.load(folder).served(input_example)),
            input_example=input_example,
            pip_requirements=requirements(*kind.needs),
        )


def model_of(path: Path) -> Servable:
    """Return the model of MLflow's folder."""
    from mlflow.models import Model
    from mlflow.pyfunc import DATA, FLAVOR_NAME

    return _load_pyfunc(str(path / Model.load(str(path)).flavors[FLAVOR_NAME][DATA])).model
