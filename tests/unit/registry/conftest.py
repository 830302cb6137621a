"""A registry a test: MLflow's store is made once, which takes seconds, and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.registry.store import ensure_store
from ml_assets.registry.tracking import ModelRegistry
from tests.unit.registry.builders import saved


@pytest.fixture(scope="session")
def store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new store; not to be changed."""
    folder = tmp_path_factory.mktemp("store")
    ensure_store(folder / "mlflow.db", folder / "mlartifacts")
    return folder / "mlflow.db"


@pytest.fixture
def registry(store_file: Path, tmp_path: Path) -> ModelRegistry:
    """Return an empty registry in a home of its own."""
    (tmp_path / "home").mkdir()
    shutil.copyfile(store_file, tmp_path / "home" / "mlflow.db")
    return ModelRegistry(f"sqlite:///{tmp_path}/home/mlflow.db", tmp_path / "home" / "mlartifacts")


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """Return a saved classifier."""
    return saved(tmp_path / "model")


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    """Return an empty warehouse."""
    return DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))
