"""Snapshots of customers as windows that are compared, and what of them is.

Belongs here: the snapshot that segments were fitted to, the newest complete one, their columns. Does not belong here:
how windows are compared (``ml_assets.monitoring``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml_assets.classification.training_set import complete_until
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.decision.situation import LabelDelay
from ml_assets.monitoring.described import features
from ml_assets.monitoring.rows import day, window_of
from ml_assets.monitoring.window import Window
from ml_assets.predictions import SEGMENT
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.steps import TrainedSegments, moments
from ml_assets.warehouse import Warehouse

# A snapshot is taken each month.
_MONTH_DAYS = 31


@dataclass(frozen=True, slots=True)
class MonitoredSegmentation:
    """A segmentation whose customers, and their segments, are watched; nobody will ever know a true segment."""

    question: SegmentationQuestion

    def learned(self, trained: TrainedSegments) -> Window | None:
        """Return the customers that segments were fitted to."""
        return self._snapshot(trained.rows.snapshots.served.frame)

    def window_ends(self, warehouse: Warehouse) -> tuple[date, ...]:
        """Return the months' ends by which purchases are complete."""
        question = self.question
        complete = complete_until(warehouse, question)
        days = np.unique(moments(warehouse.read(question.table, [question.as_of_column])[question.as_of_column]))
        return () if complete is None else tuple(day(each) for each in days[days <= np.datetime64(complete, "us")])

    def window(self, warehouse: Warehouse, last: date) -> Window | None:
        """Return the customers as of a month's end."""
        question = self.question
        columns = list(
            dict.fromkeys([question.entity, question.as_of_column, *question.columns, question.watched.column])
        )
        return self._snapshot(warehouse.read(question.table, columns, f"{question.as_of_column} = date '{last}'"))

    @property
    def delay(self) -> LabelDelay:
        """The horizon of later spend, by which segments are judged; what is learned from needs no answer."""
        return LabelDelay(horizon=self.question.horizon_days, gap=0, test_window=_MONTH_DAYS)

    def matured_rows(self, warehouse: Warehouse, since: date) -> int:
        """Return how many customers' later spend became known."""
        question = self.question
        moment = pd.Timestamp(since) + pd.Timedelta(days=1)
        where = f"{question.future_spend} is not null and {question.label_known_at} > timestamp '{moment}'"
        return len(warehouse.read(question.value_table, [question.as_of_column], where))

    @property
    def observed(self) -> SegmentationQuestion:
        """The question names its kind of event."""
        return self.question

    def settled(self, warehouse: Warehouse, version: str, candidate: str, evaluation: str) -> None:
        """Return nothing: nobody will ever know a true segment."""
        del warehouse, version, candidate, evaluation

    def columns(self, model: FittedSegmentation) -> tuple[MonitoredColumn, ...]:
        """Return features, each as important as its weight, and the segment."""
        weights = {each.column: each.weight for each in model.space.coordinates}
        shares = {column: weight / sum(weights.values()) for column, weight in weights.items()}
        found = features(self.question.table, model.feature_names, (), shares, self.question.clocks)
        return (*found, MonitoredColumn(SEGMENT, ColumnKind.CATEGORICAL, Role.PREDICTION))

    def predictions(self, model: FittedSegmentation, features: pd.DataFrame) -> pd.DataFrame:
        """Return the name of each customer's segment."""
        return pd.DataFrame({SEGMENT: model.segment(features)}, index=features.index)

    def _snapshot(self, frame: pd.DataFrame) -> Window | None:
        frame = frame.loc[self.question.watched.rows(frame)]
        if frame.empty:
            return None
        as_of = moments(frame[self.question.as_of_column])
        values = frame[list(self.question.columns)].astype("float64")
        return window_of(values, frame[self.question.entity], as_of, day(as_of.min()), day(as_of.max()))
