"""A trained question of value, made once, and a home in which a model of value serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_assets.cltv.train import Training, train
from tests.unit.cltv.made import CONFIG, QUESTION, SPLIT, Made, made
from tests.unit.cltv.value_home import ValueHome, seller_months


@pytest.fixture(scope="session")
def asked() -> Made:
    return made()


@pytest.fixture(scope="session")
def training(asked: Made) -> Training:
    return train(asked.panel, asked.split.fold, asked.moment, QUESTION, CONFIG, SPLIT)


@pytest.fixture(scope="session")
def serving_folder(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a home in which a model of sellers' value serves; not to be changed."""
    folder = tmp_path_factory.mktemp("serving")
    home = ValueHome.new(folder, store_file)
    home.fill(seller_months())
    assert home.run().success
    return folder


@pytest.fixture
def home(store_file: Path, tmp_path: Path) -> ValueHome:
    """Return an empty home."""
    return ValueHome.new(tmp_path, store_file)


@pytest.fixture
def serving(serving_folder: Path, tmp_path: Path) -> ValueHome:
    """Return a home in which a model of sellers' value serves."""
    return ValueHome.copy_of(serving_folder, tmp_path)
