"""Starts the training that a decision asks for.

Belongs here: the tick: it reads what the asset of a decision told, and whether a run of it was made. Does not belong
here: the decision (``ml_assets.monitoring.decision``), the warehouse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from pydantic import BaseModel

from ecom_assets.automation import start_note
from ecom_assets.keys import TRAIN_MODELS
from ecom_assets.trainings import run_that_trains, steps_of
from ml_assets.family.family import Family
from ml_assets.keys import Step, Watch, model_asset_key, watch_asset_key
from ml_assets.monitoring.decision.announcement import Announcement, UnreadableAnnouncementError
from ml_assets.monitoring.decision.states import State

RETRAINING_SENSOR = "retraining_sensor"
_INTERVAL_SECONDS = 60
# Field of a promotion's config that lets a challenger be no worse by the declared margin, where its kind knows one.
_MAY_BE_EQUAL = "is_age_retrain"


class RetrainingCursor(BaseModel):
    """What the sensor remembers between ticks: by model, the place in the event log of the decision it has handled."""

    handled: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows from the newest decision on a model.

    Attributes
    ----------
    words
        Why a run is asked for, or is not.
    request
        The run.
    handled
        Place in the event log of the decision, if nothing further follows from it.
    """

    words: str
    request: dg.RunRequest | None = None
    handled: int | None = None


def build_retraining_sensor(families: Sequence[Family], *, is_on: bool) -> dg.SensorDefinition:
    """Return the sensor of these models; it starts switched on only where automation is on."""

    @dg.sensor(
        name=RETRAINING_SENSOR,
        job_name=TRAIN_MODELS,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description=f"Starts the training that the newest decision on a model asks for. {start_note(is_on=is_on)}",
    )
    def retraining_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = RetrainingCursor.model_validate_json(context.cursor or "{}")
        answers = {each.name: _answer(context, each, cursor.handled.get(each.name)) for each in families}
        handled = {name: each.handled for name, each in answers.items() if each.handled is not None}
        requests = [each.request for each in answers.values() if each.request is not None]
        words = "; ".join(f"{name}: {each.words}" for name, each in answers.items())
        context.log.info(words or "there are no models")
        return dg.SensorResult(
            run_requests=requests,
            skip_reason=None if requests else words or "there are no models",
            cursor=RetrainingCursor(handled=cursor.handled | handled).model_dump_json(),
        )

    return retraining_sensor


def _answer(context: dg.SensorEvaluationContext, family: Family, handled: int | None) -> Answer:
    """Return what follows from the newest decision on a model."""
    key = watch_asset_key(family.name, Watch.RETRAINING)
    event = context.instance.get_latest_materialization_event(key)
    if event is None or event.asset_materialization is None:
        return Answer(f"nothing was decided yet: materialise {key.to_user_string()}")
    [record] = context.instance.get_asset_records([key])
    place = record.asset_entry.last_materialization_storage_id
    metadata = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    try:
        told = Announcement.read(metadata)
    except UnreadableAnnouncementError as error:
        return Answer(str(error), handled=place)
    if told.state is not State.TRAINING or place == handled:
        return Answer(told.reasons, handled=place)
    made = context.instance.get_runs(filters=dg.RunsFilter(tags=told.run_tags(family.name)), limit=1)
    if made:
        words = f"run {made[0].run_id} of training {told.sequence} is {made[0].status.value.lower()}: {told.reasons}"
        return Answer(words, handled=place)
    other = run_that_trains(context.instance, _repository(context), family)
    if other is not None:
        words = f"training {told.sequence} waits for run {other.run_id}, which makes the same model: {told.reasons}"
        return Answer(words)
    return Answer(told.reasons, _request(context, family, told), handled=place)


def _request(context: dg.SensorEvaluationContext, family: Family, told: Announcement) -> dg.RunRequest:
    """Return the run of the model's own steps, of what watches it, and of what tells who serves."""
    promotion = model_asset_key(family.name, Step.PROMOTION)
    repository = _repository(context)
    in_job = repository.get_job(TRAIN_MODELS).asset_layer.selected_asset_keys
    behind = dg.AssetSelection.assets(promotion).downstream().resolve(repository.asset_graph)
    is_equal_enough = told.may_be_equal and _MAY_BE_EQUAL in family.configs[Step.PROMOTION].model_fields
    config = {"ops": {promotion.to_python_identifier(): {"config": {_MAY_BE_EQUAL: True}}}} if is_equal_enough else {}
    return dg.RunRequest(
        run_key=told.run_key(family.name),
        asset_selection=sorted(in_job & (behind | set(steps_of(family)))),
        run_config=config,
        tags=told.run_tags(family.name),
    )


def _repository(context: dg.SensorEvaluationContext) -> dg.RepositoryDefinition:
    repository = context.repository_def
    if repository is None:
        raise dg.DagsterInvariantViolationError("the sensor was ticked without its code location")
    return repository
