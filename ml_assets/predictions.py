"""Tables of scores: one a registered model, with columns that are the same on every engine.

Belongs here: which tables there are, their columns, and what is wrong with rows that are to be written into one.
Does not belong here: how a score comes about (``classification``), writing it (``warehouse``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ml_assets.contract import PREDICTIONS_SCHEMA, TableName

SCORE = "score"
BAND = "band"
REASONS = "reasons"
MODEL_VERSION = "model_version"
SCORED_AT = "scored_at"
IS_BACKTEST = "is_backtest"
AS_OF_DATE = "as_of_date"
DECISION_AT = "decision_at"
# Lower end, middle and upper end of the interval of days from the decision to the delivery.
DELIVERY_DAYS = ("delivery_days_low", "delivery_days_median", "delivery_days_high")
# Money that a contact is worth; a table has the column only where margin, cost and save rate are configured.
EXPECTED_VALUE = "expected_value"

# From the most to the least likely; everyone has one.
BANDS = ("high", "medium", "low")
MAX_REASONS = 3


class ColumnType(StrEnum):
    """Types as they are called in the SQL of every engine."""

    TEXT = "text"
    DATE = "date"
    TIMESTAMP = "timestamp"
    DOUBLE = "double precision"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class PredictionColumn:
    """A column of a table of scores."""

    name: str
    type: ColumnType
    description: str
    is_nullable: bool = False


@dataclass(frozen=True, slots=True)
class PredictionTable:
    """A table of scores.

    Attributes
    ----------
    model
        Name of the registered model; the table is called so too.
    source
        Source whose data are scored.
    title
        Of what a row is, in words.
    key
        Columns that tell rows apart.
    columns
        All columns, those of the key first.
    """

    model: str
    source: str
    title: str
    key: tuple[str, ...]
    columns: tuple[PredictionColumn, ...]

    @property
    def name(self) -> TableName:
        """Where it stands in the warehouse."""
        return TableName(PREDICTIONS_SCHEMA, self.model)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must have a value in each row."""
        return tuple(column.name for column in self.columns if not column.is_nullable)


_AS_OF_DATE = PredictionColumn(AS_OF_DATE, ColumnType.DATE, "Day by whose end all is known that the score uses.")
_SCORED = (
    PredictionColumn(SCORE, ColumnType.DOUBLE, "Calibrated probability of the answer yes, 0 to 1."),
    PredictionColumn(BAND, ColumnType.TEXT, f"How likely among all that are scored: {', '.join(BANDS)}."),
    PredictionColumn(
        REASONS,
        ColumnType.TEXT,
        f"JSON list of the at most {MAX_REASONS} columns that move the score most, each with value and contribution to "
        "the margin (uncalibrated log odds).",
    ),
    PredictionColumn(MODEL_VERSION, ColumnType.TEXT, "Version in the model registry that gave the score."),
    PredictionColumn(SCORED_AT, ColumnType.TIMESTAMP, "When the row was written, UTC."),
    PredictionColumn(IS_BACKTEST, ColumnType.BOOLEAN, "Whether that version was trained on data of a later time."),
)


def _churn(model: str, source: str, entity: str, entity_column: str) -> PredictionTable:
    return PredictionTable(
        model=model,
        source=source,
        title=f"One row per {entity} and as-of date: how likely they stay away.",
        key=(entity_column, AS_OF_DATE),
        columns=(
            PredictionColumn(entity_column, ColumnType.TEXT, f"The {entity}."),
            _AS_OF_DATE,
            *_SCORED,
        ),
    )


def _late_delivery(model: str, moment: str) -> PredictionTable:
    low, median, high = DELIVERY_DAYS
    return PredictionTable(
        model=model,
        source="olist",
        title=f"One row per order, as of its {moment}: how likely it is delivered after the promised day.",
        key=("order_id", "decision_point", AS_OF_DATE),
        columns=(
            PredictionColumn("order_id", ColumnType.TEXT, "The order."),
            PredictionColumn("decision_point", ColumnType.TEXT, f"Moment of the question: always {moment} here."),
            PredictionColumn(AS_OF_DATE, ColumnType.DATE, "Day of that moment; what came later on it is not used."),
            PredictionColumn(DECISION_AT, ColumnType.TIMESTAMP, "The moment; all is known that happened before it."),
            *_SCORED,
            PredictionColumn(low, ColumnType.DOUBLE, "Lower end of the interval of delivery_days_median.", True),
            PredictionColumn(median, ColumnType.DOUBLE, "Days from the decision to the delivery, the median.", True),
            PredictionColumn(high, ColumnType.DOUBLE, "Upper end of the interval of delivery_days_median.", True),
        ),
    )


