"""The two questions of lifetime value: customers and sellers of Olist.

Belongs here: what is asked, of whom, and the rules that a model has to beat. Does not belong here: how a question is
answered (``train``), the features (dbt).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ml_assets.classification.question import Period, Question, Rule, Term, Transform
from ml_assets.cltv.rules import RULES, ValueRule
from ml_assets.contract import FEATURES_SCHEMA, TableName
from ml_assets.monitoring.clocks import ORDERED_THIS_MONTH, VALUE_CUSTOMERS, VALUE_SELLERS, Recent

# Column that says whether anything was bought in the holdout; it is made of the holdout's count.
HAS_BOUGHT = "has_bought"


@dataclass(frozen=True, slots=True)
class ValueQuestion:
    """Money that is asked about: for how much each entity of a feature table will buy, or sell.

    Attributes
    ----------
    name
        Name of the registered model.
    words, population
        The question, and of whom it is asked, in words.
    source, table
        Source whose data it is asked of, and the feature table.
    entity, as_of_column
        Columns of whom a row is about, and of the date whose day counts in full.
    horizon
        Days of the holdout.
    count_column, value_column
        Columns of the holdout: days with a purchase, and money.
    holdout_columns
        All columns of the holdout.
    horizon_ends_column
        Moment by which the holdout is known.
    observed_event
        Kind of event that must be complete until then.
    segment
        Column by which figures are also given.
    rules
        What anybody could write; each is in the race.
    left_out
        Features that this question does not use, each with the reason.
    clocks
        Features that move with time by themselves, each with the reason.
    watched
        Rows among which drift is looked for.
    claims
        What others have claimed, by metric, to be reported against.
    """

    name: str
    words: str
    population: str
    source: str
    table: TableName
    entity: str
    segment: str
    rules: tuple[ValueRule, ...] = RULES
    as_of_column: str = "as_of_date"
    horizon: int = 180
    count_column: str = "holdout_count"
    value_column: str = "holdout_value"
    holdout_columns: tuple[str, ...] = ("holdout_count", "holdout_order_count", "holdout_value")
    horizon_ends_column: str = "label_known_at"
    observed_event: str = "purchases"
    left_out: Mapping[str, str] = field(default_factory=lambda: {"tenure_days": "the same as age"})
    clocks: Mapping[str, str] = field(default_factory=dict)
    watched: Recent = ORDERED_THIS_MONTH
    claims: Mapping[str, float] = field(default_factory=lambda: {"r_squared": 0.45})

    @property
    def hurdle(self) -> Question:
        """The question that comes first, whether anything is bought at all: by it rows are ordered and divided."""
        return Question(
            name=self.name,
            words=self.words,
            population=self.population,
            source=self.source,
            table=self.table,
            key=(self.entity,),
            entity=self.entity,
            as_of_column=self.as_of_column,
            as_of_is_date=True,
            period=Period.MONTH,
            label=HAS_BOUGHT,
            horizon_ends_column=self.horizon_ends_column,
            horizon_days=self.horizon,
            answered_column=self.count_column,
            observed_event=self.observed_event,
            segment=self.segment,
            rule=Rule(
                words="Who came often comes again: ln(1 + repeat days).",
                terms=(Term("frequency", 1.0, Transform.LOG1P),),
            ),
            not_features=self.holdout_columns,
            left_out=self.left_out,
            clocks=self.clocks,
            watched=self.watched,
            claims=self.claims,
        )


CLTV_OLIST_CUSTOMERS = ValueQuestion(
    name="cltv_olist_customers",
    words="For how much will the customer buy in the next 180 days?",
    population="Everybody who has ordered at Olist, at each month's end.",
    source="olist",
    table=TableName(FEATURES_SCHEMA, "ftr_cltv_olist_customers"),
    entity="customer_unique_id",
    segment="customer_state",
    clocks=VALUE_CUSTOMERS,
)

CLTV_OLIST_SELLERS = ValueQuestion(
    name="cltv_olist_sellers",
    words="For how much will the seller sell in the next 180 days?",
    population="Every seller of Olist with an order, at each month's end.",
    source="olist",
    table=TableName(FEATURES_SCHEMA, "ftr_cltv_olist_sellers"),
    entity="seller_id",
    segment="seller_state",
    clocks=VALUE_SELLERS,
)

QUESTIONS = (CLTV_OLIST_CUSTOMERS, CLTV_OLIST_SELLERS)
