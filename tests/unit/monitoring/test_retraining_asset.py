"""What the asset of a decision records where something is missing: data, rows, a version, the registry, the report.

Each is held or quiet, stands in the table with its reason, and the reason says what to do. Shifts begin in July 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.contract import (
    FILES_RESOURCE,
    OBSERVATION_WINDOWS,
    REGISTRY_RESOURCE,
    RETRAINING_DECISIONS,
    WAREHOUSE_RESOURCE,
)
from ml_assets.family.assets import build_family_assets
from ml_assets.family.records import NEVER
from ml_assets.keys import Watch, watch_asset_key
from ml_assets.monitoring.assets import build_monitoring_assets
from ml_assets.monitoring.decision.announcement import DECISION, REASONS, REPORT_ID, STATE
from ml_assets.predictions import AS_OF_DATE
from ml_assets.registry.kinds import KINDS
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from tests.fixtures.constant_family import KIND, SIZE, THING, THINGS, TRUTH, ConstantFamily
from tests.fixtures.question_home import QuestionHome
from tests.free_port import free_port

FAMILY = ConstantFamily("size_of_things", judged=TRUTH)
RETRAINING = watch_asset_key(FAMILY.name, Watch.RETRAINING)
JUNE, JULY, AUGUST = date(2018, 6, 30), date(2018, 7, 31), date(2018, 8, 31)
# Large enough that a version which learned from one such month is better than one that did not.
_SHIFT = 0.5


def world(until: date, count: int = 600) -> pd.DataFrame:
    """Return months of things up to a day; from July 2018 on they are larger."""
    rng = np.random.default_rng(2)
    ends = pd.date_range("2017-07-31", AUGUST, freq="ME")
    frame = pd.DataFrame(
        {
            THING: [f"t{month}-{number}" for month in range(len(ends)) for number in range(count)],
            AS_OF_DATE: np.repeat(ends, count),
            SIZE: rng.normal(0.5, 0.05, len(ends) * count),
        }
    )
    frame.loc[frame[AS_OF_DATE] > pd.Timestamp(JUNE), SIZE] += _SHIFT
    return frame.assign(**{TRUTH: frame[SIZE] * 0.5})[frame[AS_OF_DATE] <= pd.Timestamp(until)]


@pytest.fixture
def home(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QuestionHome:
    """Return an empty home in which the kind is known."""
    monkeypatch.setitem(KINDS, KIND.file, KIND)
    return QuestionHome.new(tmp_path, store_file)


def put(home: QuestionHome, rows: pd.DataFrame, complete_until: date | None) -> None:
    """Put things into the warehouse, with the day of the newest event, which is complete; None is no event at all."""
    clock = pd.DataFrame(
        {
            "source": ["olist"],
            "event": ["purchases"],
            "event_clock": [pd.Timestamp(complete_until or NEVER)],
            "complete_until": [pd.Timestamp(complete_until or NEVER)],
        }
    )
    with home.warehouse.connect() as connection:
        for table, frame in ((THINGS, rows), (OBSERVATION_WINDOWS, clock if complete_until else clock.head(0))):
            connection.register("frame", frame)
            connection.execute(f"create schema if not exists {table.schema}")
            connection.execute(f"create or replace table {table} as select * from frame")


def resources(home: QuestionHome) -> Mapping[str, Any]:
    return {WAREHOUSE_RESOURCE: home.warehouse, REGISTRY_RESOURCE: home.registry, FILES_RESOURCE: home.files}


def train(home: QuestionHome) -> None:
    assert dg.materialize(build_family_assets(FAMILY, "ml_test", "pool", "v1"), resources=resources(home)).success


def watch(home: QuestionHome, *, only_decide: bool = False) -> dg.ExecuteInProcessResult:
    """Materialise all that watches the model, or only the decision."""
    selection = [RETRAINING] if only_decide else dg.AssetSelection.all()
    assets = build_monitoring_assets(FAMILY, "pool", "v1")
    return dg.materialize(assets, resources=resources(home), selection=selection, raise_on_error=False)


def decided(home: QuestionHome, *, only_decide: bool = False) -> tuple[str, str, str]:
    """Watch; return state, decision and reasons as the asset shows them, which is how they are recorded."""
    result = watch(home, only_decide=only_decide)
    assert result.success
    [event] = result.asset_materializations_for_node(RETRAINING.to_python_identifier())
    shown = {name: value.value for name, value in event.metadata.items()}
    row = rows_of(home).iloc[-1]
    told = (shown[STATE], shown[DECISION], shown[REASONS])
    assert tuple(row[[STATE, DECISION, REASONS]]) == told
    assert (row[REPORT_ID] if pd.notna(row[REPORT_ID]) else "") == shown[REPORT_ID]
    return str(told[0]), str(told[1]), str(told[2])


def rows_of(home: QuestionHome) -> pd.DataFrame:
    return home.warehouse.read(RETRAINING_DECISIONS).sort_values("decided_at", ignore_index=True)


def champion_of(home: QuestionHome) -> str:
    """Return the number of the version that serves."""
    version = home.registry.aliased(FAMILY.name, CHAMPION)
    assert version is not None
    return version.number


def see_the_shift_once(home: QuestionHome) -> None:
    """Train until June, and see July drift; another window is needed before it counts."""
    put(home, world(JUNE), JUNE)
    train(home)
    put(home, world(JULY), JULY)
    assert decided(home)[:2] == ("detected", "wait")


def test_without_data_and_a_version_it_is_quiet_and_names_the_weekly_training(home: QuestionHome) -> None:
    put(home, world(JUNE).head(0), None)
    state, decision, reasons = decided(home)
    assert (state, decision) == ("quiet", "none")
    assert reasons.endswith("the weekly training makes one")
    [row] = rows_of(home).to_dict("records")
    assert (row["drift_verdict"], row["new_rows"]) == ("no_champion", 0)
    assert pd.isna(row["age_days"])


def test_where_all_rows_are_gone_it_is_quiet_and_says_so(home: QuestionHome) -> None:
    put(home, world(JUNE), JUNE)
    train(home)
    put(home, world(JUNE).head(0), JUNE)
    state, decision, reasons = decided(home)
    assert (state, decision) == ("quiet", "none")
    assert f"no window of {FAMILY.name} has rows and is complete" in reasons


def test_a_window_with_too_few_rows_starts_nothing_however_far_it_has_shifted(home: QuestionHome) -> None:
    put(home, world(JUNE), JUNE)
    train(home)
    until_june, everything = world(JUNE), world(JULY)
    july = everything[everything[AS_OF_DATE] > pd.Timestamp(JUNE)]
    put(home, pd.concat([until_june, july.head(499)]), JULY)
    state, decision, reasons = decided(home)
    assert (state, decision) == ("quiet", "none")
    assert "499" in reasons
    put(home, pd.concat([until_june, july.head(500)]), JULY)
    assert decided(home)[0] == "detected"


def test_a_registry_that_is_down_holds_the_decision_records_it_and_says_what_to_start(home: QuestionHome) -> None:
    see_the_shift_once(home)
    address = f"http://127.0.0.1:{free_port()}"
    down = replace(home, registry=ModelRegistry(address, home.files.work_dir))
    state, decision, reasons = decided(down, only_decide=True)
    assert (state, decision) == ("detected", "wait")
    assert f"MLflow's server at {address} does not answer" in reasons
    assert "start it, or unset MLFLOW_TRACKING_URI" in reasons
    before, held = rows_of(home).to_dict("records")
    assert held["memory"] == before["memory"], "nothing is forgotten"
    # When it is back, the next window is the second one.
    put(home, world(AUGUST), JULY)
    assert decided(home)[:2] == ("waiting_for_labels", "wait")


def test_where_the_registry_is_down_no_window_is_compared_and_no_decision_is_made(home: QuestionHome) -> None:
    see_the_shift_once(home)
    down = replace(home, registry=ModelRegistry(f"http://127.0.0.1:{free_port()}", home.files.work_dir))
    result = watch(down)
    assert not result.success
    [failure] = [each for each in result.get_step_failure_events() if str(each.step_key).endswith(Watch.DRIFT)]
    assert "start it, or unset MLFLOW_TRACKING_URI" in str(failure.step_failure_data.error)
    assert len(rows_of(home)) == 1


def test_a_missing_report_holds_the_decision_records_it_and_says_what_to_materialise(home: QuestionHome) -> None:
    see_the_shift_once(home)
    home.files.drift_seen(FAMILY.name).unlink()
    state, decision, reasons = decided(home, only_decide=True)
    assert (state, decision) == ("detected", "wait")
    assert "there is no drift report" in reasons
    assert reasons.endswith("materialise the model's drift")
    before, held = rows_of(home).to_dict("records")
    assert held["memory"] == before["memory"]
    assert pd.isna(held["report_id"])
    # Doing as it says leads on; the same window is no second one.
    state, decision, reasons = decided(home)
    assert (state, decision) == ("detected", "wait")
    assert "1 of 2 windows" in reasons


def test_a_report_beside_another_versions_rows_is_none_until_the_window_is_compared_again(home: QuestionHome) -> None:
    see_the_shift_once(home)
    first = champion_of(home)
    put(home, world(AUGUST), JULY)
    train(home)
    assert champion_of(home) != first
    state, decision, reasons = decided(home, only_decide=True)
    assert (state, decision) == ("detected", "wait")
    assert "there is no drift report" in reasons
    assert decided(home)[:2] == ("quiet", "none")


def test_what_was_waited_for_is_void_once_another_training_lets_a_version_serve(home: QuestionHome) -> None:
    see_the_shift_once(home)
    put(home, world(AUGUST), JULY)
    assert decided(home)[:2] == ("waiting_for_labels", "wait")
    first = champion_of(home)
    # As the weekly training does: by itself, and without a word to the decision. The new version has seen a July.
    train(home)
    second = champion_of(home)
    assert second != first
    state, decision, reasons = decided(home)
    assert (state, decision) == ("quiet", "none")
    assert reasons.startswith(f"version {second} serves now, and what was seen of version {first} is void")
    row = rows_of(home).iloc[-1]
    assert (row["champion_version"], row["sequence"]) == (second, 0)
    assert pd.isna(row["cause"])
