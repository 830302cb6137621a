"""Panels and questions made by hand.

Belongs here: small builders for tests of classification. Does not belong here: data of any source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Period, Question, Rule
from ml_assets.contract import FEATURES_SCHEMA, TableName

DAY = np.timedelta64(1, "D")


def made_panel(
    asked_at: Sequence[str] | np.ndarray[Any, Any],
    label: Sequence[float] | np.ndarray[Any, Any],
    *,
    entity: Sequence[int] | np.ndarray[Any, Any] | None = None,
    horizon_days: Sequence[float] | np.ndarray[Any, Any] | float = 30,
    features: Mapping[str, Any] | None = None,
) -> Panel:
    """Return a panel of questions asked at these moments, gathered by month; every row an entity of its own by default.

    Parameters
    ----------
    asked_at
        Moments of the questions.
    label
        Answers, NaN where unknown.
    entity
        Number of each row's entity.
    horizon_days
        Days from question to end of the horizon, of all rows or of each.
    features
        Columns of features; a constant by default.
    """
    moments = np.asarray(asked_at, dtype="datetime64[us]")
    rows = len(moments)
    entities = np.arange(rows) if entity is None else np.asarray(entity)
    length = np.broadcast_to(np.asarray(horizon_days, dtype=float), rows)
    return Panel(
        keys=pd.DataFrame({"order_id": np.arange(rows), "asked_at": moments}),
        asked_at=moments,
        period=moments.astype("datetime64[M]").astype("datetime64[D]"),
        horizon_ends_at=moments + (length * 86_400_000_000).astype("timedelta64[us]"),
        entity=entities.astype(np.int64),
        label=np.asarray(label, dtype=np.float64),
        features=pd.DataFrame(features if features is not None else {"constant": np.zeros(rows, dtype=np.float32)}),
    )


def made_question(*, segment: str | None = None, is_no_of_interest: bool = False) -> Question:
    """Return a question about orders."""
    return Question(
        name="made",
        words="Is it?",
        population="orders",
        source="made",
        table=TableName(FEATURES_SCHEMA, "made"),
        key=("order_id",),
        entity="order_id",
        as_of_column="asked_at",
        as_of_is_date=False,
        period=Period.MONTH,
        label="is_it",
        horizon_ends_column="horizon_ends_at",
        horizon_days=30,
        observed_event="deliveries",
        segment=segment,
        rule=Rule(words="nothing", terms=()),
        is_no_of_interest=is_no_of_interest,
    )
