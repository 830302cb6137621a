"""What the gate says of each window of a world's models.

Belongs here: verdicts, and their short record. Does not belong here: worlds, windows, tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict

from benchmarks.drift_windows.windows import Watched, watched
from benchmarks.drift_windows.worlds import World, warehouse_of
from ml_assets.definitions import families_of
from ml_assets.monitoring.columns import Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import TRAINING_WINDOW, NamedReference, judge, same_months_of_the_year_before
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict, Verdict
from ml_assets.monitoring.warm_up import began_on, warmed_up
from ml_assets.monitoring.window import Window

# So many columns of a verdict are told of, those that came nearest to their thresholds.
_TOLD = 3


class Moving(BaseModel):
    """How far a column lies from the reference.

    Attributes
    ----------
    part, effect, threshold, raw_columns
        As in a verdict (``ColumnDrift``).
    """

    model_config = ConfigDict(frozen=True)

    column: str
    part: str
    effect: float
    threshold: float
    raw_columns: tuple[str, ...]

    @property
    def reach(self) -> float:
        """Size of the effect in thresholds; infinite above one of 0."""
        return abs(self.effect) / self.threshold if self.threshold else float("inf")


class Judged(BaseModel):
    """A window that was judged.

    Attributes
    ----------
    world, source, model
        Whose window.
    last
        Its last day.
    reference
        What it was compared with, in words.
    verdict
        What was said.
    reference_rows, current_rows
        Rows of both sides.
    judged
        Columns that were judged.
    named
        Those that were called drifted.
    farthest
        The judged columns that came nearest to their thresholds or above them, the farthest first.
    """

    model_config = ConfigDict(frozen=True)

    world: str
    source: str
    model: str
    last: date
    reference: str
    verdict: Verdict
    reference_rows: int
    current_rows: int
    judged: int
    named: tuple[Moving, ...]
    farthest: tuple[Moving, ...]

    @property
    def is_judged(self) -> bool:
        """Whether both sides had enough rows."""
        return self.verdict is not Verdict.INSUFFICIENT

    @property
    def is_alarm(self) -> bool:
        """Whether any column was called drifted."""
        return bool(self.named)


def verdicts_of(world: World, config: DriftConfig) -> list[Judged]:
    """Build a world, and return the verdicts on all windows of its models that follow the reference.

    Windows of real files are compared with the same months of the year before as well, where the reference has them.
    """
    with warehouse_of(world) as warehouse:
        return [
            verdict
            for family in families_of((world.source,))
            if (found := watched(family, warehouse, world.cut_off, world.until)) is not None
            for verdict in judged_windows(world, found, config, is_seasonal=world.raw is not None)
        ]


def judged_windows(world: World, windows: Watched, config: DriftConfig, *, is_seasonal: bool) -> Iterator[Judged]:
    """Yield the verdict on each window that follows the reference, by the way in which a running platform judges.

    Parameters
    ----------
    world
        Whose windows they are.
    windows
        The windows of one model.
    config
        Settings of the gate.
    is_seasonal
        Whether a second verdict is yielded, against the same months of the year before, where these have enough rows.
    """
    for current in windows.following:
        references = [NamedReference(windows.reference, TRAINING_WINDOW)]
        if is_seasonal:
            seasonal = same_months_of_the_year_before(windows.reference, current, config.min_rows)
            references += [seasonal] if seasonal.window is not windows.reference else []
        for reference in references:
            yield _record(world, windows.model, current, _judged(windows, reference, current, config))


def _judged(windows: Watched, reference: NamedReference, current: Window, config: DriftConfig) -> DriftVerdict:
    kept, columns = warmed_up(reference.window, windows.columns, config.min_rows, began_on(windows.reference))
    answers = {column.name for column in columns if column.role is Role.LABEL}
    is_answered = bool(answers) and answers <= set(kept.frame) & set(current.frame)
    return judge(kept, current, columns, config, reference.name, current if is_answered else None)


def _record(world: World, model: str, current: Window, verdict: DriftVerdict) -> Judged:
    found = [column for column in verdict.columns if not column.excluded]
    moving = [each for column in found if (each := _moving(column)) is not None]
    drifted = {column.name for column in verdict.drifted}
    return Judged(
        world=world.name,
        source=world.source,
        model=model,
        last=current.last,
        reference=verdict.reference_name,
        verdict=verdict.verdict,
        reference_rows=verdict.reference_rows,
        current_rows=verdict.current_rows,
        judged=len(found),
        named=tuple(each for each in moving if each.column in drifted),
        farthest=tuple(sorted(moving, key=lambda each: each.reach, reverse=True)[:_TOLD]),
    )


def _moving(column: ColumnDrift) -> Moving | None:
    """Return how far a column lies from the reference; None where there was nothing to compare."""
    if column.effect is None or column.threshold is None:
        return None
    return Moving(
        column=column.name,
        part=column.part,
        effect=column.effect,
        threshold=column.threshold,
        raw_columns=column.raw_columns,
    )
