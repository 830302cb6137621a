"""Every branch of the schedules, by ticks on a small code location."""

from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.environment import Settings, load_settings
from ecom_assets.ingestion.assets import landed_fingerprints, raw_asset_key
from ecom_assets.keys import REFRESH_AND_SCORE, TRAIN_MODELS, WATCH_MODELS
from ecom_assets.schedules import DAILY, NIGHTLY, WEEKLY, build_schedules, tick
from ml_assets.keys import Step, Watch, model_asset_key, watch_asset_key
from ml_assets.monitoring.decision.announcement import STATE
from ml_assets.monitoring.decision.states import State
from tests.fixtures.landing import tiny_source

SOURCE = tiny_source()
RAW = [raw_asset_key(SOURCE, table) for table in SOURCE.tables]
THINGS = RAW[0]
FEATURES = dg.AssetKey(["features", "things"])
MODEL = "churn_olist_sellers"
PROMOTION, SCORES = (model_asset_key(MODEL, step) for step in (Step.PROMOTION, Step.SCORES))
DRIFT, RETRAINING = (watch_asset_key(MODEL, watch) for watch in (Watch.DRIFT, Watch.RETRAINING))
JOBS = {
    REFRESH_AND_SCORE: [*RAW, FEATURES, SCORES],
    WATCH_MODELS: [DRIFT, RETRAINING],
    TRAIN_MODELS: [PROMOTION, SCORES, DRIFT, RETRAINING],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"ECOM_RAW_DIR": str(tmp_path / "raw"), "ECOM_HOME": str(tmp_path / "home")})


