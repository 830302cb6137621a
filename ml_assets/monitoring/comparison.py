"""A window of a model's data beside the rows that its champion learned from.

Belongs here: which windows meet, and what is known where none can. Does not belong here: the statistics (``gate``),
which rows a kind of model watches (its own room), what becomes of the outcome (``steps``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import dagster as dg
from pydantic import Field

from ml_assets.family.family import Family
from ml_assets.monitoring.columns import Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import TRAINING_WINDOW, NamedReference, judge, same_months_of_the_year_before
from ml_assets.monitoring.reference import reference_of
from ml_assets.monitoring.verdict import DriftVerdict, Verdict
from ml_assets.monitoring.warm_up import began_on, warmed_up
from ml_assets.monitoring.window import Window, WindowPair
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.warehouse import Warehouse

# No answer is longer in coming than a year of months.
_MOST_WINDOWS_BACK = 12


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
    answers
        The newest window whose answers are all known, beside its own reference; None where no answer is.
    """

    champion: Version
    reference: Window
    current: Window
    verdict: DriftVerdict
    answers: WindowPair | None = None

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
    model = registry.load(champion)
    answered = newest_answered(family, model, warehouse, reference, current, ends)
    return _judged(family, model, champion, reference, current, answered, config)


def newest_answered(
    family: Family, model: Any, warehouse: Warehouse, reference: Window, current: Window, ends: Sequence[date]
) -> Window | None:
    """Return the newest window, from the current one backwards, whose answers are all known; None if there is none.

    Parameters
    ----------
    family, model
        The model, and the version that serves.
    warehouse
        Where rows and answers are.
    reference
        Rows that were learned from, which have answers unless the model has none.
    current
        The window to begin with.
    ends
        Last days of all windows, ascending; of those before the current one so many as a year has months are looked at.
    """
    answers = {column.name for column in family.monitored.columns(model) if column.role is Role.LABEL}
    if not answers or not answers <= set(reference.frame):
        return None
    earlier = [end for end in ends if end < current.last][-_MOST_WINDOWS_BACK:]
    windows = chain([current], (family.monitored.window(warehouse, end) for end in reversed(earlier)))
    return next((each for each in windows if each is not None and answers <= set(each.frame)), None)


def _judged(
    family: Family,
    model: Any,
    champion: Version,
    reference: Window,
    current: Window,
    answered: Window | None,
    config: ComparisonConfig,
) -> Compared:
    declared, min_rows = family.monitored.columns(model), config.drift.min_rows
    named, began = _reference(reference, current, config), began_on(reference)
    kept, columns = warmed_up(with_predictions(family, model, named.window), declared, min_rows, began)
    now = with_predictions(family, model, current)
    if answered is None:
        return Compared(champion, kept, now, judge(kept, now, columns, config.drift, named.name))
    then = now if answered is current else with_predictions(family, model, answered)
    other = _reference(reference, answered, config)
    beside = kept
    if other.window is not named.window:
        beside = warmed_up(with_predictions(family, model, other.window), declared, min_rows, began)[0]
    verdict = judge(kept, now, columns, config.drift, named.name, then, NamedReference(beside, other.name))
    return Compared(champion, kept, now, verdict, WindowPair(beside, then))


def _reference(reference: Window, current: Window, config: ComparisonConfig) -> NamedReference:
    """Return the rows with which a window is compared."""
    if config.same_months:
        return same_months_of_the_year_before(reference, current, config.drift.min_rows)
    return NamedReference(reference, TRAINING_WINDOW)


def with_predictions(family: Family, model: Any, window: Window) -> Window:
    """Return a window with what a loaded version says of its rows beside them."""
    predicted = family.monitored.predictions(model, window.frame)
    return Window(window.frame.join(predicted), window.entity, window.period, window.first, window.last)
