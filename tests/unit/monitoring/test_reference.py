"""The rows that a version learned from are frozen beside it, without names, and come back as they were."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ml_assets.classification.panel import panel_of
from ml_assets.keys import Step
from ml_assets.monitoring.reference import FACTS_FILE, ROWS_FILE, ReferenceFacts, frozen, reference_of, thawed
from ml_assets.monitoring.rows import MOST_ROWS, window_of
from ml_assets.monitoring.window import Window
from ml_assets.registry.names import CHAMPION
from tests.fixtures.question_home import SELLERS, QuestionHome, seller_months


def learned(rows: int = 5) -> Window:
    frame = pd.DataFrame(
        {
            "amount": np.arange(rows, dtype=np.float32),
            "state": pd.Series(["SP", None, "RJ", "SP", "BA"] * (rows // 5), dtype=object),
        }
    )
    period = np.full(rows, np.datetime64("2018-01-01"))
    names = pd.Series([f"person-{number}" for number in range(rows)])
    return window_of(frame, names, period, date(2018, 1, 1), date(2018, 1, 31))


def test_what_is_frozen_comes_back(tmp_path: Path) -> None:
    before = learned()
    assert set(frozen(before, tmp_path)) == {ROWS_FILE, FACTS_FILE}
    after = thawed(tmp_path)
    assert_frame_equal(after.frame, before.frame)
    assert after.entity.tolist() == before.entity.tolist()
    assert after.period.tolist() == before.period.tolist()
    assert (after.first, after.last) == (before.first, before.last)


def test_nobody_is_named_in_it(tmp_path: Path) -> None:
    files = frozen(learned(), tmp_path)
    for path in files.values():
        assert b"person-" not in path.read_bytes()
    rows = pd.read_parquet(files[ROWS_FILE])
    assert not [column for column in rows.columns if rows[column].astype(str).str.contains("person").any()]


def test_of_very_many_rows_some_are_kept_and_it_says_so(tmp_path: Path) -> None:
    frozen(learned(MOST_ROWS + 100), tmp_path)
    facts = ReferenceFacts.model_validate_json((tmp_path / FACTS_FILE).read_text())
    assert (facts.rows, facts.learned_rows) == (MOST_ROWS, MOST_ROWS + 100)
    assert len(thawed(tmp_path).frame) == MOST_ROWS


@pytest.fixture(scope="module")
def home(store_file: Path, tmp_path_factory: pytest.TempPathFactory) -> QuestionHome:
    """Return a home in which a question was answered."""
    home = QuestionHome.new(tmp_path_factory.mktemp("home"), store_file)
    home.fill(SELLERS, seller_months(), date(2018, 2, 28))
    assert home.run().success
    return home


def test_a_version_has_the_rows_that_it_learned_from(home: QuestionHome) -> None:
    version = home.registry.aliased(SELLERS.name, CHAMPION)
    assert version is not None
    reference = reference_of(home.registry, version)
    assert reference is not None
    assert SELLERS.label in reference.frame
    assert not reference.frame[SELLERS.label].isna().any()
    # Those only who sold in the month, and none of the months that test it.
    assert reference.frame["days_since_last_order"].max() < 30
    tested = home.scores()["as_of_date"].min()
    assert pd.Timestamp(reference.last) < tested
    assert "seller_id" not in reference.frame


def test_every_version_of_a_training_has_them(home: QuestionHome) -> None:
    """A rule that serves is registered by the gate, and not by the training."""
    versions = home.registry.versions(SELLERS.name)
    assert versions
    assert all(reference_of(home.registry, version) is not None for version in versions)


def test_a_version_without_them_has_none(home: QuestionHome, tmp_path: Path) -> None:
    version = home.registry.register(
        "without",
        next(path for path in home.files.candidates(SELLERS.name).iterdir() if path.is_dir()),
        fingerprint="f",
        input_example=panel_of(SELLERS, seller_months(months=1)).features.head(2),
        parameters={},
        metrics={},
        tags={},
        experiment="without",
    )
    assert reference_of(home.registry, version) is None


def test_training_again_on_the_same_rows_makes_no_second_version(home: QuestionHome) -> None:
    before = len(home.registry.versions(SELLERS.name))
    assert home.run(steps=(Step.TRAINING_SET, Step.MODEL)).success
    assert len(home.registry.versions(SELLERS.name)) == before
