"""The days of a source one after the other, and on again after they were broken off; the past is made without dbt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest

from ecom_assets.environment import Settings, load_settings
from ecom_assets.replay import of_source
from ecom_assets.replay.home import ReplayHome
from ecom_assets.replay.of_source import SourceReplay, told
from ecom_assets.replay.wanted import Wanted
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import TableName
from ml_assets.monitoring.decision.states import State
from ml_assets.replay.policies import Policy
from ml_assets.replay.records import StepRecord
from tests.fixtures.question_home import QUICK_TRAINING
from tests.unit.replay.made_past import ENDS, FAMILY, past_of, whole_panel
from tests.unit.replay.made_records import a_day, a_training

DAYS = ENDS[10:12]
POLICIES = (Policy.NEVER, Policy.BOTH)


class KilledError(RuntimeError):
    """Stands for the end of a process."""


@pytest.fixture
def built() -> Iterator[list[date]]:
    """Return the days whose past is built, in order; the same one again is no news."""
    days: list[date] = []

    def past(settings: Settings, folder: Path, source: str, day: date, tables: list[TableName]) -> DuckDBWarehouse:
        assert (source, tables) == ("olist", list(FAMILY.tables))
        if not days or days[-1] != day:
            days.append(day)
        return past_of(folder / str(day), PANEL, day)

    with patch.object(of_source, "past_warehouse", past):
        yield days


PANEL = whole_panel(sellers=120)


def replayed(folder: Path, say: Callable[[str], None], until: date | None = DAYS[-1]) -> SourceReplay:
    wanted = Wanted(policies=POLICIES, until=until, training=QUICK_TRAINING)
    settings = load_settings({"ECOM_HOME": str(folder / "platform")})
    return SourceReplay(settings, ReplayHome(folder / "replay", "abc"), "olist", [FAMILY], wanted, "v1", say)


def records(replay: SourceReplay) -> dict[Policy, list[StepRecord]]:
    return {policy: replay.home.records(policy, FAMILY.name) for policy in POLICIES}


def scores(replay: SourceReplay) -> list[pd.DataFrame]:
    key = ["as_of_date", "seller_id"]
    return [
        replay.home.own(policy, FAMILY.name).read(FAMILY.scores.name).sort_values(key, ignore_index=True)
        for policy in POLICIES
    ]


@pytest.mark.slow
def test_a_replay_that_was_broken_off_comes_to_the_same(tmp_path: Path, built: list[date]) -> None:
    whole, said = replayed(tmp_path / "whole", lambda words: None), []
    whole.enacted(DAYS)

    def dies(words: str) -> None:
        said.append(words)
        if len(said) == 3:
            raise KilledError

    with pytest.raises(KilledError):
        replayed(tmp_path / "broken", dies).enacted(DAYS)
    assert [len(each) for each in records(replayed(tmp_path / "broken", said.append)).values()] == [2, 1]
    replayed(tmp_path / "broken", said.append).enacted(DAYS)
    again = replayed(tmp_path / "broken", said.append)
    assert records(again) == records(whole)
    for ours, theirs in zip(scores(again), scores(whole), strict=True):
        pd.testing.assert_frame_equal(ours, theirs)
    # Nothing is left to do but to give the tables of the last day.
    before = len(said)
    again.enacted(DAYS)
    assert len(said) == before == 4
    assert built == [*DAYS, *DAYS]


@pytest.mark.slow
def test_history_ends_where_nothing_new_is_complete_unless_a_day_is_asked_for(
    tmp_path: Path, built: list[date]
) -> None:
    def as_before(settings: Settings, folder: Path, source: str, day: date, tables: object) -> DuckDBWarehouse:
        built.append(day)
        # After the first day nothing happens any more: it stays the last one that is complete.
        return past_of(folder / str(day), PANEL, DAYS[0])

    said: list[str] = []
    with patch.object(of_source, "past_warehouse", as_before):
        replay = replayed(tmp_path, said.append, until=None)
        replay.enacted([*DAYS, ENDS[12]])
        assert built == DAYS
        assert said[-1] == f"olist {DAYS[1]}: nothing new is complete, history ends"
        assert [len(each) for each in records(replay).values()] == [1, 1]
        replayed(tmp_path, said.append).enacted(DAYS)
    assert [len(each) for each in records(replay).values()] == [2, 2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "drift: looks at nothing; version 1 (rule) serves"),
        ({"state": State.WAITING_FOR_LABELS}, "drift: waiting_for_labels; version 1 (rule) serves"),
        ({"training": a_training(), "state": State.EVALUATED}, "drift: trained blend, kept; version 1 (rule) serves"),
        ({"champion": None, "training": a_training()}, "drift: trained blend, kept; nobody serves"),
    ],
)
def test_a_day_is_told_in_a_line(changes: dict[str, Any], words: str) -> None:
    assert told(a_day(date(2018, 1, 31), **changes)) == f"2018-01-31 churn_things {words}"