# By name of the model.
PREDICTION_TABLES = {
    table.model: table
    for table in (
        _churn("churn_olist_customers", "olist", "customer", "customer_unique_id"),
        _churn("churn_olist_sellers", "olist", "seller", "seller_id"),
        _churn("churn_retailrocket_visitors", "retailrocket", "visitor", "visitor_id"),
        _late_delivery("late_delivery_purchase", "purchase"),
        _late_delivery("late_delivery_handover", "handover"),
    )
}


def schema_problems(frame: pd.DataFrame, table: PredictionTable) -> list[str]:
    """Return what is wrong with rows that are to be written into a table of scores; nothing if they are fit.

    Parameters
    ----------
    frame
        The rows.
    table
        Where they are to go. ``expected_value`` may stand beside its columns.
    """
    missing = [column.name for column in table.columns if column.name not in frame.columns]
    known = {column.name for column in table.columns} | {EXPECTED_VALUE}
    extra = [str(name) for name in frame.columns if name not in known]
    problems = [f"{table.name} lacks the column {name}" for name in missing]
    problems += [f"{table.name} has the column {name}, which it should not have" for name in extra]
    # Without its columns nothing more can be said of the rows.
    return problems or [f"{table.name}: {problem}" for problem in _row_problems(frame, table)]


def _row_problems(frame: pd.DataFrame, table: PredictionTable) -> Iterable[str]:
    nulls = frame[list(table.required)].isna().sum()
    yield from (f"{name} is NULL in {count} rows" for name, count in nulls.items() if count)
    repeated = int(frame.duplicated(list(table.key)).sum())
    if repeated:
        yield f"{repeated} rows repeat a combination of {', '.join(table.key)}"
    yield from _date_problems(frame)
    yield from _score_problems(frame)
    yield from _reason_problems(frame[REASONS].dropna())
    if set(DELIVERY_DAYS) <= set(frame.columns):
        yield from _interval_problems(frame[list(DELIVERY_DAYS)].to_numpy(dtype=np.float64, na_value=np.nan))


def _date_problems(frame: pd.DataFrame) -> Iterable[str]:
    days = pd.to_datetime(frame[AS_OF_DATE])
    timed = int((days.notna() & (days != days.dt.normalize())).sum())
    if timed:
        yield f"{AS_OF_DATE} has a time of day in {timed} rows"


def _score_problems(frame: pd.DataFrame) -> Iterable[str]:
    score = frame[SCORE].dropna().to_numpy(dtype=np.float64)
    outside = int((~((score >= 0) & (score <= 1))).sum())
    if outside:
        yield f"{SCORE} is no number from 0 to 1 in {outside} rows"
    unknown = sorted(set(frame[BAND].dropna().unique()) - set(BANDS))
    if unknown:
        yield f"{BAND} holds {', '.join(map(repr, unknown))}; known are {', '.join(BANDS)}"
    if EXPECTED_VALUE in frame.columns:
        value = frame[EXPECTED_VALUE].to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = int((~np.isfinite(value)).sum())
        if infinite:
            yield f"{EXPECTED_VALUE} is no finite number in {infinite} rows"


def _reason_problems(reasons: Sequence[str] | pd.Series[str]) -> Iterable[str]:
    try:
        # All rows in one text: parsing them one by one takes several times as long.
        lists = json.loads(f"[{','.join(reasons)}]")
    except (TypeError, ValueError) as error:
        yield f"{REASONS} are not JSON: {error}"
        return
    if len(lists) != len(reasons) or not set(map(type, lists)) <= {list}:
        yield f"{REASONS} are not one JSON list a row"
    elif max(map(len, lists), default=0) > MAX_REASONS:
        yield f"{REASONS} has up to {max(map(len, lists))} entries a row; at most {MAX_REASONS} are shown"


def _interval_problems(days: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Iterable[str]:
    known = ~np.isnan(days)
    partial = int((known.any(axis=1) & ~known.all(axis=1)).sum())
    if partial:
        yield f"only some of {', '.join(DELIVERY_DAYS)} are known in {partial} rows"
    low, median, high = days[known.all(axis=1)].T
    unordered = int((~((low <= median) & (median <= high) & np.isfinite(high) & np.isfinite(low))).sum())
    if unordered:
        yield f"{', '.join(DELIVERY_DAYS)} are not in ascending order in {unordered} rows"
