"""On the sample of the tests no model is better than the oracle, and none far behind: a small planted truth."""

from __future__ import annotations

import pytest

from benchmarks.asked import QUESTIONS, asked
from benchmarks.planted_truth.measure import compared
from benchmarks.planted_truth.oracle import oracle_probability
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.evaluation import RULE
from ml_assets.classification.question import Question
from ml_assets.config import SplitConfig, TrainingConfig
from tests.conftest import Home

# So few rows tell little: of a window with fewer of the rarer answer nothing is said.
_MIN_EVENTS = 10
_LARGEST_GAP = 0.15
_CERTAINTY = 3.0


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_model_stays_between_guessing_and_the_oracle(built_home: Home, question: Question) -> None:
    rows = asked(DuckDBWarehouse(path=str(built_home.path / "warehouse.duckdb")), question)
    oracle = oracle_probability(built_home.raw_dir, question, rows.panel)
    found = compared(rows, oracle, 7, TrainingConfig(threads=1), SplitConfig())
    assert found.without_oracle <= 0.05 * found.rows
    if found.rarer < _MIN_EVENTS:
        pytest.skip(f"{found.rarer} rows of the rarer answer in the test window")
    # Standard error of an AUC near a half, the largest that it can have about; of two on the same rows it is less.
    noise = _CERTAINTY * (0.25 / found.rarer / 3) ** 0.5
    assert found.gap >= -noise
    # Where there was too little to learn from, the rule answers, and how far that stays behind says nothing of a model.
    assert found.gap <= _LARGEST_GAP + noise or found.chosen == RULE
