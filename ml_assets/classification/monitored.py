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

from ml_assets.classification.evaluation import Evaluation
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.folds import USUAL_TEST_PERIODS
from ml_assets.classification.panel import Panel, panel_of
from ml_assets.classification.performance import judged_rows, learned_share, promised, scored_rows
from ml_assets.classification.question import Moments, Period, Question
from ml_assets.classification.steps import TrainedQuestion
from ml_assets.classification.training_set import complete_until
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.decision.situation import LabelDelay
from ml_assets.monitoring.described import features
from ml_assets.monitoring.monitored import Settled
from ml_assets.monitoring.rows import day, window_of
from ml_assets.monitoring.window import Window
from ml_assets.predictions import PREDICTION_TABLES, SCORE
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
        """Return the rows that were known before the test window, with their answers, and those that never get one."""
        whole = trained.rows.panel
        panel = self._watched(whole.take(with_unanswered(whole, trained.rows.split.fold.known)))
        return window_of_panel(self.question, panel, {self.question.label: panel.label})

    def window_ends(self, warehouse: Warehouse) -> tuple[date, ...]:
        """Return the last days of complete months, or the as-of dates by which events are complete."""
        return complete_ends(self.question, warehouse)

    def window(self, warehouse: Warehouse, last: date) -> Window | None:
        """Return the rows of a month or of an as-of date."""
        panel = self._watched(panel_of(self.question, rows_until(self.question, warehouse, last)))
        is_answered = known_answers(self.question, panel, warehouse) is not None
        return window_of_panel(self.question, panel, {self.question.label: panel.label} if is_answered else {})

    @property
    def delay(self) -> LabelDelay:
        """The horizon of the answer, once more as the gap, and the test window."""
        return delay_of(self.question)

    def matured_rows(self, warehouse: Warehouse, since: date) -> int:
        """Return how many answers became known."""
        return matured(self.question, warehouse, since)

    def _watched(self, panel: Panel) -> Panel:
        """Return the rows that are watched."""
        watched = self.question.watched
        return panel if watched is None else panel.take(watched.rows(panel.features))

    @property
    def observed(self) -> Question:
        """The question names its kind of event."""
        return self.question

    def settled(self, warehouse: Warehouse, version: str, candidate: str, evaluation: str) -> Settled:
        """Return past probabilities beside the answers, by squared error."""
        measured = Evaluation.model_validate_json(evaluation)
        question = self.question
        table = PREDICTION_TABLES[question.name]
        rows = scored_rows(question, table, warehouse, version, (question.label,), measured.folds)
        return Settled(judged_rows(question, rows, learned_share(measured)), promised(measured, candidate))

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


def complete_ends(question: Question, warehouse: Warehouse) -> tuple[date, ...]:
    """Return the last day of each period that has rows and whose features are of complete days only, ascending."""
    complete = complete_until(warehouse, Observation(question.source, question.asked_event))
    asked = warehouse.read(question.table, [question.as_of_column], question.where)[question.as_of_column]
    ends = np.unique(last_days(question, np.unique(asked.to_numpy(dtype="datetime64[us]").astype("datetime64[D]"))))
    return () if complete is None else tuple(day(end) for end in ends[ends <= np.datetime64(complete, "D")])


def rows_until(question: Question, warehouse: Warehouse, last: date) -> pd.DataFrame:
    """Return the rows of the period that ends on a day."""
    end = np.array([last], dtype="datetime64[D]")
    first = question.period_of(end)[0] if not question.as_of_is_date else end[0]
    where = question.rows_where(
        f"{question.as_of_column} >= timestamp '{pd.Timestamp(first)}'",
        f"{question.as_of_column} < timestamp '{pd.Timestamp(end[0] + _DAY)}'",
    )
    return warehouse.read(question.table, where=where)


def with_unanswered(panel: Panel, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return rows with answers and those of the same time that never get one, such as orders that were canceled.

    A new window cannot leave these out, since nobody knows yet which they are; without them in the reference whatever
    they have in common would seem to be new.

    Parameters
    ----------
    panel
        All rows.
    known
        Rows whose answers are known, shape (n,).
    """
    if not known.any():
        return known
    asked, ends = panel.asked_at, panel.horizon_ends_at
    is_over = np.isnat(ends) | (ends <= ends[known].max())
    is_of_then = (asked >= asked[known].min()) & (asked <= asked[known].max())
    return np.asarray(known | (np.isnan(panel.label) & is_over & is_of_then), dtype=np.bool_)


def last_days(question: Question, days: Moments) -> Moments:
    """Return the last day of the period of each day; an as-of date is the last day of its own."""
    if question.as_of_is_date or question.period is not Period.MONTH:
        return days
    months = days.astype("datetime64[M]")
    return np.asarray((months + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY, dtype="datetime64[D]")


def known_answers(question: Question, panel: Panel, warehouse: Warehouse) -> npt.NDArray[np.bool_] | None:
    """Return which rows have an answer, None while the horizon of any of them has not ended."""
    complete = complete_until(warehouse, question)
    ends = panel.horizon_ends_at[~np.isnat(panel.horizon_ends_at)]
    if complete is None or not len(ends) or ends.max() > np.datetime64(complete, "D") + _DAY:
        return None
    return ~np.isnan(panel.label)


def delay_of(question: Question) -> LabelDelay:
    """Return how long it takes until labels prove anything, by the horizon of the answer and the usual test window.

    Rows are learned from whose horizon ended before the test window began.
    """
    days = {Period.MONTH: 31, Period.WEEK: 7}[question.period] * USUAL_TEST_PERIODS[question.period]
    return LabelDelay(horizon=question.horizon_days, gap=question.horizon_days, test_window=days)


def matured(question: Question, warehouse: Warehouse, since: date) -> int:
    """Return the number of rows with an answer whose horizon ended after a day, and in the days that are complete."""
    complete = complete_until(warehouse, question)
    if complete is None:
        return 0
    start, end = (pd.Timestamp(each) + pd.Timedelta(days=1) for each in (since, complete))
    where = question.rows_where(
        f"{question.known_answer} is not null",
        f"{question.horizon_ends_column} > timestamp '{start}'",
        f"{question.horizon_ends_column} <= timestamp '{end}'",
    )
    return len(warehouse.read(question.table, [question.as_of_column], where))
