"""What became of a training, by runs of an instance, and how a decision is told."""

from typing import Any

import dagster as dg
import pytest

from ml_assets.family.shown import REASON, VERDICT
from ml_assets.keys import Step, model_asset_key
from ml_assets.monitoring.decision.announcement import Announcement, UnreadableAnnouncementError
from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.states import Action, State, TrainingStatus
from ml_assets.monitoring.decision.training_runs import training_of
from tests.unit.monitoring.decision.builders import MEMORIES, REQUEST, situation

MODEL = "orders"
MEMORY = MEMORIES[State.TRAINING]
TOLD = Announcement.of(decide(MEMORY, situation(), RetrainingPolicy()))


@dg.asset(key=model_asset_key(MODEL, Step.PROMOTION))
def promotion(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    if context.run.tags.get("fails"):
        raise ValueError("as asked")
    return dg.MaterializeResult(metadata={VERDICT: "kept", REASON: "the champion stays"})


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


def run(instance: dg.DagsterInstance, **tags: str) -> str:
    """Promote in a run of the training that was asked for, and return its id."""
    result = dg.materialize([promotion], instance=instance, tags={**TOLD.run_tags(MODEL), **tags}, raise_on_error=False)
    return result.run_id


def test_without_a_request_or_a_run_there_is_no_training(instance: dg.DagsterInstance) -> None:
    assert training_of(instance, MODEL, None, "own") is None
    assert training_of(instance, MODEL, Remembered(), "own") is None
    assert training_of(instance, MODEL, MEMORY, "own") is None


def test_a_training_tells_what_the_gate_decided(instance: dg.DagsterInstance) -> None:
    run(instance)
    training = training_of(instance, MODEL, MEMORY, "own")
    assert training is not None
    assert (training.sequence, training.status) == (1, TrainingStatus.SUCCEEDED)
    assert training.words == "kept: the champion stays"


def test_a_later_promotion_is_not_its_outcome(instance: dg.DagsterInstance) -> None:
    first = run(instance)
    assert dg.materialize([promotion], instance=instance).success
    training = training_of(instance, MODEL, MEMORY, "own")
    assert training is not None
    assert training.words == f"run {first} succeeded, and another one has promoted since"


def test_a_failed_training_names_the_step(instance: dg.DagsterInstance) -> None:
    failed = run(instance, fails="yes")
    training = training_of(instance, MODEL, MEMORY, "own")
    assert training is not None
    assert training.status is TrainingStatus.FAILED
    assert training.words == f"run {failed} ended as failure at ml__orders_promotion"


def test_the_newest_of_several_runs_counts(instance: dg.DagsterInstance) -> None:
    run(instance, fails="yes")
    run(instance)
    training = training_of(instance, MODEL, MEMORY, "own")
    assert training is not None
    assert training.status is TrainingStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (dg.DagsterRunStatus.STARTING, TrainingStatus.RUNNING),
        (dg.DagsterRunStatus.STARTED, TrainingStatus.RUNNING),
        (dg.DagsterRunStatus.CANCELED, TrainingStatus.FAILED),
    ],
)
def test_a_run_on_its_way_or_canceled(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, expected: TrainingStatus
) -> None:
    under_way = dg.DagsterRun("training", status=status, tags=TOLD.run_tags(MODEL))
    instance.add_run(under_way)
    training = training_of(instance, MODEL, MEMORY, "own")
    assert training is not None
    assert training.status is expected
    if expected is TrainingStatus.RUNNING:
        within = training_of(instance, MODEL, MEMORY, under_way.run_id)
        assert within is not None
        assert within.status is TrainingStatus.SUCCEEDED, "its steps come before whoever asks"


@pytest.mark.parametrize(
    "change",
    [{"sequence": 2}, {"request": REQUEST.model_copy(update={"report_id": "x"})}],
    ids=["of another sequence", "by another report"],
)
def test_runs_of_other_trainings_say_nothing(instance: dg.DagsterInstance, change: dict[str, Any]) -> None:
    run(instance)
    assert training_of(instance, MODEL, MEMORY.model_copy(update=change), "own") is None
    assert training_of(instance, "another", MEMORY, "own") is None


def test_what_is_told_is_read_back_by_plain_values() -> None:
    assert Announcement.read(TOLD.metadata) == TOLD
    assert {type(value) for value in TOLD.metadata.values()} <= {str, int, bool}
    assert (TOLD.state, TOLD.action) == (State.TRAINING, Action.WAIT)
    assert TOLD.run_key(MODEL) == "orders/orders-2018-06-30-v3/1"
    quiet = Announcement.of(decide(None, situation(drift=None), RetrainingPolicy()))
    assert (quiet.report_id, quiet.asked_by, quiet.sequence, quiet.may_be_equal) == ("", "", 0, False)


@pytest.mark.parametrize("change", [{"state": "asleep"}, {"sequence": "many"}, {"decision": None}])
def test_metadata_of_another_form_say_what_to_do(change: dict[str, object]) -> None:
    with pytest.raises(UnreadableAnnouncementError, match="materialise it again"):
        Announcement.read(TOLD.metadata | change)
    with pytest.raises(UnreadableAnnouncementError, match="materialise it again"):
        Announcement.read({})
