"""What Dagster costs a step: assets that do nothing, run as ``make run`` runs its own, against plain calls.

Belongs here: the job of empty assets and its times. Does not belong here: assets of the platform.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from benchmarks.pipeline.goals import STEP_MILLISECONDS, Figure
from benchmarks.pipeline.homes import Home
from ecom_assets.commands.materialising import materialise
from ecom_assets.instance import opened_instance
from ecom_assets.keys import REFRESH_ALL
from ecom_assets.plan import Reason

PART = "orchestration"
_STEPS = 100
_CHECK = "is_there"


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Times of a job and of the plain calls.

    Attributes
    ----------
    name
        What each step holds.
    steps
        How many there are.
    job
        Seconds of the job, its start included, one a repetition.
    calls
        Seconds of calling the functions behind the steps.
    processor
        Seconds of processor time of each job: what is beyond it in ``job`` was waiting for the disk or for others.
    """

    name: str
    steps: int
    job: tuple[float, ...]
    calls: tuple[float, ...]
    processor: tuple[float, ...]

    @property
    def processor_milliseconds_a_step(self) -> float:
        """Median of a step's processor time."""
        return 1000 * statistics.median(self.processor) / self.steps

    @property
    def milliseconds_a_step(self) -> float:
        """Median of what a step costs beyond its function."""
        costs = [job - calls for job, calls in zip(self.job, self.calls, strict=True)]
        return 1000 * statistics.median(costs) / self.steps


def measure_orchestration(folder: Path, repetitions: int, steps: int = _STEPS) -> list[StepTimes]:
    """Run a chain of empty assets, without checks and with one each."""
    return [
        _measured(name, folder / f"steps_{index}", repetitions, steps, has_checks=has_checks)
        for index, (name, has_checks) in enumerate(
            [("an asset that does nothing", False), ("the same with one check", True)]
        )
    ]


def orchestration_figures(measured: Sequence[StepTimes]) -> list[Figure]:
    """Return one figure a kind of step."""
    return [
        Figure(
            PART,
            f"{times.name}, per step",
            times.milliseconds_a_step,
            "ms",
            STEP_MILLISECONDS,
            f"{times.steps} calls of the functions; with the job's start; "
            f"{times.processor_milliseconds_a_step:.0f} ms of it processor time",
        )
        for times in measured
    ]


def empty_definitions(steps: int, pool: str, *, has_checks: bool) -> tuple[dg.Definitions, list[Callable[[], None]]]:
    """Return a chain of assets that do nothing, and the functions in them."""
    functions = [_do_nothing for _ in range(steps)]
    assets = [
        _empty_asset(f"step_{number:03}", f"step_{number - 1:03}" if number else None, function, pool, has_checks)
        for number, function in enumerate(functions)
    ]
    job = dg.define_asset_job(REFRESH_ALL, selection=dg.AssetSelection.all())
    return dg.Definitions(assets=assets, jobs=[job], executor=dg.in_process_executor), functions


def _do_nothing() -> None:
    return None


def _empty_asset(
    name: str, parent: str | None, function: Callable[[], None], pool: str, has_check: bool
) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        deps=[parent] if parent else [],
        pool=pool,
        code_version="1",
        check_specs=[dg.AssetCheckSpec(_CHECK, asset=name, blocking=True)] if has_check else [],
    )
    def step() -> dg.MaterializeResult:  # type: ignore[type-arg]
        function()
        results = [dg.AssetCheckResult(check_name=_CHECK, passed=True)] if has_check else []
        return dg.MaterializeResult(check_results=results)

    return step


def _measured(name: str, folder: Path, repetitions: int, steps: int, *, has_checks: bool) -> StepTimes:
    """Measure one kind of step.

    Raises
    ------
    RuntimeError
        If a job of empty assets fails.
    """
    settings = Home(folder, folder).settings
    defs, functions = empty_definitions(steps, settings.engine.pool, has_checks=has_checks)
    keys = defs.resolve_asset_graph().materializable_asset_keys
    jobs, calls, processor = [], [], []
    with opened_instance(settings) as instance:
        # The first run of an instance also creates the tables of its storage.
        if not materialise(defs, instance, {min(keys): Reason.NEVER}):
            raise RuntimeError("a job of one empty asset failed")
        for _ in range(repetitions):
            started = time.monotonic()
            for function in functions:
                function()
            calls.append(time.monotonic() - started)
            started, processor_started = time.monotonic(), time.process_time()
            is_success = materialise(defs, instance, dict.fromkeys(sorted(keys), Reason.NEVER))
            jobs.append(time.monotonic() - started)
            processor.append(time.process_time() - processor_started)
            if not is_success:
                raise RuntimeError("a job of empty assets failed")
    return StepTimes(name, steps, tuple(jobs), tuple(calls), tuple(processor))
