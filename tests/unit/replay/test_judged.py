"""Which rows are judged: those that every policy had scored at the time, and whose answers are known by now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.predictions import BAND, IS_BACKTEST, MODEL_VERSION, PREDICTION_TABLES, REASONS, SCORE, SCORED_AT
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.replay.judged import JudgedPolicies, judged_policies
from ml_assets.replay.policies import Policy
from tests.fixtures.question_home import SELLERS, QuestionHome

TABLE = PREDICTION_TABLES[SELLERS.name]
JANUARY, FEBRUARY = pd.Timestamp("2018-01-31"), pd.Timestamp("2018-02-28")
NOW = date(2018, 4, 30)


def past(folder: Path, rows: list[tuple[str, pd.Timestamp, bool | None, str]]) -> DuckDBWarehouse:
    """Return a warehouse of sellers, each with an as-of date, an answer, and when either answer is known."""
    home = QuestionHome.of(folder / "past", ModelRegistry("sqlite:///unused", folder))
    frame = pd.DataFrame(rows, columns=["seller_id", "as_of_date", "has_churned", "label_known_at"])
    frame["has_churned"] = frame["has_churned"].astype("boolean")
    home.fill(SELLERS, frame.assign(label_known_at=pd.to_datetime(frame["label_known_at"])), NOW)
    return home.warehouse


def own(folder: Path, scores: Mapping[tuple[str, pd.Timestamp], float], hindsight: bool = False) -> DuckDBWarehouse:
    """Return the scores of a policy."""
    warehouse = DuckDBWarehouse(path=str(folder / "own.duckdb"))
    frame = pd.DataFrame([(*key, score) for key, score in scores.items()], columns=["seller_id", "as_of_date", SCORE])
    for name, value in ((BAND, "low"), (REASONS, "[]"), (MODEL_VERSION, "1"), (SCORED_AT, pd.Timestamp(NOW))):
        frame[name] = value
    frame[IS_BACKTEST] = hindsight
    warehouse.replace(TABLE.name, frame, TABLE.key)
    return warehouse


def test_losses_are_those_of_what_was_said_at_the_time(tmp_path: Path) -> None:
    tables = past(tmp_path, [("a", JANUARY, True, "2018-04-02"), ("b", FEBRUARY, False, "2018-04-30")])
    scores = {
        Policy.NEVER: own(tmp_path / "never", {("a", JANUARY): 0.5, ("b", FEBRUARY): 0.5}),
        Policy.ALWAYS: own(tmp_path / "always", {("b", FEBRUARY): 0.2, ("a", JANUARY): 0.8}),
    }
    found = judged_policies(SELLERS, tables, scores)
    assert found.policies == (Policy.NEVER, Policy.ALWAYS)
    assert found.losses[:, 0] == pytest.approx([np.log(2), np.log(2)])
    assert found.losses[:, 1] == pytest.approx([-np.log(0.8), -np.log(0.8)])
    assert list(found.period) == [np.datetime64("2018-01-01"), np.datetime64("2018-02-01")]
    assert len(set(found.entity)) == 2


def test_an_answer_that_is_known_later_is_never_used(tmp_path: Path) -> None:
    """A row whose horizon ends the day after now stands in the table with its answer, as a leak would put it there."""
    tables = past(
        tmp_path,
        [
            ("in time", JANUARY, True, "2018-05-01"),
            ("too late", JANUARY, True, "2018-05-02"),
            ("not known", JANUARY, None, "2018-04-02"),
        ],
    )
    scores = own(tmp_path, {(name, JANUARY): 0.5 for name in ("in time", "too late", "not known")})
    assert entities(judged_policies(SELLERS, tables, {Policy.NEVER: scores})) == 1
    assert len(judged_policies(SELLERS, tables, {Policy.NEVER: scores})) == 1


def test_rows_that_one_policy_had_not_scored_are_judged_for_none(tmp_path: Path) -> None:
    tables = past(tmp_path, [("a", JANUARY, True, "2018-04-02"), ("b", JANUARY, False, "2018-04-02")])
    scores = {
        Policy.NEVER: own(tmp_path / "never", {("a", JANUARY): 0.5, ("b", JANUARY): 0.5}),
        Policy.DRIFT: own(tmp_path / "drift", {("b", JANUARY): 0.1}),
    }
    assert judged_policies(SELLERS, tables, scores).losses.tolist() == [pytest.approx([np.log(2), -np.log(0.9)])]


def test_scores_with_hindsight_are_not_judged(tmp_path: Path) -> None:
    tables = past(tmp_path, [("a", JANUARY, True, "2018-04-02")])
    scores = own(tmp_path, {("a", JANUARY): 0.9}, hindsight=True)
    assert len(judged_policies(SELLERS, tables, {Policy.NEVER: scores})) == 0


def entities(found: JudgedPolicies) -> int:
    return len(set(found.entity))
