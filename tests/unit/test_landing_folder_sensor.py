"""Every branch of the landing-folder sensor, by ticks on a small code location."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.environment import Settings, load_settings
from ecom_assets.ingestion.assets import landed_fingerprints, raw_asset_key
from ecom_assets.keys import REFRESH_WAREHOUSE
from ecom_assets.sensors.landing_folder import (
    LandingCursor,
    build_landing_folder_sensor,
    decide,
    folder_fingerprint,
)
from tests.fixtures.landing import tiny_source

SOURCE = tiny_source()
RAW = [raw_asset_key(SOURCE, table) for table in SOURCE.tables]
THINGS, CLICKS, EXTRAS = RAW
MART = dg.AssetKey(["marts", "things"])
OUTSIDE = dg.AssetKey(["models", "things"])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"ECOM_RAW_DIR": str(tmp_path / "raw"), "ECOM_HOME": str(tmp_path / "home")})


class Location:
    """A code location with the sensor: raw tables, a mart on one of them, and an asset outside of the job."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sensor = build_landing_folder_sensor(settings, [SOURCE])
        self._instance = dg.DagsterInstance.ephemeral()
        self._cursor: str | None = None

        @dg.multi_asset(
            specs=[dg.AssetSpec(key, code_version="1") for key in RAW]
            + [dg.AssetSpec(MART, deps=[THINGS], code_version="1")]
        )
        def warehouse() -> object:
            fingerprints = landed_fingerprints(settings.raw_dir, [SOURCE])
            for key in RAW:
                yield dg.MaterializeResult(asset_key=key, data_version=dg.DataVersion(fingerprints[key]))
            yield dg.MaterializeResult(asset_key=MART)

        @dg.asset(key=OUTSIDE, deps=[MART], code_version="1")
        def model() -> None:
            return None

        self._assets = [warehouse, model]
        self._defs = dg.Definitions(
            assets=self._assets,
            jobs=[dg.define_asset_job(REFRESH_WAREHOUSE, selection=dg.AssetSelection.assets(*RAW, MART))],
        )

    def materialise(self) -> None:
        """Materialise everything, as a finished run does."""
        assert dg.materialize(self._assets, instance=self._instance).success

    def tick(self) -> tuple[list[dg.RunRequest], str]:
        """Tick with the cursor of the last tick; return the requests and the reason for none."""
        data = self._sensor.evaluate_tick(
            dg.build_sensor_context(
                instance=self._instance, cursor=self._cursor, repository_def=self._defs.get_repository_def()
            )
        )
        self._cursor = data.cursor
        return list(data.run_requests or []), data.skip_message or ""


def land(settings: Settings, name: str, content: str = "") -> Path:
    path = settings.raw_dir / "tiny" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def selected(request: dg.RunRequest) -> set[dg.AssetKey]:
    return set(request.asset_selection or [])


def test_a_missing_folder_is_skipped_with_its_name(settings: Settings) -> None:
    requests, reason = Location(settings).tick()
    assert requests == []
    assert str(settings.raw_dir) in reason
    assert "does not exist" in reason


def test_a_change_is_requested_once_after_it_came_to_rest(settings: Settings) -> None:
    location = Location(settings)
    land(settings, "things.csv", "a")
    requests, reason = location.tick()
    assert (requests, "one more tick" in reason) == ([], True)
    [first], _ = location.tick()
    assert selected(first) == {*RAW, MART}, "what lies outside of the job is left to others"
    location.materialise()
    requests, reason = location.tick()
    assert (requests, "nothing has changed" in reason) == ([], True)

    land(settings, "things.csv", "longer")
    assert location.tick()[0] == []
    land(settings, "things.csv", "still arriving")
    assert location.tick()[0] == [], "a folder that changes between ticks is not at rest"
    [second], _ = location.tick()
    assert selected(second) == {THINGS, MART}, "only what reads the changed file"
    assert first.run_key != second.run_key


def test_a_touched_file_with_the_same_content_asks_for_nothing(settings: Settings) -> None:
    location = Location(settings)
    path = land(settings, "things.csv", "a")
    location.tick()
    location.tick()
    location.materialise()
    path.unlink()
    land(settings, "unrelated.txt")
    location.tick()
    path.write_text("a")
    location.tick()
    requests, reason = location.tick()
    assert (requests, "hold what is loaded already" in reason) == ([], True)


def test_a_folder_that_cannot_be_loaded_is_skipped_with_the_reason(settings: Settings) -> None:
    location = Location(settings)
    land(settings, "things.csv", "a")
    land(settings, "archive.zip", "no archive")
    location.tick()
    requests, reason = location.tick()
    assert (requests, "is not a readable zip archive" in reason) == ([], True)
    assert "nothing has changed" in location.tick()[1], "the same broken folder is not tried again"


def test_a_folder_that_returns_to_an_earlier_state_gets_a_new_run_key() -> None:
    states = ["a", "a", "b", "b", "a", "a"]
    cursor, keys = LandingCursor(), []
    for state in states:
        decision = decide(state, cursor, Path("raw"))
        cursor = decision.cursor
        keys.append(decision.run_key)
    assert [key is not None for key in keys] == [False, True] * 3
    assert len(set(keys)) == 4


def test_a_change_taken_back_before_it_came_to_rest_asks_for_nothing() -> None:
    handled = LandingCursor(handled="a", pending="a", sequence=1)
    changed = decide("b", handled, Path("raw"))
    back = decide("a", changed.cursor, Path("raw"))
    assert back.run_key is None
    again = decide("b", back.cursor, Path("raw"))
    assert again.run_key is None, "it has to come to rest anew"


def test_the_fingerprint_sees_names_and_sizes_but_not_sub_folders(settings: Settings) -> None:
    assert folder_fingerprint(settings.raw_dir, [SOURCE]) is None
    land(settings, "a.csv", "a")
    before = folder_fingerprint(settings.raw_dir, [SOURCE])
    land(settings, "complete/c.csv", "c")
    assert folder_fingerprint(settings.raw_dir, [SOURCE]) == before
    land(settings, "d.csv")
    assert folder_fingerprint(settings.raw_dir, [SOURCE]) != before


@pytest.mark.parametrize(
    ("automation", "status"),
    [("on", dg.DefaultSensorStatus.RUNNING), ("off", dg.DefaultSensorStatus.STOPPED)],
)
def test_it_starts_switched_on_only_with_automation(
    tmp_path: Path, automation: str, status: dg.DefaultSensorStatus
) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_AUTOMATION": automation})
    assert build_landing_folder_sensor(settings, [SOURCE]).default_status is status
