"""Tables of scores: one a registered model, seldom two, with columns that are the same on every engine.

Belongs here: which tables there are, and their columns. Does not belong here: which checks rows must pass that are to
be written into one (``prediction_checks``), how a score comes about, writing it (``warehouse``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from ml_assets.contract import ML_KEY_PREFIX, PREDICTIONS_SCHEMA, TableName, scores_key

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
# Of lists of items: whom or what a list is for, places in it, and whether an item stands there for want of a better.
CONTEXT = "context"
CONTEXT_ID = "context_id"
RANK = "rank"
ITEM_ID = "item_id"
SIMILAR_ITEM_ID = "similar_item_id"
IS_FALLBACK = "is_fallback"

# From the highest to the lowest score; everyone has one.
BANDS = ("high", "medium", "low")
# For whom or what items are recommended.
VISITOR = "visitor"
SESSION = "session"
CONTEXTS = (VISITOR, SESSION)
MAX_REASONS = 3


class ColumnType(StrEnum):
    """Types as they are called in the SQL of every engine."""

    TEXT = "text"
    DATE = "date"
    BIGINT = "bigint"
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
    allowed
        All that it may hold; None where that is open.
    """

    name: str
    type: ColumnType
    description: str
    is_nullable: bool = False
    at_least: float | None = None
    at_most: float | None = None
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PredictionTable:
    """A table of scores.

    Attributes
    ----------
    model
        Name of the registered model.
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
    called
        What it is called in the warehouse; None where that is the name of the model.
    listed
        Column of the items of a list, best first, which has a row an item; None where an answer is one row.
    is_further
        Whether it is filled beside the model's main table, by an asset of its own.
    """

    model: str
    source: str
    title: str
    key: tuple[str, ...]
    columns: tuple[PredictionColumn, ...]
    intervals: tuple[tuple[str, str, str], ...] = ()
    are_means: bool = False
    called: str | None = None
    listed: str | None = None
    is_further: bool = False

    @property
    def name(self) -> TableName:
        """Where it stands in the warehouse."""
        return TableName(PREDICTIONS_SCHEMA, self.called or self.model)

    @property
    def asset_key(self) -> tuple[str, str]:
        """Parts of the key of the asset that fills it."""
        return (ML_KEY_PREFIX, f"{self.model}_{self.name.name}") if self.is_further else scores_key(self.model)

    @property
    def answer_key(self) -> tuple[str, ...]:
        """Columns that tell answers apart; rows of one answer are replaced together, so that no shorter list mixes."""
        return tuple(name for name in self.key if name != RANK)

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


# Who gave an answer, when, and whether with hindsight.
_SIGNED = (
    PredictionColumn(MODEL_VERSION, ColumnType.TEXT, "Version in the model registry that gave the score."),
    PredictionColumn(SCORED_AT, ColumnType.TIMESTAMP, "When the row was written, UTC."),
    PredictionColumn(IS_BACKTEST, ColumnType.BOOLEAN, "Whether that version was trained on data of a later time."),
)


def _scored(
    score: PredictionColumn = _PROBABILITY, band: str = _LIKELY, reasons: str = _BY_CONTRIBUTION
) -> tuple[PredictionColumn, ...]:
    """Return the columns that every table of one row an answer has, with what they mean in this one."""
    return (
        score,
        PredictionColumn(BAND, ColumnType.TEXT, f"{band}: {', '.join(BANDS)}.", allowed=BANDS),
        PredictionColumn(REASONS, ColumnType.TEXT, f"JSON list of the at most {MAX_REASONS} {reasons}"),
        *_SIGNED,
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


def _rank(of_what: str) -> PredictionColumn:
    return PredictionColumn(RANK, ColumnType.BIGINT, f"Place {of_what}, from 1 on.", at_least=1, at_most=inf)


def _finite(description: str) -> PredictionColumn:
    return PredictionColumn(SCORE, ColumnType.DOUBLE, description, at_least=-inf, at_most=inf)


def _recommendations(model: str) -> PredictionTable:
    return PredictionTable(
        model=model,
        source="retailrocket",
        title="One row per visitor or open session, as-of date and rank: the items recommended to them, best first.",
        key=(CONTEXT, CONTEXT_ID, AS_OF_DATE, RANK),
        columns=(
            PredictionColumn(
                CONTEXT, ColumnType.TEXT, f"What they are for: {' or '.join(CONTEXTS)}.", allowed=CONTEXTS
            ),
            PredictionColumn(CONTEXT_ID, ColumnType.TEXT, "The visitor, or the session."),
            _AS_OF_DATE,
            _rank("in their list"),
            PredictionColumn(ITEM_ID, ColumnType.TEXT, "The item."),
            _finite(
                "What the list is ordered by, more is better; compares within a list only, and fallbacks only with "
                "each other: theirs is how popular the item is."
            ),
            PredictionColumn(
                IS_FALLBACK,
                ColumnType.BOOLEAN,
                "Whether the item stands there for being popular, because nothing better is known of them.",
            ),
            *_SIGNED,
        ),
        called="recommendations",
        listed=ITEM_ID,
    )


def _similar_items(model: str) -> PredictionTable:
    return PredictionTable(
        model=model,
        source="retailrocket",
        title="One row per item with support, as-of date and rank: the items most like it, best first.",
        key=(ITEM_ID, AS_OF_DATE, RANK),
        columns=(
            PredictionColumn(ITEM_ID, ColumnType.TEXT, "The item."),
            _AS_OF_DATE,
            _rank("among the items like it"),
            PredictionColumn(SIMILAR_ITEM_ID, ColumnType.TEXT, "The item that is like it; never the item itself."),
            _finite("How like it the other is, more is better; compares within a list only."),
            *_SIGNED,
        ),
        called="similar_items",
        listed=SIMILAR_ITEM_ID,
        is_further=True,
    )


# By name of the model: what its scores fill.
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
        _recommendations("recommender_retailrocket"),
    )
}
SIMILAR_ITEMS = _similar_items("recommender_retailrocket")
# By name in the warehouse: all of them.
DECLARED_TABLES = {table.name.name: table for table in (*PREDICTION_TABLES.values(), SIMILAR_ITEMS)}
