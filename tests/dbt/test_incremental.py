"""The incremental event marts: whatever lands, an increment ends in the rows of a full refresh."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.loader import LoadRequest, load_table
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from tests.conftest import Home
from tests.fixtures.landing import write_table

pytestmark = pytest.mark.slow

RETAILROCKET = SOURCES["retailrocket"]
EVENTS = RETAILROCKET.table("events")
MARTS = ("marts.fct_events", "marts.fct_sessions")
# A visitor that is in no file: an increment leaves it alone, a rebuild removes it.
CANARY = """
    insert into marts.fct_sessions by name
    select 'canary' as visitor_id, * exclude (visitor_id) from (from marts.fct_sessions limit 1)
"""
MINUTE = 60_000


class Warehouse:
    """The warehouse of a home, with events landing in parts and dbt run as in a shell."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._loads = 0

    def land(self, suffix: str, rows: Sequence[tuple[int, str, str]]) -> None:
        """Write a part with rows of (milliseconds, visitor, item), all of them views."""
        values = [
            {"timestamp": str(at), "visitorid": visitor, "event": "view", "itemid": item, "transactionid": ""}
            for at, visitor, item in rows
        ]
        write_table(self.home.raw_dir / "retailrocket", EVENTS, values, suffix)

    def load(self) -> None:
        """Load the events as the raw asset does."""
        self._loads += 1
        with DuckDBWarehouse(path=str(self.home.settings().duckdb_path)).connect() as connection:
            load_table(
                connection,
                LoadRequest(
                    source=RETAILROCKET,
                    table=EVENTS,
                    parts=discover(self.home.raw_dir, RETAILROCKET).parts["events"],
                    scratch_dir=self.home.raw_dir,
                    max_rejected_share=0,
                    run_id="test",
                    loaded_at=datetime(2100, 1, self._loads),
                ),
            )

    def build(self, *flags: str) -> dict[str, list[tuple[object, ...]]]:
        """Build the marts and what is upstream; return their rows."""
        result = self.home.command(
            "commands.dbt", "build", "--resource-type", "model", "--select", "+fct_events", "+fct_sessions", *flags
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return {
            mart: self.home.query(f"select * from {mart} where visitor_id <> 'canary' order by all") for mart in MARTS
        }

    def execute(self, sql: str) -> None:
        with duckdb.connect(str(self.home.settings().duckdb_path)) as connection:
            connection.execute(sql)

    def has_canary(self) -> bool:
        return bool(self.home.query("select 1 from marts.fct_sessions where visitor_id = 'canary'"))


def last_event(raw_dir: Path) -> int:
    with (raw_dir / "retailrocket" / "events.csv").open(newline="") as content:
        return max(int(row["timestamp"]) for row in csv.DictReader(content))


def some_visitor(home: Home) -> tuple[str, int]:
    """Return a visitor with a session of one event, and when that was."""
    [(visitor, at)] = home.query(
        "select visitor_id, epoch_ms(min(occurred_at)) from marts.fct_events "
        "group by visitor_id having count(*) = 1 order by visitor_id limit 1"
    )
    return str(visitor), int(str(at))


def test_an_increment_equals_a_full_refresh_whatever_lands(home_copy: Home) -> None:
    warehouse = Warehouse(home_copy)
    visitor, seen_at = some_visitor(home_copy)
    newest = last_event(home_copy.raw_dir)
    sessions_before = home_copy.count("marts.fct_sessions")

    # A part with newer events, a late one that extends an old session backwards, and a repetition.
    warehouse.land(
        "_2015-10",
        [
            (newest + MINUTE, "newcomer", "1"),
            (newest + 5 * MINUTE, "newcomer", "2"),
            (newest + 5 * MINUTE, "newcomer", "2"),
            (seen_at - 10 * MINUTE, visitor, "3"),
            (seen_at - 120 * MINUTE, visitor, "4"),
        ],
    )
    warehouse.load()
    warehouse.execute(CANARY)
    incremented = warehouse.build()
    assert warehouse.has_canary(), "a new part is worked in without a rebuild"
    assert home_copy.query(
        f"select count(*), count(distinct session_id) from marts.fct_events where visitor_id = '{visitor}'"
    ) == [(3, 2)]
    assert home_copy.query(
        "select count(*), count(distinct session_id) from marts.fct_events where visitor_id = 'newcomer'"
    ) == [(2, 1)]
    assert len(incremented["marts.fct_sessions"]) == sessions_before + 2
    refreshed = warehouse.build("--full-refresh")
    assert not warehouse.has_canary()
    assert refreshed == incremented

    # A changed part cannot be followed by an increment: everything is rebuilt without being asked.
    warehouse.execute(CANARY)
    warehouse.land("_2015-10", [(newest + MINUTE, "newcomer", "1")])
    warehouse.load()
    changed = warehouse.build()
    assert not warehouse.has_canary()
    assert home_copy.query("select count(*) from marts.fct_events where visitor_id = 'newcomer'") == [(1,)]
    assert home_copy.query(f"select count(*) from marts.fct_events where visitor_id = '{visitor}'") == [(1,)]
    assert warehouse.build("--full-refresh") == changed

    # Nothing new: nothing changes.
    warehouse.execute(CANARY)
    assert warehouse.build() == changed
    assert warehouse.has_canary()
