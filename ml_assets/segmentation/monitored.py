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
from ml_assets.monitoring.described import features
from ml_assets.monitoring.rows import day, window_of
from ml_assets.monitoring.window import Window
from ml_assets.predictions import SEGMENT
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.steps import TrainedSegments, moments
from ml_assets.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class MonitoredSegmentation:
    """A segmentation whose customers, and their segments, are watched; nobody will ever know a true segment."""

    question: SegmentationQuestion

    def learned(self, trained: TrainedSegments) -> Window | None:
        """Return the customers that segments were fitted to."""
        return self._snapshot(trained.rows.snapshots.served.frame)

    def window(self, warehouse: Warehouse, until: date | None = None) -> Window | None:
        """Return the customers as of the newest month's end until which purchases are complete."""
        question = self.question
        complete = complete_until(warehouse, question)
        if complete is None:
            return None
        last = np.datetime64(complete if until is None else min(complete, until), "us")
        days = np.unique(moments(warehouse.read(question.table, [question.as_of_column])[question.as_of_column]))
        days = days[days <= last]
        if not len(days):
            return None
        where = f"{question.as_of_column} = date '{day(days[-1])}'"
        columns = list(dict.fromkeys([question.entity, question.as_of_column, *question.columns, question.watched.column]))
        return self._snapshot(warehouse.read(question.table, columns, where))

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
