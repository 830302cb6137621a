"""A stretch of history: what a run's config asks for, and when there is nothing to rebuild."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ecom_assets.dbt.cli_args import DbtBuildConfig
from ecom_assets.dbt.stretch import Stretch, asked_stretch, event_clocks, reason_to_leave, stretch_variables
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import OBSERVATION_WINDOWS

CLOCKS = {"olist": date(2018, 10, 17), "retailrocket": date(2015, 9, 18)}


def test_nothing_asked_is_all_of_history() -> None:
    assert asked_stretch(DbtBuildConfig()) is None
    assert stretch_variables(None) == {}


@pytest.mark.parametrize(
    ("config", "stretch", "variables"),
    [
        (
            DbtBuildConfig(as_of_from="2018-01-31", as_of_to="2018-01-31"),
            Stretch(date(2018, 1, 31), date(2018, 1, 31)),
            {"as_of_from": "2018-01-31", "as_of_to": "2018-01-31"},
        ),
        (DbtBuildConfig(as_of_from="2018-01-31"), Stretch(date(2018, 1, 31), None), {"as_of_from": "2018-01-31"}),
        (DbtBuildConfig(as_of_to="2018-01-31"), Stretch(None, date(2018, 1, 31)), {"as_of_to": "2018-01-31"}),
    ],
)
def test_a_stretch_becomes_variables_of_dbt(
    config: DbtBuildConfig, stretch: Stretch, variables: dict[str, str]
) -> None:
    assert asked_stretch(config) == stretch
    assert stretch_variables(stretch) == variables


@pytest.mark.parametrize("text", ["31/01/2018", "2018-02-30", "", "2018-01"])
def test_what_is_no_day_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"as_of_to is .*YYYY-MM-DD"):
        asked_stretch(DbtBuildConfig(as_of_to=text))


def test_a_stretch_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="as_of_to 2018-01-31 lies before as_of_from 2018-02-01"):
        asked_stretch(DbtBuildConfig(as_of_from="2018-02-01", as_of_to="2018-01-31"))


def test_past_the_last_event_clock_there_is_nothing_to_rebuild() -> None:
    beyond = reason_to_leave(Stretch(date(2018, 10, 18), None), CLOCKS)
    assert beyond is not None
    assert "2018-10-18 lies past the event clock (olist 2018-10-17, retailrocket 2015-09-18)" in beyond


@pytest.mark.parametrize(
    ("stretch", "clocks"),
    [
        (None, CLOCKS),
        (Stretch(date(2018, 10, 17), None), CLOCKS),
        (Stretch(date(2016, 1, 1), None), CLOCKS),
        (Stretch(None, date(2030, 1, 1)), CLOCKS),
        (Stretch(date(2030, 1, 1), None), {}),
    ],
    ids=["all of history", "the clock's own day", "past one clock of two", "open start", "before the first build"],
)
def test_otherwise_there_is(stretch: Stretch | None, clocks: dict[str, date]) -> None:
    assert reason_to_leave(stretch, clocks) is None


def test_the_clocks_are_those_of_the_warehouse_and_none_before_the_first_build(tmp_path: object) -> None:
    warehouse = DuckDBWarehouse(path=f"{tmp_path}/warehouse.duckdb")
    assert event_clocks(warehouse) == {}
    frame = pd.DataFrame(
        {
            "source": ["olist", "olist", "retailrocket"],
            "event": ["purchases", "deliveries", "clicks"],
            "event_clock": pd.to_datetime(["2018-10-17 17:30:00", "2018-10-17 17:30:00", "2015-09-18 02:59:47"]),
        }
    )
    warehouse.replace(OBSERVATION_WINDOWS, frame, key=["source", "event"])
    assert event_clocks(warehouse) == CLOCKS
