"""Dead runs are closed and their pool slots freed; living ones are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.launcher.base import WorkerStatus
from dagster._core.scheduler.instigation import TickStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from ecom_assets.environment import DAGSTER_POSTGRES_URL, Settings, load_settings
from ecom_assets.event_log import OpenSqliteEventLogStorage
from ecom_assets.instance import close_dead_runs, instance_settings, is_alive, opened_instance
from ecom_assets.postgres_event_log import OpenPostgresEventLogStorage
from tests.hanging_run import hanging_run
from tests.postgres_server import PASSWORD, PostgresServer

POOL = "test_pool"


def settings_in_postgres(server: PostgresServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of an instance with a fresh database, whose address stands in the environment."""
    address = server.address(server.new_database(), "postgresql+psycopg2")
    monkeypatch.setenv(DAGSTER_POSTGRES_URL, address)
    return load_settings({"ECOM_HOME": str(home), DAGSTER_POSTGRES_URL: address})


@pytest.fixture(params=["files", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of an instance whose history is kept in files, or in a database."""
    if request.param == "postgres":
        return settings_in_postgres(request.getfixturevalue("postgres_server"), tmp_path, monkeypatch)
    return load_settings({"ECOM_HOME": str(tmp_path)})


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with opened_instance(settings) as opened:
        yield opened


@dg.asset
def orders() -> None:
    """Stand for any asset."""


@dg.asset_check(asset=orders)
def has_rows() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, metadata={"rows": 3})


def test_what_a_run_has_done_is_known_to_another_instance(settings: Settings) -> None:
    with opened_instance(settings) as writing:
        run_id = dg.materialize([orders, has_rows], instance=writing).run_id
    with opened_instance(settings) as reading:
        run = reading.get_run_by_id(run_id)
        event = reading.get_latest_materialization_event(orders.key)
        [check] = reading.event_log_storage.get_asset_check_execution_history(has_rows.check_key, limit=5)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert event is not None
    assert event.run_id == check.run_id == run_id
    assert check.status is AssetCheckExecutionRecordStatus.FAILED


@pytest.mark.slow
def test_a_run_whose_process_was_killed_is_closed_and_its_slot_freed(instance: dg.DagsterInstance) -> None:
    with hanging_run(instance.root_directory, POOL) as process:
        assert close_dead_runs(instance) == [], "the process still lives"
        [run] = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.STARTED
        assert instance.event_log_storage.get_concurrency_info(POOL).active_slot_count == 1
        assert not takes_slot(instance, "another"), "the pool has one slot"
        assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    health = instance.run_launcher.check_run_worker_health(run)
    assert health.status is WorkerStatus.FAILED
    assert f"process {process.pid}" in str(health)
    assert close_dead_runs(instance) == [run.run_id]
    [run] = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert instance.event_log_storage.get_concurrency_info(POOL).active_slot_count == 0
    assert close_dead_runs(instance) == []
    assert takes_slot(instance, "another")


def takes_slot(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Return whether a step of a run gets a slot of the pool; otherwise it is left out of the queue again."""
    claim = instance.event_log_storage.claim_concurrency_slot(POOL, run_id, "step")
    if not claim.is_claimed:
        instance.event_log_storage.free_concurrency_slot_for_step(run_id, "step")
    return bool(claim.is_claimed)


def test_the_daemon_is_told_nothing_bad_of_a_run_that_no_process_has_begun(instance: dg.DagsterInstance) -> None:
    assert instance.run_launcher.supports_check_run_worker_health
    begun_by_none = instance.create_run_for_job(dg.GraphDefinition("nothing", node_defs=[]).to_job())
    assert instance.run_launcher.check_run_worker_health(begun_by_none).status is WorkerStatus.RUNNING


def test_a_process_is_alive_only_if_it_started_before_it_was_seen() -> None:
    assert is_alive(os.getpid(), time.time())
    assert not is_alive(os.getpid(), 0.0), "a reused process id is not the process that was seen"
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not is_alive(child.pid, time.time())


def test_the_generated_settings_limit_the_pool_and_turn_telemetry_off(settings: Settings) -> None:
    path = settings.dagster_home / "dagster.yaml"
    with opened_instance(settings) as opened:
        assert opened.get_concurrency_config().pool_config.default_pool_limit == 1
        assert not opened.telemetry_enabled
        for kind in (InstigatorType.SCHEDULE, InstigatorType.SENSOR):
            days = opened.get_tick_retention_settings(kind)
            assert days == {
                TickStatus.SKIPPED: 7,
                TickStatus.SUCCESS: 90,
                TickStatus.FAILURE: 90,
                TickStatus.STARTED: 90,
            }
        storage = OpenSqliteEventLogStorage if not settings.dagster_in_postgres else OpenPostgresEventLogStorage
        assert isinstance(opened.event_log_storage, storage)
    assert yaml.safe_load(path.read_text()) == instance_settings(settings)
    assert not list(settings.dagster_home.glob("tmp*")), "what was written beside is gone"
    path.write_text("telemetry: {enabled: true}")
    with opened_instance(settings):
        assert yaml.safe_load(path.read_text()) == instance_settings(settings)


def test_the_address_of_the_database_stands_in_no_file(
    postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in_postgres(postgres_server, tmp_path, monkeypatch)
    with opened_instance(settings) as opened:
        dg.materialize([orders], instance=opened)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not [content for content in written if quote(PASSWORD, safe="").encode() in content]
    assert not list(settings.dagster_home.rglob("*.db")), "no second history in files"
