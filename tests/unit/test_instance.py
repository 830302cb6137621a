"""Dead runs are closed and their pool slots freed; living ones are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.launcher.base import WorkerStatus

from ecom_assets.environment import load_settings
from ecom_assets.instance import close_dead_runs, instance_settings, is_alive, opened_instance
from tests.hanging_run import hanging_run

POOL = "test_pool"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    with opened_instance(settings) as opened:
        yield opened


@pytest.mark.slow
def test_a_run_whose_process_was_killed_is_closed_and_its_slot_freed(instance: dg.DagsterInstance) -> None:
    with hanging_run(instance.root_directory, POOL) as process:
        assert close_dead_runs(instance) == [], "the process still lives"
        [run] = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.STARTED
        assert instance.event_log_storage.get_concurrency_info(POOL).active_slot_count == 1
        assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    health = instance.run_launcher.check_run_worker_health(run)
    assert health.status is WorkerStatus.FAILED
    assert f"process {process.pid}" in str(health)
    assert close_dead_runs(instance) == [run.run_id]
    [run] = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert instance.event_log_storage.get_concurrency_info(POOL).active_slot_count == 0
    assert close_dead_runs(instance) == []


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


def test_the_generated_settings_limit_the_pool_and_turn_telemetry_off(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    path = settings.dagster_home / "dagster.yaml"
    with opened_instance(settings) as opened:
        assert opened.get_concurrency_config().pool_config.default_pool_limit == 1
        assert not opened.telemetry_enabled
    assert yaml.safe_load(path.read_text()) == instance_settings(settings)
    assert not list(settings.dagster_home.glob("tmp*")), "what was written beside is gone"
    path.write_text("telemetry: {enabled: true}")
    with opened_instance(settings):
        assert yaml.safe_load(path.read_text()) == instance_settings(settings)
