"""Dagster's own launcher, which can also say whether the process of a run is still there, or ask who knows.

Belongs here: the health of a run's process. Does not belong here: what is done about a dead run: the daemon's run
monitoring fails it, and ``instance.close_dead_runs`` does where no daemon is up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import ConfigurableClassData, deserialize_value

from ecom_assets.instance import executing_process, is_alive


class WatchedRunLauncher(dg.DefaultRunLauncher):
    """Launches runs as Dagster's default does; the default alone leaves the run of a killed process "started" for ever.

    Runs that were started in a shell are watched as well: all processes of an instance share one machine.
    """

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> WatchedRunLauncher:
        """Return the launcher that ``dagster.yaml`` describes."""
        return cls(inst_data=inst_data)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Return that the health of a run's process can be told."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return whether the process that executes the run is there; one that never told its id is taken to be."""
        process = executing_process(self._instance, run.run_id)
        if process is None or is_alive(*process):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, msg=f"process {process[0]}, which executed the run, is gone")


class CodeServerRunLauncher(WatchedRunLauncher):
    """Launches runs in the server of the code location, and asks it about them.

    In a container of its own it has process ids of its own: looked for elsewhere, none of its runs would be alive. A
    process that dies beside a living server is noticed by the server; a server that was started anew knows no run of
    the one before.
    """

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return whether the server executes the run; one that was started beside it, by a command, is taken to be.

        Raises
        ------
        dagster.DagsterUserCodeUnreachableError
            If the server does not answer. The run may live, so that nothing is done but to log this, and to ask again.
        """
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id))
        if deserialize_value(answer, CanCancelExecutionResult).can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, msg=f"the server at {client.host} executes no such run")
