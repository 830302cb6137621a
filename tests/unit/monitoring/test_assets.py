"""The assets that watch a model, whatever kind it is of: report, checks that warn, decision, windows of the past."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from ml_assets.keys import Watch, watch_asset_key
from ml_assets.monitoring.assets import (
    DRIFT_HISTORY,
    WINDOWS,
    build_history_asset,
    build_monitoring_assets,
    partition_window,
    window_partition,
)
from ml_assets.monitoring.comparison import Compared, ComparisonConfig, NotCompared, compare
from ml_assets.monitoring.decision.announcement import DECISION, REASONS, STATE
from ml_assets.monitoring.decision.states import Action, State
from ml_assets.monitoring.gate import SAME_MONTHS
from ml_assets.monitoring.report.record import DriftRecord
from ml_assets.monitoring.shown import AS_PROMISED, NO_DRIFT
from ml_assets.monitoring.verdict import Verdict
from ml_assets.predictions import AS_OF_DATE
from ml_assets.registry.kinds import KINDS
from ml_assets.registry.names import CHAMPION
from tests.fixtures.constant_family import KIND, SIZE, THING, THINGS, TRUTH, ConstantFamily
from tests.fixtures.question_home import QuestionHome

FAMILY = ConstantFamily("size_of_things", judged=TRUTH)
LAST = date(2018, 6, 30)
# What differs between the same months of two years, and between all of them.
_SHIFT = 0.15


def things(*, shift: float = 0.0, months: int = 12, count: int = 600, seed: int = 2) -> pd.DataFrame:
    """Return months of things whose size is normal with a deviation of 0.05; in the last month it is shifted."""
    rng = np.random.default_rng(seed)
    ends = pd.date_range(end=LAST, periods=months, freq="ME")
    frame = pd.DataFrame(
        {
            THING: [f"t{month}-{number}" for month in range(months) for number in range(count)],
            AS_OF_DATE: np.repeat(ends, count),
            SIZE: rng.normal(0.5, 0.05, months * count),
        }
    )
    frame.loc[frame[AS_OF_DATE] == ends[-1], SIZE] += shift
    return frame.assign(**{TRUTH: frame[SIZE] * 0.5})


@pytest.fixture
def home(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QuestionHome:
    """Return an empty home in which the kind is known."""
    monkeypatch.setitem(KINDS, KIND.file, KIND)
    return QuestionHome.new(tmp_path, store_file)


def put(home: QuestionHome, rows: pd.DataFrame) -> None:
    clock = pd.DataFrame({"source": ["olist"], "event": ["purchases"], "event_clock": [LAST], "complete_until": [LAST]})
    with home.warehouse.connect() as connection:
        for table, frame in ((THINGS, rows), (OBSERVATION_WINDOWS, clock)):
            connection.register("frame", frame)
            connection.execute(f"create schema if not exists {table.schema}")
            connection.execute(f"create or replace table {table} as select * from frame")


def resources(home: QuestionHome) -> Mapping[str, Any]:
    return {WAREHOUSE_RESOURCE: home.warehouse, REGISTRY_RESOURCE: home.registry, FILES_RESOURCE: home.files}


def train(home: QuestionHome) -> None:
    assert dg.materialize(build_family_assets(FAMILY, "ml_test", "pool", "v1"), resources=resources(home)).success


def watch(home: QuestionHome, instance: dg.DagsterInstance | None = None) -> dg.ExecuteInProcessResult:
    assets = build_monitoring_assets(FAMILY, "pool", "v1")
    return dg.materialize(assets, resources=resources(home), instance=instance, raise_on_error=False)


def told(result: dg.ExecuteInProcessResult, which: Watch) -> dict[str, Any]:
    [event] = result.asset_materializations_for_node(f"ml__{FAMILY.name}_{which}")
    return {name: value.value for name, value in event.metadata.items()}


def checks(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, dg.AssetCheckSeverity]]:
    return {each.check_name: (each.passed, each.severity) for each in result.get_asset_check_evaluations()}


def test_nothing_is_wrong_where_nobody_serves_yet(home: QuestionHome) -> None:
    put(home, things())
    result = watch(home)
    assert result.success
    assert told(result, Watch.DRIFT)["verdict"] == Verdict.NO_CHAMPION
    assert told(result, Watch.RETRAINING)[STATE] == "quiet"
    assert {passed for passed, _ in checks(result).values()} == {True}
    assert not home.files.drift_reports.exists()


def test_a_calm_window_is_reported(home: QuestionHome) -> None:
    put(home, things())
    train(home)
    result = watch(home)
    assert result.success
    shown = told(result, Watch.DRIFT)
    assert (shown["verdict"], shown["drifted columns"]) == (Verdict.STABLE, [])
    assert shown["report"] == f"http://reports.test/drift/{FAMILY.name}/{LAST}.html"
    assert "the champion's training window: 2017-07-31 to 2018-05-31, 6,600 rows" in shown["reference"]
    page = home.files.drift_report(FAMILY.name, LAST)
    assert "stable" in page.read_text(encoding="utf-8")
    assert json.loads(page.with_suffix(".json").read_text())["verdict"] == "stable"
    assert f"{FAMILY.name}/{LAST}" in home.files.index.read_text(encoding="utf-8")
    [row] = home.warehouse.read(RETRAINING_DECISIONS).to_dict("records")
    assert (row["model_name"], row["state"], row["decision"]) == (FAMILY.name, "quiet", "none")
    # Seeing the same again is no second decision.
    assert watch(home).success
    assert len(home.warehouse.read(RETRAINING_DECISIONS)) == 1


def test_a_shift_warns_and_stops_nothing(home: QuestionHome) -> None:
    put(home, things())
    train(home)
    put(home, things(shift=0.05))
    result = watch(home)
    assert result.success
    shown = told(result, Watch.DRIFT)
    assert (shown["verdict"], shown["drifted columns"]) == (Verdict.DRIFT, [SIZE])
    assert "things.size" in shown["words"]
    found = checks(result)
    assert found[NO_DRIFT.name] == (False, dg.AssetCheckSeverity.WARN)
    assert found[AS_PROMISED.name][0]
    decided = told(result, Watch.RETRAINING)
    assert (decided[STATE], decided[DECISION]) == ("detected", "wait")
    assert "things.size" in decided[REASONS]
    page = home.files.drift_report(FAMILY.name, LAST)
    shown_there = DriftRecord.model_validate_json(page.with_suffix(".json").read_bytes()).decided
    assert shown_there is not None
    assert (shown_there.state, shown_there.action) == (State.DETECTED, Action.WAIT)
    assert "; ".join(shown_there.reasons) == decided[REASONS]
    for text in (page.read_text(encoding="utf-8"), home.files.index.read_text(encoding="utf-8")):
        assert "1 of 2 windows in a row that it takes have drifted" in text


def test_the_decision_reads_what_the_steps_before_it_left(home: QuestionHome) -> None:
    """Asked for alone, where nobody has looked at a window yet, it starts nothing."""
    put(home, things(shift=0.05))
    train(home)
    assets = build_monitoring_assets(FAMILY, "pool", "v1")
    result = dg.materialize(
        assets, resources=resources(home), selection=[watch_asset_key(FAMILY.name, Watch.RETRAINING)]
    )
    assert "there is no drift report" in told(result, Watch.RETRAINING)[REASONS]


def test_a_version_without_its_rows_says_how_that_is_repaired(home: QuestionHome) -> None:
    put(home, things())
    train(home)
    old = home.registry.register(
        FAMILY.name,
        next(path for path in home.files.candidates(FAMILY.name).iterdir() if path.is_dir()),
        fingerprint="old",
        input_example=pd.DataFrame({SIZE: [1.0]}),
        parameters={},
        metrics={},
        tags={"candidate": "mean", "learned_until": "2018-05-31T00:00:00"},
        experiment=FAMILY.name,
    )
    home.registry.set_alias(old, CHAMPION)
    found = compare(FAMILY, home.warehouse, home.registry, ComparisonConfig())
    assert isinstance(found, NotCompared)
    assert (found.verdict, found.champion) == (Verdict.INSUFFICIENT, old)
    assert "train size_of_things again" in found.words


def test_without_any_window_there_is_nothing_to_compare(home: QuestionHome) -> None:
    put(home, things())
    train(home)
    put(home, things().head(0))
    found = compare(FAMILY, home.warehouse, home.registry, ComparisonConfig())
    assert isinstance(found, NotCompared)
    assert found.verdict is Verdict.INSUFFICIENT
    assert watch(home).success


def test_too_few_rows_say_nothing(home: QuestionHome) -> None:
    put(home, things(count=90))
    train(home)
    found = compare(FAMILY, home.warehouse, home.registry, ComparisonConfig())
    assert isinstance(found, Compared)
    assert found.verdict.verdict is Verdict.INSUFFICIENT


def test_a_season_is_compared_with_itself(home: QuestionHome) -> None:
    """June is always shifted: no drift against the June before, which the reference says that it is."""
    rows = things(months=18)
    in_june = pd.to_datetime(rows[AS_OF_DATE]).dt.month == LAST.month
    rows.loc[in_june, SIZE] += _SHIFT
    put(home, rows)
    train(home)
    usual, seasonal = (
        compare(FAMILY, home.warehouse, home.registry, ComparisonConfig(same_months=each)) for each in (False, True)
    )
    assert isinstance(usual, Compared)
    assert isinstance(seasonal, Compared)
    assert seasonal.verdict.reference_name == SAME_MONTHS
    assert seasonal.verdict.verdict is Verdict.STABLE
    assert (seasonal.verdict.reference_first, seasonal.verdict.reference_rows) == (date(2017, 6, 1), 600)
    assert usual.verdict.reference_rows == 17 * 600


def test_windows_of_the_past_are_made_on_demand(home: QuestionHome) -> None:
    put(home, things())
    train(home)
    with dg.DagsterInstance.ephemeral() as instance:
        assert watch(home, instance).success
        known = instance.get_dynamic_partitions(str(WINDOWS.name))
        wanted = window_partition(FAMILY.name, date(2018, 3, 31))
        assert wanted in known
        assert len(known) == 12
        before = home.files.drift_seen(FAMILY.name).read_text()
        result = dg.materialize(
            [build_history_asset((FAMILY,), "pool", "v1")],
            resources=resources(home),
            instance=instance,
            partition_key=wanted,
            selection=[DRIFT_HISTORY],
        )
    assert result.success
    assert home.files.drift_report(FAMILY.name, date(2018, 3, 31)).exists()
    # No decision hears of it.
    assert home.files.drift_seen(FAMILY.name).read_text() == before


def test_a_partition_names_model_and_window() -> None:
    assert partition_window(window_partition("some_model", LAST)) == ("some_model", LAST)
