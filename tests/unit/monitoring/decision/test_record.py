"""Decisions as rows: what is read back, what is not written twice, which homes get the table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.ops_tables import OPS_TABLES
from ml_assets.contract import RETRAINING_DECISIONS
from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Decision, Remembered
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.record import (
    UnreadableMemoryError,
    decision_row,
    in_words,
    newest,
    record,
    remembered,
)
from ml_assets.monitoring.decision.situation import Situation
from ml_assets.monitoring.decision.states import State
from ml_assets.monitoring.verdict import Verdict
from tests.unit.monitoring.decision.builders import IMMATURE, MEMORIES, report, situation

MODEL = "orders"
FIRST, SECOND, THIRD = (datetime(2026, 1, day, tzinfo=UTC).replace(tzinfo=None) for day in (1, 2, 3))


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))


def decided(memory: Remembered | None, seen: Situation) -> Decision:
    return decide(memory, seen, RetrainingPolicy())


def row(decision: Decision, seen: Situation, at: datetime = FIRST, model: str = MODEL) -> pd.DataFrame:
    return decision_row(model, decision, seen, decided_at=at, run_id=f"run of {at}")


def test_before_the_first_decision_nothing_is_remembered(warehouse: DuckDBWarehouse) -> None:
    assert remembered(newest(warehouse, MODEL)) is None


def test_what_a_decision_left_is_read_back(warehouse: DuckDBWarehouse) -> None:
    seen = situation(complete_until=IMMATURE, drift=report(Verdict.DRIFT))
    decision = decided(MEMORIES[State.WAITING_FOR_LABELS], seen)
    assert record(warehouse, row(decision, seen))
    assert record(warehouse, row(decided(None, situation()), situation(), model="another"))
    assert remembered(newest(warehouse, MODEL)) == decision.memory


def test_the_row_tells_the_story(warehouse: DuckDBWarehouse) -> None:
    seen = situation(complete_until=IMMATURE, drift=report(Verdict.DRIFT))
    decision = decided(MEMORIES[State.DETECTED], seen)
    record(warehouse, row(decision, seen))
    [told] = warehouse.read(RETRAINING_DECISIONS).to_dict("records")
    assert told["as_of_date"] == pd.Timestamp("2019-01-10")
    assert (told["state"], told["drift_verdict"], told["performance_verdict"]) == (
        "waiting_for_labels",
        "drift",
        "held",
    )
    assert (told["age_days"], told["new_rows"], told["decision"], told["sequence"]) == (163, 10_000, "wait", 1)
    assert (told["champion_version"], told["cause"]) == ("3", "drift")
    assert told["report_id"] == "orders-2018-07-31-v3"
    assert told["reasons"] == in_words(decision)
    assert set(told) == {part.split()[0] for part in OPS_TABLES[RETRAINING_DECISIONS].split(",")}


@pytest.mark.parametrize(
    ("features", "answers", "told"),
    [
        (Verdict.STABLE, Verdict.DRIFT, "drift"),
        (Verdict.STABLE, Verdict.INSUFFICIENT, "stable"),
        (Verdict.UNIMPORTANT, Verdict.STABLE, "unimportant_drift"),
        (Verdict.DRIFT, None, "drift"),
    ],
)
def test_the_row_holds_the_verdict_on_features_and_answers_together(
    features: Verdict, answers: Verdict | None, told: str
) -> None:
    seen = situation(drift=report(features, answers=answers))
    assert row(decided(None, seen), seen)["drift_verdict"].tolist() == [told]


def test_the_same_again_is_no_second_row_but_after_another_it_is(warehouse: DuckDBWarehouse) -> None:
    calm, shifted = situation(), situation(drift=report(Verdict.DRIFT))
    quiet = decided(MEMORIES[State.QUIET], calm)
    again = decided(quiet.memory, calm)
    assert record(warehouse, row(quiet, calm, FIRST))
    assert not record(warehouse, row(again, calm, SECOND))
    assert record(warehouse, row(decided(MEMORIES[State.QUIET], shifted), shifted, SECOND))
    assert record(warehouse, row(again, calm, THIRD))
    assert len(warehouse.read(RETRAINING_DECISIONS)) == 3
    assert remembered(newest(warehouse, MODEL)) == again.memory


def test_without_champion_and_report_the_row_holds_null(warehouse: DuckDBWarehouse) -> None:
    seen = situation(champion=None, drift=None)
    record(warehouse, row(decided(None, seen), seen))
    [told] = warehouse.read(RETRAINING_DECISIONS, ["age_days", "drift_verdict", "report_id", "cause"]).to_numpy()
    assert pd.isna(told).all()


def test_a_home_from_before_gets_the_table(warehouse: DuckDBWarehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute(f"drop table {RETRAINING_DECISIONS}")
    assert warehouse.exists(RETRAINING_DECISIONS)


def test_a_memory_that_cannot_be_read_says_which_row() -> None:
    broken = row(decided(None, situation()), situation()).assign(memory='{"state": "asleep"}')
    with pytest.raises(UnreadableMemoryError, match=r"orders of 2026-01-01.*delete its row"):
        remembered(broken)
