"""A registry a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.registry.tracking import ModelRegistry
from tests.fixtures.registry import copied
from tests.unit.registry.builders import registered, saved
from tests.unit.registry.gate import Gate


@pytest.fixture(scope="session")
def filled_store_file(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the versions f1, f2 and f3, of which none serves; not to be changed."""
    folder = tmp_path_factory.mktemp("filled")
    registry = copied(store_file, folder / "home")
    for fingerprint in ("f1", "f2", "f3"):
        registered(registry, saved(folder / "model"), fingerprint)
    return folder / "home" / "mlflow.db"


@pytest.fixture
def registry(store_file: Path, tmp_path: Path) -> ModelRegistry:
    """Return an empty registry in a home of its own."""
    return copied(store_file, tmp_path / "home")


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """Return a saved classifier."""
    return saved(tmp_path / "model")


@pytest.fixture
def gate(filled_store_file: Path, model_folder: Path, tmp_path: Path) -> Gate:
    """Return a gate before versions of which none serves yet, their files left behind."""
    warehouse = DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))
    return Gate(copied(filled_store_file, tmp_path / "gate"), warehouse, model_folder)
