"""The weekly training beside a run that trains already: the model is left to that run, the others are trained."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from ecom_assets.environment import Settings, load_settings
from ecom_assets.keys import TRAIN_MODELS, WATCH_MODELS
from ecom_assets.schedules import LEFT_OUT, tick
from ml_assets.contract import ML_KEY_PREFIX
from ml_assets.keys import Step, Watch, model_asset_key, watch_asset_key

MODEL, ANOTHER = "churn_olist_sellers", "churn_olist_customers"
STEPS = {name: [model_asset_key(name, Step.MODEL), model_asset_key(name, Step.PROMOTION)] for name in (MODEL, ANOTHER)}
DECISIONS = {name: watch_asset_key(name, Watch.RETRAINING) for name in STEPS}
OF_MODEL, OF_ANOTHER = ({*STEPS[name], DECISIONS[name]} for name in (MODEL, ANOTHER))
SCOREBOARD = dg.AssetKey([ML_KEY_PREFIX, "scoreboard"])
IN_PROGRESS = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
# What Dagster has to know of a run that stands in the queue.
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("ecommerce"), "location"), TRAIN_MODELS)
OVER = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def dummy(key: dg.AssetKey, *deps: dg.AssetKey) -> dg.AssetsDefinition:
    """Return an asset that becomes another one with every run."""

    @dg.asset(key=key, deps=deps, code_version="1")
    def anything(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        return dg.MaterializeResult(data_version=dg.DataVersion(context.run.run_id))

    return anything


class Location:
    """A code location in which two models are trained and watched, and a scoreboard is made of both."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.instance = dg.DagsterInstance.ephemeral()
        self._assets = [
            *(dummy(model) for model, _ in STEPS.values()),
            *(dummy(promotion, model) for model, promotion in STEPS.values()),
            *(dummy(DECISIONS[name], promotion) for name, (_, promotion) in STEPS.items()),
            dummy(SCOREBOARD, *(promotion for _, promotion in STEPS.values())),
        ]
        self._repository = dg.Definitions(
            assets=self._assets,
            jobs=[
                dg.define_asset_job(TRAIN_MODELS, selection=dg.AssetSelection.all()),
                dg.define_asset_job(WATCH_MODELS, selection=dg.AssetSelection.assets(*DECISIONS.values())),
            ],
        ).get_repository_def()

    def begin(self, status: dg.DagsterRunStatus, selection: frozenset[dg.AssetKey] | None = None) -> str:
        """Plant a run of the training's job, of the whole job by default; return its id."""
        run = dg.DagsterRun(TRAIN_MODELS, status=status, asset_selection=selection, remote_job_origin=ORIGIN)
        self.instance.add_run(run)
        return run.run_id

    def materialise(self, *keys: dg.AssetKey) -> None:
        """Make assets."""
        selection = dg.AssetSelection.assets(*keys)
        assert dg.materialize(self._assets, instance=self.instance, selection=selection).success

    def tick(self, job: str = TRAIN_MODELS) -> dg.RunRequest | dg.SkipReason:
        """Let the schedule of a job tick."""
        return tick(self.instance, self._repository, job, self._settings, [])

    def asked(self, job: str = TRAIN_MODELS) -> set[dg.AssetKey]:
        """Let the schedule of a job tick; return what it asks for."""
        found = self.tick(job)
        assert isinstance(found, dg.RunRequest), found
        return set(found.asset_selection or [])


@pytest.fixture
def location(tmp_path: Path) -> Location:
    return Location(load_settings({"ECOM_HOME": str(tmp_path)}))


@pytest.mark.parametrize("status", IN_PROGRESS, ids=lambda status: status.value.lower())
def test_a_model_that_is_being_trained_is_left_to_the_run_that_does(
    location: Location, status: dg.DagsterRunStatus
) -> None:
    location.materialise(SCOREBOARD)
    location.begin(status, frozenset(OF_MODEL))
    found = location.tick()
    assert isinstance(found, dg.RunRequest)
    # The scoreboard waits for a promotion that nobody has made yet, and that this run does not make.
    assert set(found.asset_selection or []) == OF_ANOTHER
    assert found.tags[LEFT_OUT] == MODEL


@pytest.mark.parametrize("status", OVER, ids=lambda status: status.value.lower())
def test_a_run_that_is_over_keeps_nothing(location: Location, status: dg.DagsterRunStatus) -> None:
    location.begin(status, frozenset(OF_MODEL))
    found = location.tick()
    assert isinstance(found, dg.RunRequest)
    assert set(found.asset_selection or []) == {*OF_MODEL, *OF_ANOTHER, SCOREBOARD}
    assert LEFT_OUT not in found.tags


def test_what_is_made_of_several_models_is_not_due_for_the_one_that_is_left_out(location: Location) -> None:
    location.materialise(*OF_MODEL, *OF_ANOTHER, SCOREBOARD)
    location.materialise(STEPS[MODEL][0])
    assert location.asked() == {STEPS[MODEL][1], DECISIONS[MODEL], SCOREBOARD}
    run = location.begin(dg.DagsterRunStatus.STARTED, frozenset(OF_MODEL))
    found = location.tick()
    assert isinstance(found, dg.SkipReason)
    assert found.skip_message == (
        f"nothing is new for any of the 4 assets of train_models; run {run} trains {MODEL} already"
    )


def test_beside_a_run_of_the_whole_job_nothing_is_trained(location: Location) -> None:
    location.materialise(SCOREBOARD)
    run = location.begin(dg.DagsterRunStatus.STARTED)
    found = location.tick()
    assert isinstance(found, dg.SkipReason)
    for name in (MODEL, ANOTHER):
        assert f"run {run} trains {name} already" in (found.skip_message or "")


def test_a_run_that_trains_nothing_keeps_nothing(location: Location) -> None:
    location.begin(dg.DagsterRunStatus.STARTED, frozenset({DECISIONS[MODEL], SCOREBOARD}))
    assert location.asked() == {*OF_MODEL, *OF_ANOTHER, SCOREBOARD}


def test_models_are_watched_whatever_is_trained(location: Location) -> None:
    location.materialise(*OF_MODEL, *OF_ANOTHER)
    location.materialise(STEPS[MODEL][1])
    location.begin(dg.DagsterRunStatus.STARTED, frozenset(OF_MODEL))
    assert location.asked(WATCH_MODELS) == {DECISIONS[MODEL]}
