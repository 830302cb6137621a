"""Rows of a question of value as windows that are compared, and what of them is.

Belongs here: the rows that were learned from, the newest complete month, their columns. Does not belong here: how
windows are compared (``ml_assets.monitoring``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ml_assets.classification.evaluation import Importance
from ml_assets.classification.monitored import (
    complete_ends,
    delay_of,
    known_answers,
    matured,
    rows_until,
    window_of_panel,
)
from ml_assets.classification.performance import scored_rows
from ml_assets.classification.question import Question
from ml_assets.cltv.evaluation import ValueEvaluation
from ml_assets.cltv.fitted import FittedValue
from ml_assets.cltv.panel import HISTORY, ValuePanel, value_panel_of
from ml_assets.cltv.performance import judged_rows, promised
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.steps import TrainedValue
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.decision.situation import LabelDelay
from ml_assets.monitoring.described import features
from ml_assets.monitoring.monitored import Settled
from ml_assets.monitoring.window import Window
from ml_assets.predictions import PREDICTION_TABLES, SCORE
from ml_assets.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class MonitoredValue:
    """A question of value whose rows, and a model's answers to them, are watched."""

    question: ValueQuestion

    def learned(self, trained: TrainedValue) -> Window | None:
        """Return the rows that were known before the test window, with their money."""
        rows = self._watched(trained.rows.panel.take(trained.rows.split.fold.known))
        return window_of_panel(self.question.hurdle, rows.panel, {self.question.value_column: rows.value})

    def window_ends(self, warehouse: Warehouse) -> tuple[date, ...]:
        """Return the months' ends by which purchases are complete."""
        return complete_ends(self.question.hurdle, warehouse)

    def window(self, warehouse: Warehouse, last: date) -> Window | None:
        """Return the rows as of a month's end."""
        hurdle = self.question.hurdle
        rows = self._watched(value_panel_of(self.question, rows_until(hurdle, warehouse, last)))
        known = known_answers(hurdle, rows.panel, warehouse)
        if known is None:
            return window_of_panel(hurdle, rows.panel, {})
        rows = rows.take(known)
        return window_of_panel(hurdle, rows.panel, {self.question.value_column: rows.value})

    @property
    def delay(self) -> LabelDelay:
        """The holdout, once more as the gap, and the test window."""
        return delay_of(self.question.hurdle)

    def matured_rows(self, warehouse: Warehouse, since: date) -> int:
        """Return how many holdouts became known."""
        return matured(self.question.hurdle, warehouse, since)

    @property
    def observed(self) -> Question:
        """The question names its kind of event."""
        return self.question.hurdle

    def settled(self, warehouse: Warehouse, version: str, candidate: str, evaluation: str) -> Settled:
        """Return past expectations beside the money that came, by squared error."""
        question, measured = self.question, ValueEvaluation.model_validate_json(evaluation)
        table = PREDICTION_TABLES[question.name]
        rows = scored_rows(question.hurdle, table, warehouse, version, (question.value_column,), measured.folds)
        return Settled(judged_rows(question, rows), promised(measured, candidate))

    def _watched(self, rows: ValuePanel) -> ValuePanel:
        """Return the rows of those who bought of late."""
        return rows.take(self.question.watched.rows(rows.panel.features))

    def columns(self, model: FittedValue) -> tuple[MonitoredColumn, ...]:
        """Return features, expected money and money."""
        question = self.question
        found = features(
            question.table,
            model.features,
            model.encoder.categories,
            feature_shares(model.importances, model.features),
            question.clocks,
        )
        return (
            *found,
            MonitoredColumn(SCORE, ColumnKind.NUMERIC, Role.PREDICTION),
            MonitoredColumn(question.value_column, ColumnKind.NUMERIC, Role.LABEL),
        )

    def predictions(self, model: FittedValue, features: pd.DataFrame) -> pd.DataFrame:
        """Return expected money within the horizon."""
        return pd.DataFrame({SCORE: model.value(features)}, index=features.index)


def feature_shares(importances: Iterable[Importance], names: Iterable[str]) -> Mapping[str, float]:
    """Return the share of each feature; that of a column which is made of a history goes to the history's parts alike.

    Parameters
    ----------
    importances
        Shares of all columns that the model reads.
    names
        Its features.
    """
    own = set(names)
    shares: dict[str, float] = defaultdict(float)
    for each in importances:
        parts = (each.column,) if each.column in own else HISTORY
        for part in parts:
            shares[part] += each.share / len(parts)
    return shares
