"""Runs in the server of the code location are asked of it: process ids of another container mean nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import serialize_value

from ecom_assets.environment import SettingsError, load_settings
from ecom_assets.instance import opened_instance
from ecom_assets.run_launcher import CodeServerRunLauncher


@dataclass(frozen=True)
class Server:
    """What a server of the code location answers about one run."""

    run_id: str
    host: str = "code"

    def can_cancel_execution(self, request: CanCancelExecutionRequest) -> str:
        return serialize_value(CanCancelExecutionResult(can_cancel=request.run_id == self.run_id))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with opened_instance(load_settings({"ECOM_HOME": str(tmp_path), "ECOM_RUN_LAUNCHER": "code_server"})) as opened:
        yield opened


def begun_run(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.DagsterRun:
    """Return a run as it is between its launch and its end."""
    job = dg.GraphDefinition("nothing", node_defs=[]).to_job()
    return instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags)


def test_a_run_is_alive_as_long_as_its_server_executes_it(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun_run(instance, {})
    launcher: Any = instance.run_launcher
    assert isinstance(launcher, CodeServerRunLauncher)
    monkeypatch.setattr(launcher, "_get_grpc_client_for_termination", lambda _: Server(run.run_id))
    assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    monkeypatch.setattr(launcher, "_get_grpc_client_for_termination", lambda _: Server("of the server before"))
    health = launcher.check_run_worker_health(run)
    assert health.status is WorkerStatus.FAILED
    assert health.msg == "the server at code executes no such run"


def test_a_server_that_does_not_answer_says_nothing_of_its_runs(instance: dg.DagsterInstance) -> None:
    # Bound, so that no other process of the tests takes the port and is waited for; whoever does not listen refuses.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        where = json.dumps({"host": "127.0.0.1", "port": silent.getsockname()[1]})
        run = begun_run(instance, {GRPC_INFO_TAG: where})
        with pytest.raises(DagsterUserCodeUnreachableError):
            instance.run_launcher.check_run_worker_health(run)


def test_a_run_that_no_server_was_asked_for_is_left_alone(instance: dg.DagsterInstance) -> None:
    run = begun_run(instance, {})
    assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING


def test_the_launcher_is_chosen_by_the_environment() -> None:
    assert load_settings({}).run_launcher == "WatchedRunLauncher"
    assert load_settings({"ECOM_RUN_LAUNCHER": "process"}).run_launcher == "WatchedRunLauncher"
    with pytest.raises(SettingsError, match="'kubernetes' needs a package of Dagster that is not installed"):
        load_settings({"ECOM_RUN_LAUNCHER": "kubernetes"})
    with pytest.raises(SettingsError, match="'celery' is not known; use one of: process, code_server"):
        load_settings({"ECOM_RUN_LAUNCHER": "celery"})
