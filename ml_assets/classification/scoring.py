"""The answers of a classifier to the newest rows of a question.

Belongs here: which rows are asked, how a probability becomes a row. Does not belong here: which answers stay, writing
them (``ml_assets.family.scoring``), the columns of the table (``predictions``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.classification.value import expected_value
from ml_assets.config import ValueConfig
from ml_assets.predictions import AS_OF_DATE, BAND, EXPECTED_VALUE, REASONS, SCORE, PredictionTable
from ml_assets.warehouse import Warehouse


def newest_rows(question: Question, warehouse: Warehouse, periods: int) -> pd.DataFrame:
    """Return the rows of the newest as-of periods, whether their answer is known or not."""
    moments = warehouse.read(question.table, [question.as_of_column], question.where)[question.as_of_column]
    first = first_moment(question, moments, periods)
    conditions = [f"({question.where})"] if question.where else []
    conditions += [f"{question.as_of_column} >= timestamp '{first}'"] if first is not None else []
    return warehouse.read(question.table, where=" and ".join(conditions) or None)


def first_moment(question: Question, moments: pd.Series[pd.Timestamp], periods: int) -> pd.Timestamp | None:
    """Return the first moment of the newest periods, None where there are no rows."""
    if moments.empty:
        return None
    starts = np.unique(question.period_of(moments.to_numpy(dtype="datetime64[us]")))
    return pd.Timestamp(starts[-periods:][0])


def answers(
    question: Question, panel: Panel, model: FittedClassifier, table: PredictionTable, value: ValueConfig
) -> pd.DataFrame:
    """Return the answers to the rows of a panel, with the columns of a table that a question knows of."""
    probability = model.probability(panel.features)
    as_of = panel.keys[question.as_of_column].to_numpy(dtype="datetime64[us]")
    columns = {
        **{name: panel.keys[name].to_numpy() for name in table.required if name in panel.keys},
        AS_OF_DATE: as_of.astype("datetime64[D]").astype("datetime64[us]"),
        SCORE: probability,
        BAND: model.band(probability),
        REASONS: model.reasons(panel.features),
    }
    worth = expected_value(probability, value)
    return pd.DataFrame(columns if worth is None else {**columns, EXPECTED_VALUE: worth})


def shared_key(question: Question, table: PredictionTable) -> tuple[str, ...]:
    """Return the columns of the table's key that the feature table has too."""
    return tuple(name for name in table.key if name in (*question.key, question.as_of_column))
