"""Every branch of the retraining sensor, by ticks on a code location with planted decisions."""

from dataclasses import replace

import dagster as dg
import pytest

from ecom_assets.keys import TRAIN_MODELS
from ecom_assets.sensors.retraining import RetrainingCursor, build_retraining_sensor
from ml_assets.contract import ML_KEY_PREFIX
from ml_assets.definitions import families_of
from ml_assets.keys import Step, Watch, model_asset_key, watch_asset_key
from ml_assets.monitoring.decision.announcement import MODEL_TAG, REPORT_TAG, SEQUENCE_TAG, Announcement
from ml_assets.monitoring.decision.states import Action, State

FAMILIES = [family for family in families_of(["olist"]) if family.name.startswith("churn")]
MODEL, ANOTHER = (family.name for family in FAMILIES)
STEPS = {model_asset_key(MODEL, step) for step in Step} | {watch_asset_key(MODEL, watch) for watch in Watch}
OTHER_STEPS = [model_asset_key(ANOTHER, step) for step in Step]
SCOREBOARD = dg.AssetKey([ML_KEY_PREFIX, "scoreboard"])
OUTSIDE = dg.AssetKey(["marts", "things"])

QUIET = Announcement(State.QUIET, Action.NONE, "the window is like the reference", "june", 0, "", False)
ASKED = Announcement(State.TRAINING, Action.RETRAIN, "training 1 is asked for", "july", 1, "july", False)
BEGUN = replace(ASKED, action=Action.WAIT, reasons="training 1 is running", report_id="august")


def dummy(key: dg.AssetKey) -> dg.AssetsDefinition:
    """Return an asset that does nothing; the promotion takes the field by which it may be lenient."""
    if key == model_asset_key(MODEL, Step.PROMOTION):

        @dg.asset(key=key, config_schema={"is_age_retrain": dg.Field(bool, default_value=False)})
        def promotion(context: dg.AssetExecutionContext) -> None:
            if context.run.tags.get("fails"):
                raise ValueError("as asked")

        return promotion

    # The scoreboard tells who serves; what stands outside of the job waits for the night.
    behind = {SCOREBOARD: [model_asset_key(MODEL, Step.PROMOTION)], OUTSIDE: [model_asset_key(MODEL, Step.PROMOTION)]}

    @dg.asset(key=key, deps=behind.get(key, []))
    def anything() -> None:
        return None

    return anything


class Location:
    """A code location with the sensor, the steps of two models, and an asset outside of the job."""

    def __init__(self) -> None:
        keys = sorted({*STEPS, *OTHER_STEPS, SCOREBOARD, OUTSIDE})
        self.instance = dg.DagsterInstance.ephemeral()
        self.sensor = build_retraining_sensor(FAMILIES, is_on=False)
        self.defs = dg.Definitions(
            assets=[dummy(key) for key in keys],
            jobs=[dg.define_asset_job(TRAIN_MODELS, selection=dg.AssetSelection.key_prefixes(ML_KEY_PREFIX))],
            executor=dg.in_process_executor,
        )
        self.cursor: str | None = None

    def tell(self, told: Announcement, model: str = MODEL) -> None:
        """Plant a decision."""
        self.plant({**told.metadata}, model)

    def plant(self, metadata: dict[str, str | int | bool], model: str = MODEL) -> None:
        """Plant metadata of a decision's asset."""
        key = watch_asset_key(model, Watch.RETRAINING)
        self.instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata=metadata))

    def tick(self) -> tuple[list[dg.RunRequest], str]:
        """Tick with the cursor of the last tick; return the requests and the reason for none."""
        data = self.sensor.evaluate_tick(
            dg.build_sensor_context(
                instance=self.instance, cursor=self.cursor, repository_def=self.defs.get_repository_def()
            )
        )
        assert data.cursor is not None
        self.cursor = data.cursor
        return list(data.run_requests or []), data.skip_message or ""

    def run(self, request: dg.RunRequest, **tags: str) -> bool:
        """Run what was asked for, as the daemon does; return whether it succeeded."""
        job = self.defs.resolve_job_def(TRAIN_MODELS)
        result = job.execute_in_process(
            instance=self.instance,
            run_config=request.run_config,
            asset_selection=list(request.asset_selection or []),
            tags={**request.tags, **tags},
            raise_on_error=False,
        )
        return result.success

    @property
    def handled(self) -> set[str]:
        """Models of which the newest decision is handled."""
        return set(RetrainingCursor.model_validate_json(self.cursor or "{}").handled)


@pytest.fixture
def location() -> Location:
    return Location()


def test_before_the_first_decision_it_says_what_to_materialise(location: Location) -> None:
    requests, reason = location.tick()
    assert requests == []
    for model in (MODEL, ANOTHER):
        assert f"{model}: nothing was decided yet: materialise ml/{model}_retraining" in reason
    assert location.handled == set()


def test_it_repeats_the_words_of_a_decision_that_asks_for_nothing(location: Location) -> None:
    location.tell(QUIET)
    for _ in range(2):
        requests, reason = location.tick()
        assert requests == []
        assert f"{MODEL}: the window is like the reference" in reason
        assert location.handled == {MODEL}


