"""A trained question of value, made once."""

from __future__ import annotations

import pytest

from ml_assets.cltv.train import Training, train
from tests.unit.cltv.made import CONFIG, QUESTION, SPLIT, Made, made


@pytest.fixture(scope="session")
def asked() -> Made:
    return made()


@pytest.fixture(scope="session")
def training(asked: Made) -> Training:
    return train(asked.panel, asked.split.fold, asked.moment, QUESTION, CONFIG, SPLIT)
