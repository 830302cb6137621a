"""The small home that the tests of back-ups begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_assets.environment import Settings
from tests.unit.backup.homes import (
    fill,
    settings_of,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a small home: a warehouse, a page, a model's file and a landed file."""
    home = tmp_path / "home"
    for name in ("reports/index.html", "models/a/training.json", "raw/olist/orders.csv", "dbt/target/manifest.json"):
        path = home / name
        path.parent.mkdir(parents=True)
        path.write_text(f"this is {name}")
    fill(home / "warehouse.duckdb")
    return settings_of(home)
