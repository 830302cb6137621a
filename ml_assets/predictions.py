"""Tables of scores: one a registered model, with columns that are the same on every engine.

Belongs here: which tables there are, their columns, and which checks rows must pass that are to be written into one.
Does not belong here: what a check looks at (``prediction_rows``), how a score comes about, writing it (``warehouse``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import pandas as pd

from ml_assets.contract import PREDICTIONS_SCHEMA, TableName
from ml_assets.prediction_rows import (
    blank_problems,
    day_problems,
    interval_problems,
    key_problems,
    list_problems,
    null_problems,
    range_problems,
    value_problems,
)

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
# Of a customer or seller: that they buy or sell again at all, how often, and for how much.
PROBABILITY_ALIVE = "probability_alive"
VALUE_HORIZONS = (30, 90, 180, 365)
# The horizon whose expected value is the score: that of the label.
SCORE_HORIZON = 180
# Of a customer: the group they belong to, and whether they were put there although they are like no group.
SEGMENT = "segment"
IS_NOISE = "is_noise"

# From the highest to the lowest score; everyone has one.
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
    """A column of a table of scores.

    Attributes
    ----------
    name, type, description
        As they stand in the warehouse and in dbt.
    is_nullable
        Whether a row may leave it empty.
    at_least, at_most
        Range of its numbers, both ends included; None where nothing is asked of them.
    """

    name: str
    type: ColumnType
    description: str
    is_nullable: bool = False
    at_least: float | None = None
    at_most: float | None = None


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
    intervals
        Columns that are lower end, middle and upper end of an interval.
    are_means
        Whether the middles are means, which an interval of quantiles need not hold.
    """

    model: str
    source: str
    title: str
    key: tuple[str, ...]
    columns: tuple[PredictionColumn, ...]
    intervals: tuple[tuple[str, str, str], ...] = ()
    are_means: bool = False

    @property
    def name(self) -> TableName:
        """Where it stands in the warehouse."""
        return TableName(PREDICTIONS_SCHEMA, self.model)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must have a value in each row."""
        return tuple(column.name for column in self.columns if not column.is_nullable)


def expected_purchases_column(days: int) -> str:
    """Return the name of the column of purchases that are expected in so many days."""
    return f"expected_purchases_{days}d"


def expected_value_columns(days: int) -> tuple[str, str, str]:
    """Return the names of the lower end, the middle and the upper end of the value expected in so many days."""
    name = f"{EXPECTED_VALUE}_{days}d"
    return f"{name}_low", name, f"{name}_high"


_AS_OF_DATE = PredictionColumn(AS_OF_DATE, ColumnType.DATE, "Day by whose end all is known that the score uses.")
_PROBABILITY = PredictionColumn(
    SCORE, ColumnType.DOUBLE, "Calibrated probability of the answer yes, 0 to 1.", at_least=0, at_most=1
)
_NO_LAWS = "NULL where a rule serves that knows no laws of purchases"
_LIKELY = "How likely among all that are scored"
_BY_CONTRIBUTION = (
    "columns that move the score most, each with value and contribution to the margin (uncalibrated log odds)."
)


def _scored(
    score: PredictionColumn = _PROBABILITY, band: str = _LIKELY, reasons: str = _BY_CONTRIBUTION
) -> tuple[PredictionColumn, ...]:
    """Return the columns that every table has, with what they mean in this one."""
    return (
        score,
        PredictionColumn(BAND, ColumnType.TEXT, f"{band}: {', '.join(BANDS)}."),
        PredictionColumn(REASONS, ColumnType.TEXT, f"JSON list of the at most {MAX_REASONS} {reasons}"),
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
            *_scored(),
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
            *_scored(),
            PredictionColumn(low, ColumnType.DOUBLE, "Lower end of the interval of delivery_days_median.", True),
            PredictionColumn(median, ColumnType.DOUBLE, "Days from the decision to the delivery, the median.", True),
            PredictionColumn(high, ColumnType.DOUBLE, "Upper end of the interval of delivery_days_median.", True),
        ),
        intervals=(DELIVERY_DAYS,),
    )


def _value(model: str, entity: str, entity_column: str) -> PredictionTable:
    money = "Price of units without freight, in BRL"
    score = _amount(SCORE, f"{money}, expected in {SCORE_HORIZON} days; the same as expected_value_{SCORE_HORIZON}d.")
    return PredictionTable(
        model=model,
        source="olist",
        title=f"One row per {entity} and as-of date: how much they are worth in the days to come.",
        key=(entity_column, AS_OF_DATE),
        columns=(
            PredictionColumn(entity_column, ColumnType.TEXT, f"The {entity}."),
            _AS_OF_DATE,
            *_scored(
                score,
                "How much they are worth among all that are scored",
                "columns that move the score most, each with value and contribution to it.",
            ),
            PredictionColumn(
                PROBABILITY_ALIVE,
                ColumnType.DOUBLE,
                f"Probability that the {entity} has not gone for good, 0 to 1; {_NO_LAWS}.",
                is_nullable=True,
                at_least=0,
                at_most=1,
            ),
            *(
                _amount(
                    expected_purchases_column(days),
                    f"Days with an order that are expected in {days} days; {_NO_LAWS}.",
                    is_nullable=True,
                )
                for days in VALUE_HORIZONS
            ),
            *(column for days in VALUE_HORIZONS for column in _value_columns(days, money)),
        ),
        intervals=tuple(map(expected_value_columns, VALUE_HORIZONS)),
        are_means=True,
    )


def _value_columns(days: int, money: str) -> Iterable[PredictionColumn]:
    low, middle, high = expected_value_columns(days)
    yield _amount(middle, f"{money}, expected in {days} days.")
    yield _amount(low, f"Lower end of the predictive interval of it; {_NO_LAWS}.", is_nullable=True)
    yield _amount(high, f"Upper end of the predictive interval of it; {_NO_LAWS}.", is_nullable=True)


def _amount(name: str, description: str, *, is_nullable: bool = False) -> PredictionColumn:
    return PredictionColumn(name, ColumnType.DOUBLE, description, is_nullable, at_least=0, at_most=inf)


def _segmentation(model: str, entity: str, entity_column: str) -> PredictionTable:
    strength = PredictionColumn(
        SCORE, ColumnType.DOUBLE, "How strongly they belong to their segment, 0 to 1.", at_least=0, at_most=1
    )
    return PredictionTable(
        model=model,
        source="olist",
        title=f"One row per {entity} and as-of date: the segment they belong to.",
        key=(entity_column, AS_OF_DATE),
        columns=(
            PredictionColumn(entity_column, ColumnType.TEXT, f"The {entity}."),
            _AS_OF_DATE,
            *_scored(
                strength,
                "How strongly they belong to it among all that are scored",
                f"columns by which the {entity} differs most from everybody.",
            ),
            PredictionColumn(SEGMENT, ColumnType.TEXT, "Name of the segment, by its profile."),
            PredictionColumn(
                IS_NOISE, ColumnType.BOOLEAN, f"Whether the {entity} is like no segment, and stands in the nearest one."
            ),
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
        _value("cltv_olist_customers", "customer", "customer_unique_id"),
        _value("cltv_olist_sellers", "seller", "seller_id"),
        _segmentation("segmentation_olist_customers", "customer", "customer_unique_id"),
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
    texts = [column.name for column in table.columns if column.type is ColumnType.TEXT]
    yield from null_problems(frame[list(table.required)])
    yield from blank_problems(frame[texts])
    yield from key_problems(frame[list(table.key)])
    yield from day_problems(frame[AS_OF_DATE])
    for column in table.columns:
        if column.at_least is not None and column.at_most is not None:
            yield from range_problems(frame[column.name], column.at_least, column.at_most)
    yield from value_problems(frame[BAND], BANDS)
    if EXPECTED_VALUE in frame.columns:
        # Here a number that is missing has no end either.
        yield from range_problems(frame[EXPECTED_VALUE].fillna(inf), -inf, inf)
    yield from list_problems(frame[REASONS], MAX_REASONS)
    for names in table.intervals:
        yield from interval_problems(
            frame[list(names)], ends_may_lack=names[1] in table.required, is_mean=table.are_means
        )
