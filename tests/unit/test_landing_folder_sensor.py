"""Every branch of the landing-folder sensor, by ticks."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.environment import Settings, load_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sensors.landing_folder import (
    LandingCursor,
    build_landing_folder_sensor,
    decide,
    folder_fingerprint,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"ECOM_RAW_DIR": str(tmp_path / "raw"), "ECOM_HOME": str(tmp_path / "home")})


class Ticks:
    """Ticks the sensor again and again, handing the cursor on as the daemon does."""

    def __init__(self, settings: Settings) -> None:
        self._sensor = build_landing_folder_sensor(settings, list(SOURCES.values()))
        self._cursor: str | None = None

    def tick(self) -> tuple[list[str | None], str]:
        """Return the run keys that were requested and the reason for none."""
        data = self._sensor.evaluate_tick(dg.build_sensor_context(cursor=self._cursor))
        self._cursor = data.cursor
        return [request.run_key for request in data.run_requests or []], data.skip_message or ""


def land(settings: Settings, name: str, content: str) -> Path:
    path = settings.raw_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_a_missing_folder_is_skipped_with_its_name(settings: Settings) -> None:
    land(settings, "olist/a.csv", "a")
    keys, reason = Ticks(settings).tick()
    assert keys == []
    assert str(settings.raw_dir) in reason
    assert "does not exist" in reason


def test_a_change_is_requested_once_after_it_came_to_rest(settings: Settings) -> None:
    land(settings, "olist/a.csv", "a")
    land(settings, "retailrocket/b.csv", "b")
    ticks = Ticks(settings)
    keys, reason = ticks.tick()
    assert (keys, "one more tick" in reason) == ([], True)
    [first], _ = ticks.tick()
    keys, reason = ticks.tick()
    assert (keys, "nothing has changed" in reason) == ([], True)

    land(settings, "olist/a.csv", "longer")
    assert ticks.tick()[0] == []
    land(settings, "olist/a.csv", "still arriving")
    assert ticks.tick()[0] == [], "a folder that changes between ticks is not at rest"
    [second], _ = ticks.tick()
    assert first != second


def test_a_folder_that_returns_to_an_earlier_state_gets_a_new_run_key(settings: Settings) -> None:
    land(settings, "olist/a.csv", "a")
    land(settings, "retailrocket/b.csv", "b")
    ticks = Ticks(settings)
    ticks.tick()
    [first], _ = ticks.tick()
    extra = land(settings, "olist/c.csv", "c")
    ticks.tick()
    [second], _ = ticks.tick()
    extra.unlink()
    ticks.tick()
    [third], _ = ticks.tick()
    assert len({first, second, third}) == 3


def test_a_change_taken_back_before_it_came_to_rest_asks_for_nothing() -> None:
    handled = LandingCursor(handled="a", pending="a", sequence=1)
    changed = decide("b", handled, Path("raw"))
    back = decide("a", changed.cursor, Path("raw"))
    assert back.run_key is None
    again = decide("b", back.cursor, Path("raw"))
    assert again.run_key is None, "it has to come to rest anew"


def test_the_fingerprint_sees_names_and_sizes_but_not_sub_folders(settings: Settings) -> None:
    sources = list(SOURCES.values())
    land(settings, "olist/a.csv", "a")
    assert folder_fingerprint(settings.raw_dir, sources) is None
    land(settings, "retailrocket/b.csv", "b")
    before = folder_fingerprint(settings.raw_dir, sources)
    land(settings, "olist/complete/c.csv", "c")
    assert folder_fingerprint(settings.raw_dir, sources) == before
    land(settings, "olist/d.csv", "")
    assert folder_fingerprint(settings.raw_dir, sources) != before


@pytest.mark.parametrize(
    ("automation", "status"),
    [("on", dg.DefaultSensorStatus.RUNNING), ("off", dg.DefaultSensorStatus.STOPPED)],
)
def test_it_starts_switched_on_only_with_automation(
    tmp_path: Path, automation: str, status: dg.DefaultSensorStatus
) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_AUTOMATION": automation})
    assert build_landing_folder_sensor(settings, list(SOURCES.values())).default_status is status
