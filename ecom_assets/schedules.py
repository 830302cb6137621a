"""Schedules: what runs by the wall clock, and only where something is new by the clocks of the data.

Belongs here: cron expressions with their time zone, the tick. Does not belong here: selections (``jobs``), what is due
(``due``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import dagster as dg

from ecom_assets.automation import start_note
from ecom_assets.due import due_in_job
from ecom_assets.environment import Settings
from ecom_assets.ingestion.assets import landed_fingerprints
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.schema import Source
from ecom_assets.keys import REFRESH_AND_SCORE, TRAIN_MODELS, WATCH_MODELS
from ecom_assets.trainings import run_that_trains, steps_of
from ml_assets.definitions import families_of
from ml_assets.keys import Watch, watch_asset_key
from ml_assets.monitoring.decision.announcement import STATE
from ml_assets.monitoring.decision.states import State

NIGHTLY = "nightly_refresh"
DAILY = "daily_drift"
WEEKLY = "weekly_training"
TIME_ZONE = "America/Sao_Paulo"
# Tag of a run: models that it leaves out, because other runs train them already.
LEFT_OUT = "ecom/left_to_other_runs"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A schedule: its job, when it ticks, and what it does in words."""

    name: str
    job: str
    cron: str
    words: str


# Each one after the one that makes what it reads.
_PLANS = (
    _Plan(
        NIGHTLY,
        REFRESH_AND_SCORE,
        "0 3 * * *",
        "Refreshes the warehouse at three in the night and lets the versions that serve score; trains nothing.",
    ),
    _Plan(
        DAILY,
        WATCH_MODELS,
        "0 5 * * *",
        "Looks at five in the morning whether data have drifted or scores decayed, and decides on retraining.",
    ),
    _Plan(WEEKLY, TRAIN_MODELS, "0 6 * * 0", "Trains at six on Sundays what could learn from newer rows."),
)


def build_schedules(settings: Settings, sources: list[Source]) -> list[dg.ScheduleDefinition]:
    """Return the schedules; they start switched on only where automation is on.

    Parameters
    ----------
    settings
        Where files land, and whether automation is on.
    sources
        Sources in use.
    """
    return [_schedule(each, settings, sources) for each in _PLANS]


def _schedule(plan: _Plan, settings: Settings, sources: list[Source]) -> dg.ScheduleDefinition:
    is_on = settings.automation

    @dg.schedule(
        name=plan.name,
        job_name=plan.job,
        cron_schedule=plan.cron,
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
        description=f"{plan.words} Where nothing is new it says so and runs nothing. {start_note(is_on=is_on)}",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        repository = context.repository_def
        if repository is None:
            raise dg.DagsterInvariantViolationError("the schedule was ticked without its code location")
        return tick(context.instance, repository, plan.job, settings, sources)

    return schedule


def tick(
    instance: dg.DagsterInstance,
    repository: dg.RepositoryDefinition,
    job: str,
    settings: Settings,
    sources: list[Source],
) -> dg.RunRequest | dg.SkipReason:
    """Return the run of what is due in a job, or why there is none.

    Where it would train a model that another run trains already, it leaves that model with all that belongs to it out.

    Parameters
    ----------
    instance, repository
        Where the event log is, and the code location.
    job
        Name of the job.
    settings, sources
        Where files land, and of which sources.
    """
    families = families_of(settings.sources)
    trained = {each.name: run_that_trains(instance, repository, each) for each in families if job == TRAIN_MODELS}
    others = {model: run.run_id for model, run in trained.items() if run is not None}
    left_out = {key for each in families if each.name in others for key in steps_of(each)}
    inside = repository.get_job(job).asset_layer.selected_asset_keys - left_out
    try:
        fingerprints = landed_fingerprints(settings.raw_dir, sources) if job == REFRESH_AND_SCORE else {}
    except LoadError as error:
        return dg.SkipReason(f"the landing folder cannot be loaded: {error}")
    stale = due_in_job(instance, repository.asset_graph, inside, fingerprints)
    followed = _followed(instance, [family.name for family in families])
    wanted = [*stale, *sorted((followed & inside) - stale.keys())]
    if not wanted:
        already = "".join(f"; run {run} trains {model} already" for model, run in others.items())
        return dg.SkipReason(f"nothing is new for any of the {len(inside)} assets of {job}{already}")
    return dg.RunRequest(asset_selection=wanted, tags={LEFT_OUT: ", ".join(others)} if others else {})


def _followed(instance: dg.DagsterInstance, models: Collection[str]) -> set[dg.AssetKey]:
    """Return the decisions that wait for the end of a training, which changes nothing that they read if it fails."""
    events: Mapping[dg.AssetKey, dg.EventLogEntry | None] = instance.get_latest_materialization_events(
        [watch_asset_key(model, Watch.RETRAINING) for model in models]
    )
    made = {key: event.asset_materialization for key, event in events.items() if event is not None}
    return {
        key
        for key, each in made.items()
        if each is not None and STATE in each.metadata and each.metadata[STATE].value == State.TRAINING.value
    }
