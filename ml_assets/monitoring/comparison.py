"""A window of a model's data beside the rows that its champion learned from.

Belongs here: which windows meet, and what is known where none can. Does not belong here: the statistics (``gate``),
which rows a kind of model watches (its own room), what becomes of the outcome (``steps``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from ml_assets.family.family import Family
from ml_assets.monitoring.columns import MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.gate.judge import TRAINING_WINDOW
from ml_assets.monitoring.gate.season import NamedReference, same_months_of_the_year_before
from ml_assets.monitoring.reference import reference_of
from ml_assets.monitoring.verdict import DriftVerdict, Verdict
from ml_assets.monitoring.warm_up import warmed_up
from ml_assets.monitoring.window import Window
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.warehouse import Warehouse


class ComparisonConfig(dg.Config):
    """With what a window is compared, and when the difference is called drift.

    Attributes
    ----------
    drift
        When a difference is called drift.
    same_months
        Whether the reference is the same months of the year before, as far as the champion learned from them.
    kept_reports
        So many of the newest reports of each model stay; those that a decision rests on stay anyway.
    """

    drift: DriftConfig = DriftConfig()
    same_months: bool = False
    kept_reports: int = Field(default=36, ge=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """A window that was compared.

    Attributes
    ----------
    champion
        Version whose rows are the reference.
    reference, current
        Both windows, with the champion's predictions.
    verdict
        What was found.
    """

    champion: Version
    reference: Window
    current: Window
    verdict: DriftVerdict

    @property
    def report_id(self) -> str:
        """Names the window and the version with whose rows it was compared."""
        return f"{self.champion.name}/{self.current.last}/v{self.champion.number}"


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Why no window was compared, in words without a full stop; the version that serves, if one does."""

    verdict: Verdict
    words: str
    champion: Version | None = None


def compare(
    family: Family, warehouse: Warehouse, registry: ModelRegistry, config: ComparisonConfig, last: date | None = None
) -> Compared | NotCompared:
    """Compare a window of a model with the rows that its champion learned from.

    Parameters
    ----------
    family
        The model.
    warehouse, registry
        Where rows and versions are.
    config
        Settings.
    last
        Last day of the window; None for the newest.
    """
    champion = registry.aliased(family.name, CHAMPION)
    if champion is None:
        return NotCompared(Verdict.NO_CHAMPION, f"no version of {family.name} serves: there is nothing to compare with")
    reference = reference_of(registry, champion)
    if reference is None:
        words = (
            f"version {champion.number} was registered without the rows that it learned from: train {family.name} "
            "again, and the next version keeps them"
        )
        return NotCompared(Verdict.INSUFFICIENT, words, champion)
    ends = family.monitored.window_ends(warehouse)
    wanted = last if last is not None else max(ends, default=None)
    current = family.monitored.window(warehouse, wanted) if wanted in ends and wanted is not None else None
    if current is None:
        window = "no window" if wanted is None else f"no window that ends on {wanted}"
        return NotCompared(Verdict.INSUFFICIENT, f"{window} of {family.name} has rows and is complete", champion)
    return _judged(family, registry.load(champion), champion, reference, current, config)


def _judged(
    family: Family, model: Any, champion: Version, reference: Window, current: Window, config: ComparisonConfig
) -> Compared:
    named = (
        same_months_of_the_year_before(reference, current, config.drift.min_rows)
        if config.same_months
        else NamedReference(reference, TRAINING_WINDOW)
    )
    sides = [with_predictions(family, model, side) for side in (named.window, current)]
    known = both_know(family.monitored.columns(model), *sides)
    kept, columns = warmed_up(sides[0], known, config.drift.min_rows)
    return Compared(champion, kept, sides[1], judge(kept, sides[1], columns, config.drift, named.name))


def with_predictions(family: Family, model: Any, window: Window) -> Window:
    """Return a window with what a loaded version says of its rows beside them."""
    predicted = family.monitored.predictions(model, window.frame)
    return Window(window.frame.join(predicted), window.entity, window.period, window.first, window.last)


def both_know(columns: tuple[MonitoredColumn, ...], reference: Window, current: Window) -> tuple[MonitoredColumn, ...]:
    """Return the columns without answers that are not known in one of the windows yet."""
    known = set(reference.frame.columns) & set(current.frame.columns)
    return tuple(column for column in columns if column.role is not Role.LABEL or column.name in known)
