"""A home for the assets of questions, and one in which a model serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.question_home import SELLERS, QuestionHome, last_complete_day, seller_months


@pytest.fixture(scope="session")
def trained_folder(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a home in which a model of sellers serves; not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    home = QuestionHome.new(folder, store_file)
    frame = seller_months()
    home.fill(SELLERS, frame, last_complete_day(frame))
    assert home.run().success
    assert home.champion() == "1"
    return folder


@pytest.fixture
def home(store_file: Path, tmp_path: Path) -> QuestionHome:
    """Return an empty home."""
    return QuestionHome.new(tmp_path, store_file)


@pytest.fixture
def trained(trained_folder: Path, tmp_path: Path) -> QuestionHome:
    """Return a home in which a model of sellers serves."""
    return QuestionHome.copy_of(trained_folder, tmp_path)
