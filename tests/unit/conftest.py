"""What several rooms of unit tests share: MLflow's store is made once, which takes seconds, and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_assets.registry.store import ensure_store


@pytest.fixture(scope="session")
def store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new store; not to be changed."""
    folder = tmp_path_factory.mktemp("store")
    ensure_store(folder / "mlflow.db", folder / "mlartifacts")
    return folder / "mlflow.db"
