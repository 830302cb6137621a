"""Dagster's instance: whether it opens, and what of its runs, queue and pools is left behind.

Belongs here: runs, slots, switches. Does not belong here: repairing them (``instance``, Dagster's daemon).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Error as SqliteError

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from ecom_assets.automation import automation_line, switched_by_hand
from ecom_assets.doctor.finding import Finding, ok, problem, problem_of, warning
from ecom_assets.environment import ENGINES, Settings
from ecom_assets.instance import opened_history, unfinished_runs

_HISTORY, _RUNS, _QUEUE, _POOLS, _AUTOMATION = "Dagster", "runs", "run queue", "pools", "automation"
_WAITING = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
_DAEMON_REPAIR = "make ui; its daemon frees slots of ended runs and launches what is queued"


@dataclass(frozen=True, slots=True)
class Left:
    """What a history holds that is not over.

    Attributes
    ----------
    under_way, dead, waiting
        Runs that are at work, whose process is gone, and that have not begun, by id.
    stuck
        Pool and run of slots that are kept for runs that have ended or are unknown.
    switched
        Schedules and sensors that were switched by hand, against what the setting says.
    """

    under_way: Sequence[str] = ()
    dead: Sequence[str] = ()
    waiting: Sequence[str] = ()
    stuck: Sequence[tuple[str, str]] = ()
    switched: Sequence[str] = ()


def history_findings(settings: Settings) -> list[Finding]:
    """Look into Dagster's history; none is made where there is none."""
    try:
        with opened_history(settings) as instance:
            left = None if instance is None else _left(instance, is_on=settings.automation)
    except (dg.DagsterError, SQLAlchemyError, SqliteError, OSError) as error:
        move = f"move {settings.dagster_home} away and make run ARGS=--full"
        repair = f"make restore FROM=a back-up ARGS=--replace, or {move}"
        return [problem_of(_HISTORY, error, repair)]
    line = automation_line(is_on=settings.automation).removeprefix(f"{_AUTOMATION}: ")
    if left is None:
        return [ok(_HISTORY, f"{settings.dagster_home} holds no history yet"), ok(_AUTOMATION, line)]
    return [
        ok(_HISTORY, f"{settings.dagster_home} opens"),
        run_finding(left),
        queue_finding(left),
        pool_finding(left),
        switch_finding(left, line),
    ]


def run_finding(left: Left) -> Finding:
    """Judge the runs that have begun and not ended."""
    if left.dead:
        words = f"the process of {', '.join(left.dead)} is gone, and the run still shows as started"
        return problem(_RUNS, words, "make run or make ui closes it")
    return ok(_RUNS, f"under way: {', '.join(left.under_way)}" if left.under_way else "none is under way")


def queue_finding(left: Left) -> Finding:
    """Judge the runs that have not begun: behind another one they wait for it, else for a daemon."""
    if left.waiting and not left.under_way:
        words = f"{len(left.waiting)} wait, and none is under way: {', '.join(left.waiting)}"
        return warning(_QUEUE, words, _DAEMON_REPAIR)
    return ok(_QUEUE, f"{len(left.waiting)} wait for a run under way" if left.waiting else "empty")


def pool_finding(left: Left) -> Finding:
    """Judge the slots of pools that are kept for nobody."""
    if left.stuck:
        words = ", ".join(f"a slot of {pool} is kept for run {run}, which has ended" for pool, run in left.stuck)
        return problem(_POOLS, words, _DAEMON_REPAIR)
    return ok(_POOLS, "no slot is kept for a run that has ended")


def switch_finding(left: Left, line: str) -> Finding:
    """Say whether schedules and sensors run, and warn of those that somebody has switched the other way."""
    if left.switched:
        words = f"{line}; switched in the UI: {', '.join(left.switched)}"
        return warning(_AUTOMATION, words, "nothing if that is meant; else reset them in the UI under Automation")
    return ok(_AUTOMATION, line)


def _left(instance: dg.DagsterInstance, *, is_on: bool) -> Left:
    alive, dead = unfinished_runs(instance)
    # Asking Dagster for all pools would write; the platform's own are known.
    slots = [
        (engine.pool, run_id)
        for engine in ENGINES.values()
        for run_id in sorted(instance.event_log_storage.get_concurrency_info(engine.pool).active_run_ids)
    ]
    return Left(
        under_way=[run.run_id for run in alive],
        dead=[run.run_id for run in dead],
        waiting=[run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=list(_WAITING)))],
        stuck=[(pool, run_id) for pool, run_id in slots if _has_ended(instance.get_run_by_id(run_id))],
        switched=switched_by_hand(instance, is_on=is_on),
    )


def _has_ended(run: dg.DagsterRun | None) -> bool:
    return run is None or run.is_finished
