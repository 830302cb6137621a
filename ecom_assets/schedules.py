"""Schedules: what runs by the wall clock.

Belongs here: cron expressions with their time zone. Does not belong here: selections (``jobs``).
"""

from __future__ import annotations

import dagster as dg

from ecom_assets.automation import start_note
from ecom_assets.keys import REFRESH_ALL

NIGHTLY = "nightly_refresh"


def build_schedules(*, is_on: bool) -> list[dg.ScheduleDefinition]:
    """Return the schedules; they start switched on only where automation is on."""
    return [
        dg.ScheduleDefinition(
            name=NIGHTLY,
            job_name=REFRESH_ALL,
            cron_schedule="0 3 * * *",
            execution_timezone="America/Sao_Paulo",
            default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
            description=(
                "Refreshes everything at three in the night; unchanged files are not loaded again. "
                + start_note(is_on=is_on)
            ),
        )
    ]
