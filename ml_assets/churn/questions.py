"""The three questions of churn: customers and sellers of Olist, visitors of RetailRocket.

Belongs here: what is asked, of whom, and the one line that a model has to beat. Does not belong here: how a question
is answered (``classification``), the features (dbt).
"""

from __future__ import annotations

from ml_assets.classification.question import Period, Question, Rule, Term, Transform
from ml_assets.contract import FEATURES_SCHEMA, TableName
from ml_assets.monitoring import clocks

_LABEL = "has_churned"
# For churn, the label is known when its horizon ends, whatever the answer.
_HORIZON_ENDS = "label_known_at"
# What public models of churn claim. The second area under the curve comes from a label that is the past recency
# itself, so that the features contain the answer; it is listed to be contradicted.
_CLAIMS = {"auc": 0.75, "accuracy": 0.85, "auc_with_leak": 0.9877}

CHURN_OLIST_CUSTOMERS = Question(
    name="churn_olist_customers",
    words="Will the customer stay away for the next 90 days?",
    population="Customers of Olist with an order in the last 365 days, at each month's end.",
    source="olist",
    table=TableName(FEATURES_SCHEMA, "ftr_churn_olist_customers"),
    key=("customer_unique_id",),
    entity="customer_unique_id",
    as_of_column="as_of_date",
    as_of_is_date=True,
    period=Period.MONTH,
    label=_LABEL,
    horizon_ends_column=_HORIZON_ENDS,
    horizon_days=90,
    observed_event="purchases",
    segment="customer_state",
    rule=Rule(
        words="Who came long ago, seldom and for little stays away: "
        "days since the last order / 90 - 2 ln(1 + orders) - ln(1 + value) / 2.",
        terms=(
            Term("days_since_last_order", 1 / 90),
            Term("order_count", -2.0, Transform.LOG1P),
            Term("items_value", -0.5, Transform.LOG1P),
        ),
    ),
    not_features=("has_churned_by_any_order",),
    is_no_of_interest=True,
    clocks=clocks.CHURN_CUSTOMERS,
    watched=clocks.ORDERED_THIS_MONTH,
    claims={**_CLAIMS, "repeat_purchase_accuracy": 0.56},
)

CHURN_OLIST_SELLERS = Question(
    name="churn_olist_sellers",
    words="Will the seller sell nothing for the next 60 days?",
    population="Sellers of Olist with an order in the last 60 days, at each month's end.",
    source="olist",
    table=TableName(FEATURES_SCHEMA, "ftr_churn_olist_sellers"),
    key=("seller_id",),
    entity="seller_id",
    as_of_column="as_of_date",
    as_of_is_date=True,
    period=Period.MONTH,
    label=_LABEL,
    horizon_ends_column=_HORIZON_ENDS,
    horizon_days=60,
    observed_event="purchases",
    segment="seller_state",
    rule=Rule(
        words="Who has sold little in 90 days, and nothing lately, sells nothing: "
        "days since the last order / 60 - ln(1 + orders in 90 days).",
        terms=(Term("days_since_last_order", 1 / 60), Term("order_count_90d", -1.0, Transform.LOG1P)),
    ),
    clocks=clocks.CHURN_SELLERS,
    watched=clocks.ORDERED_THIS_MONTH,
    claims=_CLAIMS,
)

CHURN_RETAILROCKET_VISITORS = Question(
    name="churn_retailrocket_visitors",
    words="Will the visitor stay away for the next 14 days?",
    population="Visitors of RetailRocket with an event in the last 14 days, on each Sunday.",
    source="retailrocket",
    table=TableName(FEATURES_SCHEMA, "ftr_churn_retailrocket_visitors"),
    key=("visitor_id",),
    entity="visitor_id",
    as_of_column="as_of_date",
    as_of_is_date=True,
    period=Period.WEEK,
    label=_LABEL,
    horizon_ends_column=_HORIZON_ENDS,
    horizon_days=14,
    observed_event="clicks",
    segment="furthest_stage_ever",
    rule=Rule(
        words="Who came some days ago, and seldom, stays away: days since the last event / 14 - ln(1 + sessions).",
        terms=(Term("days_since_last_event", 1 / 14), Term("sessions_ever", -1.0, Transform.LOG1P)),
    ),
    is_no_of_interest=True,
    clocks=clocks.VISITORS,
    watched=clocks.SEEN_THIS_WEEK,
    claims=_CLAIMS,
)

QUESTIONS = (CHURN_OLIST_CUSTOMERS, CHURN_OLIST_SELLERS, CHURN_RETAILROCKET_VISITORS)
