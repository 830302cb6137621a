"""Dagster's own launcher, which can also say whether the process of a run is still there.

Belongs here: the health of a run's process. Does not belong here: what is done about a dead run: the daemon's run
monitoring fails it, and ``instance.close_dead_runs`` does where no daemon is up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._serdes import ConfigurableClassData

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
