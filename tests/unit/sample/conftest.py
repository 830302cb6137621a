"""Samples written once for all tests of the generator."""

from __future__ import annotations

import pytest

from ecom_assets.sample import write_sample
from tests.unit.sample.written import Written


def _write(tmp_path_factory: pytest.TempPathFactory, scale: float, seed: int) -> Written:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, scale=scale, seed=seed, sources=("olist", "retailrocket"))
    return Written(folder)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a sample of one percent."""
    return _write(tmp_path_factory, 0.01, 7)


@pytest.fixture(scope="session")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a sample of the default size."""
    return _write(tmp_path_factory, 0.05, 7)
