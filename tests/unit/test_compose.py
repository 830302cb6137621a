"""What docker-compose.yml tells the platform: variables that it knows, with values that it takes."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from ecom_assets.environment import ALERT_WEBHOOK, REPOSITORY, load_settings


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str | None]:
    """Return the container's variables; one without a value is that of whoever starts it, if it is set there."""
    composed = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    found: Mapping[str, str | None] = composed["services"]["platform"]["environment"]
    return found


def test_the_webhook_is_passed_on_and_stands_in_no_file(environment: Mapping[str, str | None]) -> None:
    assert [name for name, value in environment.items() if value is None] == [ALERT_WEBHOOK]


def test_the_platform_starts_with_automation_and_writes_into_its_volume(environment: Mapping[str, str | None]) -> None:
    settings = load_settings({name: value for name, value in environment.items() if value is not None})
    assert settings.automation
    assert (settings.home, settings.raw_dir) == (Path("/data"), Path("/landing"))
    assert settings.alert_webhook is None