def test_it_asks_once_for_the_models_own_steps_and_for_what_tells_who_serves(location: Location) -> None:
    location.tell(ASKED)
    location.tell(QUIET, ANOTHER)
    [request], reason = location.tick()
    assert reason == ""
    assert set(request.asset_selection or []) == STEPS | {SCOREBOARD}
    assert request.run_key == f"{MODEL}/july/1"
    assert {name: request.tags[name] for name in (MODEL_TAG, REPORT_TAG, SEQUENCE_TAG)} == {
        MODEL_TAG: MODEL,
        REPORT_TAG: "july",
        SEQUENCE_TAG: "1",
    }
    assert request.run_config == {}
    requests, reason = location.tick()
    assert (requests, "training 1 is asked for" in reason) == ([], True)
    assert location.run(request)


def test_each_model_gets_its_own_run(location: Location) -> None:
    location.tell(ASKED)
    location.tell(ASKED, ANOTHER)
    requests, _ = location.tick()
    assert {request.run_key for request in requests} == {f"{MODEL}/july/1", f"{ANOTHER}/july/1"}
    assert location.handled == {MODEL, ANOTHER}


def test_a_request_that_was_lost_is_made_again_by_the_next_decision(location: Location) -> None:
    location.tell(ASKED)
    [first], _ = location.tick()
    location.tell(replace(BEGUN, reasons="training 1 was asked for and has not begun"))
    [again], _ = location.tick()
    assert again.run_key == first.run_key, "Dagster makes one run of it, however often it is asked for"


@pytest.mark.parametrize(
    "status",
    [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE],
    ids=lambda status: status.value.lower(),
)
def test_a_training_of_which_a_run_was_made_is_not_asked_for_again(
    location: Location, status: dg.DagsterRunStatus
) -> None:
    run = dg.DagsterRun(TRAIN_MODELS, status=status, tags=ASKED.run_tags(MODEL))
    location.instance.add_run(run)
    location.tell(BEGUN)
    requests, reason = location.tick()
    assert requests == []
    assert f"run {run.run_id} of training 1 is {status.value.lower()}: training 1 is running" in reason
    assert location.handled == {MODEL}


def test_a_training_that_failed_is_followed_by_the_next_one_only_when_that_is_decided(location: Location) -> None:
    location.tell(ASKED)
    [first], _ = location.tick()
    assert not location.run(first, fails="yes")
    assert location.tick()[0] == []
    location.tell(replace(BEGUN, state=State.WAITING_FOR_LABELS, reasons="it waits for newer labels"))
    requests, reason = location.tick()
    assert (requests, "it waits for newer labels" in reason) == ([], True)
    location.tell(replace(ASKED, sequence=2, asked_by="august"))
    [second], _ = location.tick()
    assert second.run_key == f"{MODEL}/august/2"


@pytest.mark.parametrize("selection", [None, frozenset({model_asset_key(MODEL, Step.MODEL)})], ids=["job", "asset"])
def test_it_waits_while_another_run_makes_the_model(
    location: Location, selection: frozenset[dg.AssetKey] | None
) -> None:
    other = dg.DagsterRun(TRAIN_MODELS, status=dg.DagsterRunStatus.STARTED, asset_selection=selection)
    location.instance.add_run(other)
    location.tell(ASKED)
    requests, reason = location.tick()
    assert (requests, f"training 1 waits for run {other.run_id}" in reason) == ([], True)
    assert location.handled == set(), "the decision is still to be acted upon"
    location.instance.delete_run(other.run_id)
    assert len(location.tick()[0]) == 1


def test_runs_of_other_models_and_jobs_do_not_keep_it(location: Location) -> None:
    for name, selection in (
        (TRAIN_MODELS, frozenset(OTHER_STEPS)),
        ("a job of another code location", None),
    ):
        location.instance.add_run(dg.DagsterRun(name, status=dg.DagsterRunStatus.STARTED, asset_selection=selection))
    location.tell(ASKED)
    assert len(location.tick()[0]) == 1


def test_a_training_that_need_not_surpass_tells_the_promotion(location: Location) -> None:
    location.tell(replace(ASKED, may_be_equal=True))
    [request], _ = location.tick()
    assert request.run_config == {"ops": {f"ml__{MODEL}_promotion": {"config": {"is_age_retrain": True}}}}
    assert location.run(request)


def test_metadata_of_another_form_are_named_and_do_not_stop_the_other_models(location: Location) -> None:
    location.plant({"state": "asleep"})
    location.tell(ASKED, ANOTHER)
    [request], _ = location.tick()
    assert request.run_key == f"{ANOTHER}/july/1"
    assert location.handled == {MODEL, ANOTHER}
    requests, reason = location.tick()
    assert (requests, f"{MODEL}: its newest decision cannot be read" in reason) == ([], True)


@pytest.mark.parametrize(
    ("is_on", "status"), [(True, dg.DefaultSensorStatus.RUNNING), (False, dg.DefaultSensorStatus.STOPPED)]
)
def test_it_starts_switched_on_only_with_automation(is_on: bool, status: dg.DefaultSensorStatus) -> None:
    assert build_retraining_sensor(FAMILIES, is_on=is_on).default_status is status
    assert build_retraining_sensor([], is_on=is_on).default_status is status
