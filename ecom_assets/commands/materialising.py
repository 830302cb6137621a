"""Assets materialised by a command, with what failed told on the terminal.

Belongs here: running assets with their checks in this process, naming what did not pass. Does not belong here: which
assets (``plan``, the commands).
"""

from __future__ import annotations

import sys
from collections.abc import Collection

import dagster as dg

from ecom_assets.dbt.unit_tests import UNIT_TEST_STEPS
from ecom_assets.keys import REFRESH_ALL

# Where dagster-dbt puts the number of rows that a data test found.
_FAILED_ROWS = "dagster_dbt/failed_row_count"
# The event stream is in the UI and in the run's log; the terminal gets what has failed and a summary.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def materialise(
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    assets: Collection[dg.AssetKey],
    *,
    job_name: str = REFRESH_ALL,
    again: bool = False,
) -> bool:
    """Materialise the assets with their checks in this process; return whether all succeeded.

    Parameters
    ----------
    defs, instance
        The platform, and where its events are kept.
    assets
        What to materialise.
    job_name
        Job under whose name the run shows; it holds all of the assets.
    again
        Whether unit tests run again that passed with the same SQL before.
    """
    job = defs.resolve_job_def(job_name)
    steps = [name for name in UNIT_TEST_STEPS if again and job.has_node_named(name)]
    result = job.execute_in_process(
        instance=instance,
        asset_selection=list(assets),
        run_config=_QUIET | {"ops": {name: {"config": {"again": True}} for name in steps}},
        raise_on_error=False,
    )
    for event in result.all_events:
        if event.event_type is dg.DagsterEventType.STEP_FAILURE:
            data = event.step_failure_data
            error = data.error.cause or data.error if data.error else None
            print(f"error: step {event.step_key} failed: {error.message.strip() if error else ''}", file=sys.stderr)
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed:
            print(describe_check(evaluation))
    return bool(result.success)


def describe_check(evaluation: dg.AssetCheckEvaluation) -> str:
    """Name a check that did not pass, and how serious that is."""
    kind = "FAILED" if evaluation.severity is dg.AssetCheckSeverity.ERROR else "warning"
    rows = evaluation.metadata.get(_FAILED_ROWS)
    count = f" ({rows.value} rows)" if rows else ""
    return f"check {kind}: {evaluation.check_name} on {'.'.join(evaluation.asset_key.path)}{count}"
