"""The two questions of lateness: asked at the purchase, and again at the hand-over to the carrier.

Belongs here: what is asked, of which rows, and the one line that a model has to beat. Does not belong here: how a
question is answered (``classification``), the days to delivery (``days``), the features (dbt).
"""

from __future__ import annotations

from ml_assets.classification.question import Duration, Period, Question, Rule, Term
from ml_assets.contract import FEATURES_SCHEMA, TableName
from ml_assets.monitoring import clocks

_TABLE = TableName(FEATURES_SCHEMA, "ftr_late_delivery")
_KEY = ("order_id", "decision_point")
_ENTITY = "order_id"
_AS_OF = "decision_at"
_LABEL = "is_late"
_HORIZON_ENDS = "horizon_ends_at"
# Few orders are promised for later than so many days after their purchase.
_HORIZON_DAYS = 45
_DAYS = "delivery_days"
_NOT_FEATURES = ("label_known_at", _DAYS, "delivery_known_at")
_SEGMENT = "customer_state"
_CLAIMS = {"auc": 0.80}

# Where nothing was delivered in 90 days: about what a delivery takes.
_USUAL_DAYS = 12.0
_ROUTE_DAYS = Term("route_delivery_days_long", 1.0, missing=_USUAL_DAYS)

_CALENDAR = {
    "purchase_month": "Twenty months hold each month of the year once or twice: it would learn single months by heart.",
}
_UNKNOWN_AT_PURCHASE = {
    column: "Not known at the purchase: empty in every row."
    for column in (
        "purchase_to_approval_days",
        "approval_to_handover_days",
        "purchase_to_handover_days",
        "approval_to_shipping_limit_days",
        "shipping_limit_left_days",
        "promise_left_days",
    )
}
_SAME_AT_PURCHASE = {
    column: "The decision is the purchase: the same as the purchase's own."
    for column in ("decision_weekday", "decision_hour")
}

LATE_DELIVERY_PURCHASE = Question(
    name="late_delivery_purchase",
    words="Will the order come later than the promised day? Asked when it is placed.",
    population="Orders of Olist, at their purchase.",
    source="olist",
    table=_TABLE,
    where="decision_point = 'purchase'",
    key=_KEY,
    entity=_ENTITY,
    as_of_column=_AS_OF,
    as_of_is_date=False,
    period=Period.MONTH,
    label=_LABEL,
    horizon_ends_column=_HORIZON_ENDS,
    horizon_days=_HORIZON_DAYS,
    observed_event="deliveries",
    features_event="purchases",
    segment=_SEGMENT,
    rule=Rule(
        words="Late is what takes long as a rule and was promised soon: usual days of the route "
        "+ 0.3 usual days of the seller - promised days / 4.",
        terms=(
            _ROUTE_DAYS,
            Term("seller_delivery_days_long", 0.3, missing=_USUAL_DAYS),
            Term("promised_days", -0.25),
        ),
    ),
    not_features=_NOT_FEATURES,
    left_out={**_CALENDAR, **_UNKNOWN_AT_PURCHASE, **_SAME_AT_PURCHASE},
    clocks=clocks.LATE_DELIVERY,
    duration=Duration(days=_DAYS, limit="promised_days"),
    claims=_CLAIMS,
)

LATE_DELIVERY_HANDOVER = Question(
    name="late_delivery_handover",
    words="Will the order come later than the promised day? Asked when it is handed over to the carrier.",
    population="Orders of Olist, at their hand-over to the carrier.",
    source="olist",
    table=_TABLE,
    where="decision_point = 'handover'",
    key=_KEY,
    entity=_ENTITY,
    as_of_column=_AS_OF,
    as_of_is_date=False,
    period=Period.MONTH,
    label=_LABEL,
    horizon_ends_column=_HORIZON_ENDS,
    horizon_days=_HORIZON_DAYS,
    observed_event="deliveries",
    features_event="purchases",
    segment=_SEGMENT,
    rule=Rule(
        words="Late is what takes long as a rule and has little time left: usual days of the route "
        "- days left until the end of the promised day / 2.",
        terms=(_ROUTE_DAYS, Term("promise_left_days", -0.5)),
    ),
    not_features=_NOT_FEATURES,
    left_out=_CALENDAR,
    clocks=clocks.LATE_DELIVERY,
    duration=Duration(days=_DAYS, limit="promise_left_days"),
    claims=_CLAIMS,
)

QUESTIONS = (LATE_DELIVERY_PURCHASE, LATE_DELIVERY_HANDOVER)
