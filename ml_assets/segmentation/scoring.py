"""The segments of the newest customers, as rows of their table.

Belongs here: who is asked about, how a segment becomes a row. Does not belong here: which answers stay, writing them
(``ml_assets.family.scoring``), the columns of the table (``predictions``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.family.records import Answers
from ml_assets.predictions import AS_OF_DATE
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.steps import moments
from ml_assets.segmentation.training_set import columns_of
from ml_assets.warehouse import Warehouse

_DAY = np.timedelta64(1, "D")


def newest_rows(question: SegmentationQuestion, warehouse: Warehouse, periods: int) -> pd.DataFrame:
    """Return the customers of the newest dates in the order of date and key."""
    key = [question.as_of_column, question.entity]
    days = np.unique(moments(warehouse.read(question.table, [question.as_of_column])[question.as_of_column]))
    where = f"{question.as_of_column} >= timestamp '{pd.Timestamp(days[-periods:][0])}'" if len(days) else None
    rows = warehouse.read(question.table, [*key, *columns_of(question)], where)
    rows[question.as_of_column] = moments(rows[question.as_of_column])
    return rows.sort_values(key, kind="stable", ignore_index=True)


def answers(question: SegmentationQuestion, model: FittedSegmentation, rows: pd.DataFrame) -> Answers:
    """Return each customer's segment with strength, band and reasons."""
    as_of = moments(rows[question.as_of_column])
    keys = pd.DataFrame({question.entity: rows[question.entity], AS_OF_DATE: as_of}, index=rows.index)
    return Answers(keys.join(model.assign(rows)), as_of + _DAY)