class Location:
    """A code location with the schedules: raw tables, features, and a model that is promoted, scores and is watched."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        self._settings = settings
        self._instance = instance
        self.state = State.QUIET

        @dg.multi_asset(specs=[dg.AssetSpec(key, code_version="1") for key in RAW], can_subset=True)
        def raw(context: dg.AssetExecutionContext) -> object:
            fingerprints = landed_fingerprints(settings.raw_dir, [SOURCE])
            for key in sorted(context.selected_asset_keys):
                yield dg.MaterializeResult(asset_key=key, data_version=dg.DataVersion(fingerprints[key]))

        @dg.asset(key=RETRAINING, deps=[DRIFT], code_version="1")
        def retraining() -> dg.MaterializeResult:  # type: ignore[type-arg]
            return dg.MaterializeResult(metadata={STATE: self.state.value})

        self._assets = [
            raw,
            self._dummy(FEATURES, THINGS),
            self._dummy(PROMOTION, FEATURES),
            self._dummy(SCORES, PROMOTION, FEATURES),
            self._dummy(DRIFT, SCORES),
            retraining,
        ]
        self._defs = dg.Definitions(
            assets=self._assets,
            jobs=[dg.define_asset_job(name, selection=dg.AssetSelection.assets(*keys)) for name, keys in JOBS.items()],
        )

    @staticmethod
    def _dummy(key: dg.AssetKey, *deps: dg.AssetKey) -> dg.AssetsDefinition:
        @dg.asset(key=key, deps=deps, code_version="1")
        def anything() -> None:
            return None

        return anything

    def land(self, content: str) -> None:
        """Write a file of things, and empty ones of the others that must be there."""
        folder = self._settings.raw_dir / SOURCE.name
        folder.mkdir(parents=True, exist_ok=True)
        for table in SOURCE.tables:
            (folder / f"{table.file_stems[0]}.csv").touch()
        (folder / "things.csv").write_text(content)

    def materialise(self, *keys: dg.AssetKey) -> None:
        """Materialise assets, all by default."""
        selection = dg.AssetSelection.assets(*keys) if keys else dg.AssetSelection.all()
        assert dg.materialize(self._assets, instance=self._instance, selection=selection).success

    def tick(self, job: str) -> tuple[set[dg.AssetKey], str]:
        """Tick; return the assets that are asked for, and the reason for none."""
        found = tick(self._instance, self._defs.get_repository_def(), job, self._settings, [SOURCE])
        if isinstance(found, dg.SkipReason):
            return set(), found.skip_message or ""
        return set(found.asset_selection or []), ""

    def evaluate(self, name: str) -> tuple[int, str]:
        """Let a schedule tick as the daemon does; return how many runs it asks for, and the reason for none."""
        [schedule] = [each for each in build_schedules(self._settings, [SOURCE]) if each.name == name]
        context = dg.build_schedule_context(instance=self._instance, repository_def=self._defs.get_repository_def())
        data = schedule.evaluate_tick(context)
        return len(data.run_requests or []), data.skip_message or ""


@pytest.fixture
def location(settings: Settings) -> Location:
    made = Location(settings, dg.DagsterInstance.ephemeral())
    made.land("a")
    return made


def test_each_schedule_ticks_for_its_job(settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "dagster"
    home.mkdir()
    # A schedule is told of its instance by reference, which one in memory has not.
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        location = Location(settings, instance)
        location.land("a")
        assert location.evaluate(NIGHTLY) == (1, "")
        assert location.evaluate(DAILY) == (0, "nothing is new for any of the 2 assets of watch_models")
        assert location.evaluate(WEEKLY) == (0, "nothing is new for any of the 4 assets of train_models")


def test_a_new_home_is_refreshed_and_nobody_scores_yet(location: Location) -> None:
    assert location.tick(REFRESH_AND_SCORE) == ({*RAW, FEATURES}, "")
    asked, reason = location.tick(WATCH_MODELS)
    assert (asked, reason) == (set(), "nothing is new for any of the 2 assets of watch_models")


def test_where_nothing_is_new_each_says_so(location: Location) -> None:
    location.materialise()
    for job, keys in JOBS.items():
        assert location.tick(job) == (set(), f"nothing is new for any of the {len(keys)} assets of {job}")


def test_new_files_are_scored_at_night_watched_in_the_morning_and_learned_from_on_sunday(location: Location) -> None:
    location.materialise()
    location.land("other things")
    asked, _ = location.tick(REFRESH_AND_SCORE)
    assert asked == {THINGS, FEATURES, SCORES}
    assert location.tick(WATCH_MODELS)[0] == set(), "before the night there is nothing new to watch"
    location.materialise(*asked)
    assert location.tick(REFRESH_AND_SCORE)[0] == set(), "training is outside of this job"
    assert location.tick(WATCH_MODELS)[0] == {DRIFT, RETRAINING}
    assert location.tick(TRAIN_MODELS)[0] == {PROMOTION, SCORES, DRIFT, RETRAINING}


def test_a_training_under_way_is_followed_although_nothing_is_new(location: Location) -> None:
    location.state = State.TRAINING
    location.materialise()
    assert location.tick(WATCH_MODELS) == ({RETRAINING}, "")
    assert location.tick(REFRESH_AND_SCORE)[0] == set(), "it is no part of that job"


def test_a_folder_that_cannot_be_loaded_is_skipped_with_the_reason(location: Location, settings: Settings) -> None:
    (settings.raw_dir / SOURCE.name / "archive.zip").write_text("no archive")
    asked, reason = location.tick(REFRESH_AND_SCORE)
    assert (asked, "is not a readable zip archive" in reason) == (set(), True)
    location.materialise(PROMOTION)
    assert location.tick(TRAIN_MODELS)[0] == set(), "what reads features waits for them"


@pytest.mark.parametrize(
    ("automation", "status"),
    [("on", dg.DefaultScheduleStatus.RUNNING), ("off", dg.DefaultScheduleStatus.STOPPED)],
)
def test_they_start_switched_on_only_with_automation(
    tmp_path: Path, automation: str, status: dg.DefaultScheduleStatus
) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_AUTOMATION": automation})
    schedules = build_schedules(settings, [])
    assert {schedule.default_status for schedule in schedules} == {status}
    assert {schedule.execution_timezone for schedule in schedules} == {"America/Sao_Paulo"}
