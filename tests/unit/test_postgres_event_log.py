"""The event log with open connections to Postgres: the same history as Dagster's own class, across a power cut."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import EventLogStorage
from dagster_postgres.event_log import PostgresEventLogStorage
from sqlalchemy import text

from ecom_assets.environment import DAGSTER_POSTGRES_URL, load_settings
from ecom_assets.instance import opened_instance
from tests.postgres_server import PostgresServer, found_programs, running_server, server_programs


@dg.asset
def orders() -> None:
    """Stand for any asset."""


@dg.asset(deps=[orders])
def sales() -> None:
    """Stand for one more."""


def materialised(instance: dg.DagsterInstance) -> str:
    return dg.materialize([orders, sales], instance=instance).run_id


def sessions_of(storage: EventLogStorage) -> set[int]:
    """Return the server's processes to which the storage sends two statements at once."""
    assert isinstance(storage, PostgresEventLogStorage)
    with storage.index_connection() as one, storage.index_connection() as other:
        return {connection.execute(text("select pg_backend_pid()")).scalar_one() for connection in (one, other)}


def test_dagsters_own_class_reads_the_same_events_and_no_connection_stays_after_the_end(
    postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres_server.address(postgres_server.new_database("history"))
    monkeypatch.setenv(DAGSTER_POSTGRES_URL, address)
    with opened_instance(load_settings({"ECOM_HOME": str(tmp_path), DAGSTER_POSTGRES_URL: address})) as instance:
        sessions = sessions_of(instance.event_log_storage)
        run_id = materialised(instance)
        written = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
        assert sessions_of(instance.event_log_storage) == sessions, "no statement has opened another"
    assert written.count(dg.DagsterEventType.ASSET_MATERIALIZATION) == 2
    own = PostgresEventLogStorage(address)
    assert [entry.dagster_event_type for entry in own.get_logs_for_run(run_id)] == written
    assert not sessions_of(own) & sessions_of(own)
    # Refused, after a few seconds, as long as anybody is connected.
    postgres_server.query("postgres", "drop database history")


def test_an_open_instance_goes_on_after_the_server_was_killed_and_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(found_programs(server_programs(), os.environ), durable=True) as server:
        address = server.address(server.new_database())
        monkeypatch.setenv(DAGSTER_POSTGRES_URL, address)
        with opened_instance(load_settings({"ECOM_HOME": str(tmp_path), DAGSTER_POSTGRES_URL: address})) as instance:
            materialised(instance)
            server.kill()
            server.restart()
            run = instance.get_run_by_id(materialised(instance))
            assert run is not None
            assert run.status is dg.DagsterRunStatus.SUCCESS
            event = instance.get_latest_materialization_event(sales.key)
            assert event is not None
            assert event.run_id == run.run_id
