"""Rows of a question as windows that are compared, and what of them is.

Belongs here: the rows that were learned from, the newest complete period, their columns. Does not belong here: how
windows are compared (``ml_assets.monitoring``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.panel import Panel, panel_of
from ml_assets.classification.question import Moments, Period, Question
from ml_assets.classification.steps import TrainedQuestion
from ml_assets.classification.training_set import complete_until
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.described import features
from ml_assets.monitoring.rows import day, window_of
from ml_assets.monitoring.window import Window
from ml_assets.predictions import SCORE
from ml_assets.warehouse import Warehouse

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Observation:
    """A kind of event of a source, by which is told until when it is complete."""

    source: str
    observed_event: str


@dataclass(frozen=True, slots=True)
class MonitoredQuestion:
    """A question whose rows, and a classifier's answers to them, are watched."""

    question: Question

    def learned(self, trained: TrainedQuestion) -> Window | None:
        """Return the rows that were known before the test window, with their answers."""
        panel = self._watched(trained.rows.panel.take(trained.rows.split.fold.known))
        return window_of_panel(self.question, panel, {self.question.label: panel.label})

    def window(self, warehouse: Warehouse, until: date | None = None) -> Window | None:
        """Return the rows of the newest complete month or week."""
        frame = newest_complete_rows(self.question, warehouse, until)
        if frame is None:
            return None
        panel = self._watched(panel_of(self.question, frame))
        known = known_answers(self.question, panel, warehouse)
        if known is None:
            return window_of_panel(self.question, panel, {})
        panel = panel.take(known)
        return window_of_panel(self.question, panel, {self.question.label: panel.label})

    def _watched(self, panel: Panel) -> Panel:
        """Return the rows that are watched."""
        watched = self.question.watched
        return panel if watched is None else panel.take(watched.rows(panel.features))

    def columns(self, model: FittedClassifier) -> tuple[MonitoredColumn, ...]:
        """Return features, probability and answer."""
        shares = {each.column: each.share for each in model.importances}
        encoder = model.encoder
        found = features(self.question.table, encoder.names, encoder.categories, shares, self.question.clocks)
        return (
            *found,
            MonitoredColumn(SCORE, ColumnKind.NUMERIC, Role.PREDICTION),
            MonitoredColumn(self.question.label, ColumnKind.NUMERIC, Role.LABEL),
        )

    def predictions(self, model: FittedClassifier, features: pd.DataFrame) -> pd.DataFrame:
        """Return the probability of yes."""
        return model.served(features)[[SCORE]]


def window_of_panel(question: Question, panel: Panel, answers: dict[str, npt.NDArray[np.float64]]) -> Window | None:
    """Return the rows of a panel with their features and further columns; None if there are no rows."""
    if not len(panel):
        return None
    as_of = panel.keys[question.as_of_column].to_numpy(dtype="datetime64[us]")
    return window_of(
        panel.features.assign(**answers), panel.keys[question.entity], panel.period, day(as_of.min()), day(as_of.max())
    )


def newest_complete_rows(question: Question, warehouse: Warehouse, until: date | None) -> pd.DataFrame | None:
    """Return the rows of the newest period whose features are of complete days only, None if there is none.

    Parameters
    ----------
    question
        What is asked.
    warehouse
        Where the feature table is.
    until
        The period ends by this day; None for any.
    """
    complete = complete_until(warehouse, Observation(question.source, question.asked_event))
    if complete is None:
        return None
    last = np.datetime64(complete if until is None else min(complete, until), "D")
    asked = warehouse.read(question.table, [question.as_of_column], question.where)[question.as_of_column]
    as_of = np.unique(asked.to_numpy(dtype="datetime64[us]").astype("datetime64[D]"))
    whole = as_of[last_days(question, as_of) <= last]
    if not len(whole):
        return None
    first, end = pd.Timestamp(question.period_of(whole[-1:])[0]), pd.Timestamp(last_days(question, whole[-1:])[0] + _DAY)
    conditions = [f"({question.where})"] if question.where else []
    conditions += [f"{question.as_of_column} >= timestamp '{first}'", f"{question.as_of_column} < timestamp '{end}'"]
    return warehouse.read(question.table, where=" and ".join(conditions))


def last_days(question: Question, days: Moments) -> Moments:
    """Return the last day of the period of each day; an as-of date is the last day of its own."""
    if question.as_of_is_date or question.period is not Period.MONTH:
        return days
    return (days.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY


def known_answers(question: Question, panel: Panel, warehouse: Warehouse) -> npt.NDArray[np.bool_] | None:
    """Return which rows have an answer, None while the horizon of any of them has not ended."""
    complete = complete_until(warehouse, question)
    ends = panel.horizon_ends_at[~np.isnat(panel.horizon_ends_at)]
    if complete is None or not len(ends) or ends.max() > np.datetime64(complete, "D") + _DAY:
        return None
    return ~np.isnan(panel.label)
