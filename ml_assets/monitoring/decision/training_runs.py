"""What became of a training, by Dagster's runs.

Belongs here: reading runs and what they left. Does not belong here: starting them, what follows from their end.
"""

from __future__ import annotations

import dagster as dg

from ml_assets.family.shown import REASON, VERDICT
from ml_assets.keys import Step, model_asset_key
from ml_assets.monitoring.decision.announcement import training_tags
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.situation import Training
from ml_assets.monitoring.decision.states import TrainingStatus

_ENDED = {
    dg.DagsterRunStatus.SUCCESS: TrainingStatus.SUCCEEDED,
    dg.DagsterRunStatus.FAILURE: TrainingStatus.FAILED,
    dg.DagsterRunStatus.CANCELED: TrainingStatus.FAILED,
}


def training_of(instance: dg.DagsterInstance, model: str, memory: Remembered | None, own_run: str) -> Training | None:
    """Return what became of the training that was asked for last; None if it was not, or no run of it was made.

    Of several runs, such as after somebody ran it again by hand, the newest counts. Seen from within the training's
    own run, whose steps come before the decision, it has succeeded.

    Parameters
    ----------
    instance
        Where runs are kept.
    model
        Name of the registered model.
    memory
        What the last decision on it left.
    own_run
        Run of whoever asks.
    """
    if memory is None or memory.request is None:
        return None
    tags = training_tags(model, memory.request.report_id, memory.sequence)
    runs = instance.get_runs(filters=dg.RunsFilter(tags=tags), limit=1)
    if not runs:
        return None
    run = runs[0]
    status = TrainingStatus.SUCCEEDED if run.run_id == own_run else _ENDED.get(run.status, TrainingStatus.RUNNING)
    return Training(memory.sequence, status, _in_words(instance, model, run, status))


def _in_words(instance: dg.DagsterInstance, model: str, run: dg.DagsterRun, status: TrainingStatus) -> str:
    if status is TrainingStatus.SUCCEEDED:
        return _outcome(instance, model, run)
    return _failure(instance, run) if status is TrainingStatus.FAILED else f"run {run.run_id} is not through"


def _outcome(instance: dg.DagsterInstance, model: str, run: dg.DagsterRun) -> str:
    """Return what the gate decided in a run."""
    event = instance.get_latest_materialization_event(model_asset_key(model, Step.PROMOTION))
    if event is None or event.asset_materialization is None or event.run_id != run.run_id:
        return f"run {run.run_id} succeeded, and another one has promoted since"
    metadata = event.asset_materialization.metadata
    verdict, reason = (metadata[name].value if name in metadata else "not told" for name in (VERDICT, REASON))
    return f"{verdict}: {reason}"


def _failure(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Return where a run failed."""
    entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    failed = sorted({entry.step_key for entry in entries if entry.step_key is not None})
    where = f" at {', '.join(failed)}" if failed else ""
    return f"run {run.run_id} ended as {run.status.value.lower()}{where}"
