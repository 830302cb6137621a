"""Tells of runs that failed, and of runs that ended well although a check found an error.

Belongs here: what is told of a run. Does not belong here: the way it is sent (``webhook``), checks themselves.
"""

from dataclasses import dataclass

import dagster as dg

from ecom_assets.automation import start_note
from ecom_assets.environment import ALERT_WEBHOOK
from ecom_assets.sensors.webhook import post

RUN_FAILURE_SENSOR = "run_failure_sensor"
FAILED_CHECK_SENSOR = "failed_check_sensor"
_INTERVAL_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told of a run: names only, for messages of errors may hold what was in the data.

    Attributes
    ----------
    run_id, job_name
        The run.
    has_failed
        Whether it failed.
    steps
        Steps that failed.
    checks
        Checks of error severity that did not pass, as asset and check.
    """

    run_id: str
    job_name: str
    has_failed: bool
    steps: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The same in a sentence."""
        what = "failed" if self.has_failed else "ended, but its checks found errors"
        steps = f"; failed steps: {', '.join(self.steps)}" if self.steps else ""
        checks = f"; failed checks: {', '.join(self.checks)}" if self.checks else ""
        return f"Run {self.run_id} of {self.job_name} {what}{steps}{checks}"

    @property
    def message(self) -> dict[str, object]:
        """The form in which it is sent: ``text`` is what chat services show."""
        return {
            "text": self.text,
            "run_id": self.run_id,
            "job": self.job_name,
            "steps": list(self.steps),
            "checks": list(self.checks),
        }


def alert_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Alert | None:
    """Return what is to be told of a run; None if it succeeded and no check found an error.

    A failed check does not fail its run unless it blocks, so that the results themselves are read.
    """
    failures = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    evaluations = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    checks = [
        f"{found.asset_key.to_user_string()} {found.check_name}"
        for found in (
            each.dagster_event.asset_check_evaluation_data for each in evaluations if each.dagster_event is not None
        )
        if not found.passed and found.severity is dg.AssetCheckSeverity.ERROR
    ]
    has_failed = run.status is dg.DagsterRunStatus.FAILURE
    if not has_failed and not checks:
        return None
    steps = sorted({each.step_key for each in failures if each.step_key is not None})
    return Alert(run.run_id, run.job_name, has_failed, tuple(steps), tuple(sorted(checks)))


def build_run_sensors(webhook: str | None, *, is_on: bool) -> list[dg.SensorDefinition]:
    """Return the sensors; they start switched on only where automation is on.

    Parameters
    ----------
    webhook
        Address that is told; without one only the log is.
    is_on
        Whether automation is on.
    """
    told = f"the log and the address of {ALERT_WEBHOOK}" if webhook else f"the log ({ALERT_WEBHOOK} is not set)"
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.run_failure_sensor(
        name=RUN_FAILURE_SENSOR,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=status,
        description=f"Tells {told} of runs that failed. {start_note(is_on=is_on)}",
    )
    def run_failure_sensor(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        return dg.SkipReason(_tell(context, webhook))

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name=FAILED_CHECK_SENSOR,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=status,
        description=f"Tells {told} of runs that ended although a check found an error. {start_note(is_on=is_on)}",
    )
    def failed_check_sensor(context: dg.RunStatusSensorContext) -> dg.SkipReason:
        return dg.SkipReason(_tell(context, webhook))

    return [run_failure_sensor, failed_check_sensor]


def _tell(context: dg.RunStatusSensorContext, webhook: str | None) -> str:
    """Tell of a run, and return what was told to whom."""
    alert = alert_of(context.instance, context.dagster_run)
    if alert is None:
        return f"Run {context.dagster_run.run_id} ended, and no check found an error"
    context.log.error(alert.text)
    if webhook is None:
        return alert.text
    problem = post(webhook, alert.message)
    if problem is not None:
        context.log.warning(f"{alert.text}: {problem}")
    return f"{alert.text}: {problem or 'the webhook was told'}"
