"""How a fitted classifier stands in the registry, and how MLflow gets it back.

Belongs here: MLflow's folder around the classifier's own, its signature, and what may not be in it. Does not belong
here: the classifier's own files (``classification.fitted``), runs and versions (``tracking``).
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ml_assets.registry.mlflow_log import warnings_only

if TYPE_CHECKING:
    from mlflow.models import Model
    from mlflow.models.signature import ModelSignature

    from ml_assets.classification.fitted import FittedClassifier

SCORE: Final = "score"

# What has to be installed, in the versions of now, where a version is loaded.
_REQUIRED = ("mlflow", "numpy", "pandas", "pydantic", "scikit-learn", "scipy", "skops", "xgboost")

_EXECUTING_SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".cloudpickle", ".dill", ".pt", ".pth", ".py", ".pyc"})
# First bytes of a pickle of protocols 2 to 5, in which all libraries write.
_PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))


class ExecutableArtifactError(ValueError):
    """A folder that is to be registered holds a file that could execute code when it is loaded."""


class ServedClassifier:
    """A classifier as ``mlflow.pyfunc`` calls it."""

    def __init__(self, classifier: FittedClassifier) -> None:
        self.classifier = classifier

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the calibrated probability of each row in a column of its own.

        Parameters
        ----------
        model_input
            One column a feature, as the signature has them.
        params
            None are known; MLflow hands them over all the same.
        """
        return pd.DataFrame({SCORE: self.classifier.probability(model_input)}, index=model_input.index)


def _load_pyfunc(path: str) -> ServedClassifier:
    """Return what serves the folder; MLflow looks for this name in the module that a version names."""
    from ml_assets.classification.fitted import FittedClassifier

    return ServedClassifier(FittedClassifier.load(Path(path)))


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


def signature_of(features: pd.DataFrame) -> ModelSignature:
    """Return the signature: each feature by name, a number or a text that may be missing; the score comes out.

    Numbers are declared as doubles, which every narrower float may stand for.
    """
    from mlflow.models.signature import ModelSignature
    from mlflow.types.schema import ColSpec, DataType, Schema, TensorSpec

    columns: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.double if pd.api.types.is_numeric_dtype(column.dtype) else DataType.string, str(name))
        for name, column in features.items()
    ]
    return ModelSignature(inputs=Schema(columns), outputs=Schema([ColSpec(DataType.double, SCORE)]))


def requirements() -> list[str]:
    """Return what loading needs, each in the version that is installed."""
    return [f"{name}=={version(name)}" for name in _REQUIRED]


def write_model_folder(path: Path, folder: Path, model: Model, input_example: pd.DataFrame) -> None:
    """Write MLflow's folder of a model around the files of a classifier.

    Parameters
    ----------
    path
        Folder that is made.
    folder
        As ``FittedClassifier.save`` has written it.
    model
        What MLflow knows of the model; it is completed.
    input_example
        Some rows of features.

    Raises
    ------
    ExecutableArtifactError
        If the classifier's folder holds what could execute code.
    """
    import mlflow.pyfunc

    refuse_executable(folder)
    with warnings_only("mlflow.pyfunc"):
        mlflow.pyfunc.save_model(
            path=str(path),
            loader_module=__name__,
            data_path=str(folder),
            mlflow_model=model,
            signature=signature_of(input_example),
            input_example=input_example,
            pip_requirements=requirements(),
        )


def classifier_of(path: Path) -> FittedClassifier:
    """Return the classifier of a model folder."""
    from mlflow.models import Model
    from mlflow.pyfunc import DATA, FLAVOR_NAME

    served = _load_pyfunc(str(path / Model.load(str(path)).flavors[FLAVOR_NAME][DATA]))
    return served.classifier
