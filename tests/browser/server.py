"""The server of ``make ui`` as a process of the tests, and its API."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tests.conftest import Home
from tests.free_port import free_port

# Loading the code location takes some twenty seconds alone, and longer beside other work.
START_SECONDS = 180.0
STOP_SECONDS = 60.0
# A run waits for the warehouse, starts a process, and runs dbt.
RUN_SECONDS = 240.0
_POLL_SECONDS = 0.25

LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchPipelineExecution(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
RUN_STATUS = "query Status($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
POOL = """
query Pool($pool: String!) {
  instance { concurrencyLimit(concurrencyKey: $pool) { claimedSlots { runId stepKey } } }
}
"""
FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}

T = TypeVar("T")


def awaited(ask: Callable[[], T | None], what: str, seconds: float) -> T:
    """Ask until there is an answer, or fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while (answer := ask()) is None:
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(_POLL_SECONDS)
    return answer


def asked_of(url: str, query: str, variables: Mapping[str, object]) -> Any:
    """Return the data that the API of a webserver answers."""
    request = urllib.request.Request(  # noqa: S310 - a server of the tests
        f"{url}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        answer = json.load(response)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


class UiServer:
    """``make ui`` on a home, started when it is made."""

    def __init__(self, home: Home) -> None:
        """Start the server; ``wait_until_ready`` returns when it answers."""
        self.home = home
        port, reports_port, mlflow_port = str(free_port()), str(free_port()), str(free_port())
        self.url = f"http://localhost:{port}"
        self.reports_url = f"http://localhost:{reports_port}"
        self.output: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "ecom_assets.commands.ui"],
            env=home.environment(ECOM_UI_PORT=port, ECOM_REPORTS_PORT=reports_port, ECOM_MLFLOW_PORT=mlflow_port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        # The pipe is emptied all the time, or the server would stop when it is full.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_until_ready(self) -> None:
        """Return when the server answers and has loaded the code location."""
        awaited(self._loaded_location, "the server's answer", START_SECONDS)

    def stop(self) -> None:
        """End the server and its own processes."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise

    def ask(self, query: str, **variables: object) -> Any:
        """Return the data that the server's API answers."""
        return asked_of(self.url, query, variables)

    def materialise(self, *path: str, config: Mapping[str, object] | None = None) -> str:
        """Launch what the button "Materialize" of an asset's page launches; return the run's id.

        A configuration is one as the launchpad behind that button takes it.
        """
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "ecommerce",
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": path}],
        }
        parameters = {"selector": selector, "mode": "default", "runConfigData": config or {}}
        outcome = self.ask(LAUNCH, parameters=parameters)["launchPipelineExecution"]
        assert outcome["__typename"] == "LaunchRunSuccess", outcome
        return str(outcome["run"]["runId"])

    def status(self, run_id: str) -> str:
        """Return the status of a run."""
        return str(self.ask(RUN_STATUS, run=run_id)["runOrError"]["status"])

    def finished_status(self, run_id: str) -> str:
        """Return the status of a run when it has ended."""

        def final() -> str | None:
            status = self.status(run_id)
            return status if status in FINISHED else None

        return awaited(final, f"the end of run {run_id}", RUN_SECONDS)

    def pool_holders(self) -> list[tuple[str, str]]:
        """Return run and step of each slot of the warehouse's pool that is taken, as the pool's page names them."""
        pool = self.home.settings().engine.pool
        slots = self.ask(POOL, pool=pool)["instance"]["concurrencyLimit"]["claimedSlots"]
        return [(slot["runId"], slot["stepKey"]) for slot in slots]

    def _loaded_location(self) -> bool | None:
        assert self._process.poll() is None, "".join(self.output)
        try:
            entries = self.ask("{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        statuses = [entry["loadStatus"] for entry in entries["workspaceOrError"]["locationEntries"]]
        return True if statuses == ["LOADED"] else None

    def _read(self) -> None:
        assert self._process.stdout is not None
        self.output.extend(self._process.stdout)
