"""What is told of failed runs and failed checks, and that nothing that goes wrong on the way is raised or shown."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest

from ecom_assets.sensors.run_failure import (
    FAILED_CHECK_SENSOR,
    RUN_FAILURE_SENSOR,
    Alert,
    alert_of,
    build_run_sensors,
)
from ecom_assets.sensors.webhook import post

SECRET = "hidden-token"  # noqa: S105


class Listener:
    """A web server of a test: it keeps what it is told, and answers with a status."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Write nothing into the output of the tests."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{SECRET}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@dg.asset(
    check_specs=[
        dg.AssetCheckSpec(name, asset="things", blocking=name == "blocks") for name in ("warns", "errs", "blocks")
    ]
)
def things(context: dg.AssetExecutionContext) -> Iterator[Any]:
    if "raises" in context.run.tags:
        raise ValueError("a line of the raw file")
    yield dg.MaterializeResult()
    for name in ("warns", "errs", "blocks"):
        severity = dg.AssetCheckSeverity.WARN if name == "warns" else dg.AssetCheckSeverity.ERROR
        yield dg.AssetCheckResult(check_name=name, passed=name not in context.run.tags, severity=severity)


def run(instance: dg.DagsterInstance, *tags: str) -> dg.ExecuteInProcessResult:
    return dg.materialize([things], instance=instance, tags=dict.fromkeys(tags, "yes"), raise_on_error=False)


def tick(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult, webhook: str | None) -> str:
    """Let the sensor of the run's status see it; return what it says."""
    failed, succeeded = build_run_sensors(webhook, is_on=True)
    ended = dg.DagsterEventType.RUN_SUCCESS if result.success else dg.DagsterEventType.RUN_FAILURE
    [entry] = instance.all_logs(result.run_id, of_type=ended)
    stored = instance.get_run_by_id(result.run_id)
    assert stored is not None
    assert entry.dagster_event is not None
    context = dg.build_run_status_sensor_context(
        sensor_name=RUN_FAILURE_SENSOR,
        dagster_event=entry.dagster_event,
        dagster_instance=instance,
        dagster_run=stored,
    )
    said = succeeded(context) if result.success else failed(context.for_run_failure())
    assert isinstance(said, dg.SkipReason)
    return str(said.skip_message)


def test_a_failed_run_is_told_by_its_steps_and_not_by_what_the_data_hold(
    instance: dg.DagsterInstance, listener: Listener
) -> None:
    result = run(instance, "raises")
    said = tick(instance, result, listener.address)
    [told] = listener.told
    assert told["text"].startswith(f"Run {result.run_id} of ")
    assert told["text"].endswith("failed; failed steps: things")
    assert (told["run_id"], told["steps"], told["checks"]) == (result.run_id, ["things"], [])
    assert "a line of the raw file" not in json.dumps(told)
    assert said == f"{told['text']}: the webhook was told"


def test_a_blocking_check_fails_the_run_and_is_named(instance: dg.DagsterInstance, listener: Listener) -> None:
    result = run(instance, "blocks")
    assert not result.success
    tick(instance, result, listener.address)
    assert listener.told[0]["checks"] == ["things blocks"]


def test_a_failed_check_of_a_run_that_ended_is_told(instance: dg.DagsterInstance, listener: Listener) -> None:
    result = run(instance, "errs", "warns")
    assert result.success
    said = tick(instance, result, listener.address)
    assert "ended, but its checks found errors; failed checks: things errs" in said
    assert listener.told[0]["checks"] == ["things errs"]


@pytest.mark.parametrize("tags", [(), ("warns",)], ids=["all pass", "a warning"])
def test_what_is_well_is_not_told(instance: dg.DagsterInstance, listener: Listener, tags: tuple[str, ...]) -> None:
    said = tick(instance, run(instance, *tags), listener.address)
    assert listener.told == []
    assert "no check found an error" in said


def test_without_a_webhook_the_words_are_the_same(instance: dg.DagsterInstance) -> None:
    result = run(instance, "raises")
    stored = instance.get_run_by_id(result.run_id)
    assert stored is not None
    alert = alert_of(instance, stored)
    assert alert is not None
    assert tick(instance, result, None) == alert.text


def test_a_webhook_that_refuses_is_named_without_its_address(
    instance: dg.DagsterInstance, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    listener.status = 500
    said = tick(instance, run(instance, "raises"), listener.address)
    assert said.endswith("the webhook answered 500")
    assert SECRET not in said + caplog.text


def test_a_run_is_told_of_once_even_if_the_webhook_refuses(instance: dg.DagsterInstance, listener: Listener) -> None:
    failed, _ = build_run_sensors(listener.address, is_on=True)
    listener.status = 500
    cursor: str | None = None
    for runs in (0, 1, 0):
        for _ in range(runs):
            run(instance, "raises")
        data = failed.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))
        cursor = data.cursor
    assert len(listener.told) == 1


def test_an_address_where_nobody_listens_or_answers_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}"
        assert post(address, {}) == "the webhook could not be told (URLError)"
        silent.listen(1)
        assert post(address, {}, timeout_seconds=0.05) == "the webhook could not be told (TimeoutError)"
    assert post("http://127.0.0.1:port/", {}) == "the webhook could not be told (InvalidURL)"


def test_an_alert_reads_as_a_sentence() -> None:
    alert = Alert("1", "refresh", has_failed=True, steps=("a", "b"), checks=("things errs",))
    assert alert.text == "Run 1 of refresh failed; failed steps: a, b; failed checks: things errs"


@pytest.mark.parametrize(
    ("is_on", "status"), [(True, dg.DefaultSensorStatus.RUNNING), (False, dg.DefaultSensorStatus.STOPPED)]
)
def test_they_start_switched_on_only_with_automation_and_show_no_secret(
    is_on: bool, status: dg.DefaultSensorStatus
) -> None:
    sensors = build_run_sensors(f"https://host/{SECRET}", is_on=is_on)
    assert [sensor.name for sensor in sensors] == [RUN_FAILURE_SENSOR, FAILED_CHECK_SENSOR]
    for sensor in sensors:
        assert sensor.default_status is status
        assert SECRET not in (sensor.description or "")
