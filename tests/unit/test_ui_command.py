"""What ``make ui`` says on the terminal before it hands over to Dagster."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.automation import start_note
from ecom_assets.commands.side_by_side import run_beside
from ecom_assets.commands.ui import mlflow_server, opening_lines, reports_server
from ecom_assets.environment import SettingsError, load_settings
from ecom_assets.instance import opened_instance
from ecom_assets.schedules import build_schedules
from ecom_assets.sensors.landing_folder import build_landing_folder_sensor
from tests.free_port import free_port
from tests.hanging_run import hanging_run

POOL = "test_pool"

# Stands in for the server and prints how it was started.
RECORDING_DAGSTER = """#!/bin/sh
echo "dagster $*"
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder with a program named dagster that only says how it was called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "dagster").write_text(RECORDING_DAGSTER)
    (folder / "dagster").chmod(0o755)
    return folder


def ui_output(programs: Path, home: Path, **variables: str) -> list[str]:
    """Return the lines that ``make ui`` prints on a home, the last one by the program that it runs."""
    search_path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
    result = subprocess.run(
        [sys.executable, "-m", "ecom_assets.commands.ui"],
        env={"ECOM_HOME": str(home), "PATH": os.pathsep.join(search_path)} | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "automation: off (schedules and sensors start stopped; ECOM_AUTOMATION=on starts them)"),
        (
            {"ECOM_AUTOMATION": "off"},
            "automation: off (schedules and sensors start stopped; ECOM_AUTOMATION=on starts them)",
        ),
        ({"ECOM_AUTOMATION": "on"}, "automation: on (schedules and sensors start switched on)"),
    ],
)
def test_the_terminal_says_whether_automation_is_on(
    programs: Path, tmp_path: Path, variables: dict[str, str], expected: str
) -> None:
    reports_port = str(free_port())
    address, registry, reports, automation, started = ui_output(
        programs,
        tmp_path / "home",
        ECOM_UI_PORT="3999",
        ECOM_REPORTS_PORT=reports_port,
        MLFLOW_TRACKING_URI="http://models.example:5000",
        **variables,
    )
    assert address == "Dagster: http://localhost:3999"
    assert registry == "MLflow: http://models.example:5000 (not started here)"
    assert reports == f"reports: http://localhost:{reports_port}"
    assert automation == expected
    assert started == "dagster dev --workspace workspace.yaml --host 127.0.0.1 --port 3999"


@pytest.mark.parametrize(("automation", "is_on"), [("on", True), ("off", False)])
def test_each_schedule_and_sensor_says_in_the_ui_how_it_starts(tmp_path: Path, automation: str, is_on: bool) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_AUTOMATION": automation})
    schedules = build_schedules(settings, [])
    sensor = build_landing_folder_sensor(settings, [])
    for description in (*(each.description for each in schedules), sensor.description):
        assert description is not None
        assert description.endswith(f" {start_note(is_on=is_on)}")
    assert "ECOM_AUTOMATION=on" in start_note(is_on=False)


@pytest.mark.slow
def test_what_a_killed_run_left_is_closed_before_the_ui_starts(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    with opened_instance(settings) as instance:
        with hanging_run(instance.root_directory, POOL):
            pass
        [run] = instance.get_runs()
        first, automation = opening_lines(settings)
        assert first == f"closed run {run.run_id}, whose process is gone, and freed its pool slots"
        assert automation.startswith("automation: off")
        assert instance.event_log_storage.get_concurrency_info(POOL).active_slot_count == 0
        [run] = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.FAILURE
    assert len(opening_lines(settings)) == 1


def test_mlflow_starts_on_the_store_of_this_home_if_its_port_is_free(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path)})
    port = str(free_port())
    line, command = mlflow_server(settings, "127.0.0.1", port)
    assert line == f"MLflow: http://localhost:{port}"
    assert command is not None
    assert command[-4:] == ["--host", "127.0.0.1", "--port", port]
    with socket.create_server(("127.0.0.1", int(port))):
        line, command = mlflow_server(settings, "127.0.0.1", port)
    assert command is None
    assert f"port {port} is taken" in line
    line, command = mlflow_server(settings, "127.0.0.1", "many")
    assert command is None
    assert "name another in ECOM_MLFLOW_PORT" in line


def test_the_report_site_starts_where_its_pages_are_looked_for(tmp_path: Path) -> None:
    port = str(free_port())
    line, command = reports_server("127.0.0.1", port)
    assert line == f"reports: http://localhost:{port}"
    assert command is not None
    assert command[-4:] == ["--host", "127.0.0.1", "--port", port]
    with socket.create_server(("127.0.0.1", int(port))):
        line, command = reports_server("127.0.0.1", port)
    assert command is None
    assert line.endswith(f"port {port} is taken or none; name another in ECOM_REPORTS_PORT")
    # What assets link to follows the port, unless the site is reached by another name.
    assert load_settings({"ECOM_REPORTS_PORT": "3999"}).reports_url == "http://localhost:3999"
    with pytest.raises(SettingsError, match="ECOM_REPORTS_PORT='many' is not a number"):
        load_settings({"ECOM_REPORTS_PORT": "many"})
    named = {"ECOM_REPORTS_PORT": "3999", "ECOM_REPORTS_URL": "https://reports.example/"}
    assert load_settings(named).reports_url == "https://reports.example"


def test_servers_end_together_and_the_main_one_gives_the_exit_code(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    beside = ["sh", "-c", f"touch {mark}; exec sleep 600"]
    main = ["sh", "-c", f"while [ ! -e {mark} ]; do :; done; exit 3"]
    assert run_beside(main, [beside, ["false"]]) == 3
