"""Which runs train which models: a model is trained by one run at a time, whoever asks for it.

Belongs here: a model's own steps, and the run in progress that makes them. Does not belong here: when a training is
asked for (``schedules``, ``sensors``), what becomes of it (``ml_assets.monitoring.decision``).
"""

from collections.abc import Collection

import dagster as dg

from ml_assets.family.family import Family
from ml_assets.keys import Step, Watch, model_asset_key, watch_asset_key

_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def steps_of(family: Family) -> list[dg.AssetKey]:
    """Return the assets that a training of a model makes: its own steps, what stands beside, and what watches it."""
    return [
        *(model_asset_key(family.name, step) for step in Step),
        *family.beside,
        *(watch_asset_key(family.name, watch) for watch in Watch),
    ]


def run_that_trains(
    instance: dg.DagsterInstance, repository: dg.RepositoryDefinition, family: Family
) -> dg.DagsterRun | None:
    """Return the newest run in progress that makes a model; None if there is none.

    Parameters
    ----------
    instance
        Where runs are kept.
    repository
        The code location, which knows what a job makes that was asked for as a whole.
    family
        The model.
    """
    model = model_asset_key(family.name, Step.MODEL)
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_UNDER_WAY))
    return next((run for run in runs if model in _asked_for(repository, run)), None)


def _asked_for(repository: dg.RepositoryDefinition, run: dg.DagsterRun) -> Collection[dg.AssetKey]:
    """Return the assets that a run makes."""
    if run.asset_selection:
        return run.asset_selection
    if not repository.has_job(run.job_name):
        return ()
    return repository.get_job(run.job_name).asset_layer.selected_asset_keys
