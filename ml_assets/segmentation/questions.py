"""The segmentations of Olist's customers: where they stand with the shop, and how they buy.

Belongs here: columns, transforms and prototypes, each with its reason. Does not belong here: how segments come about.
"""

from __future__ import annotations

from dataclasses import replace

from ml_assets.contract import FEATURES_SCHEMA, TableName
from ml_assets.monitoring.clocks import SEGMENTS
from ml_assets.segmentation.question import (
    Aim,
    Axis,
    Feature,
    Prototype,
    Scale,
    SegmentationQuestion,
    Transform,
)

_RECENCY, _ORDERS, _VALUE = "days_since_last_order", "order_day_count", "items_value"
_ORDER_VALUE, _BOLETO, _VOUCHER = "mean_order_value", "boleto_share", "voucher_share"

SEGMENTATION_OLIST_CUSTOMERS = SegmentationQuestion(
    name="segmentation_olist_customers",
    words="Where does the customer stand with the shop: new, loyal, fading, lost?",
    population="Everybody who has placed an order at Olist by the month's end.",
    source="olist",
    table=TableName(FEATURES_SCHEMA, "ftr_segmentation_olist_customers"),
    value_table=TableName(FEATURES_SCHEMA, "ftr_cltv_olist_customers"),
    entity="customer_unique_id",
    as_of_column="as_of_date",
    future_spend="holdout_value",
    label_known_at="label_known_at",
    horizon_days=180,
    observed_event="purchases",
    features=(
        Feature(_RECENCY, Transform.RANK, "Recency. Its law follows the shop's growth; ranks have one unit for all."),
        Feature(
            _ORDERS,
            Transform.RANK,
            "Frequency: days with an order, so that a split basket counts once. Most have one; in ranks those who came "
            "back stand half the scale apart, however many they are. It counts four times, so that these become "
            "segments of their own as soon as they are enough: coming back tells most of what follows.",
            weight=4.0,
        ),
        Feature(_VALUE, Transform.RANK, "Monetary value: prices of all units. Heavy tail, so by rank."),
    ),
    is_standardised=False,
    aim=Aim.FUTURE_SPEND,
    axes=(
        Axis("recent", _RECENCY, Scale.REVERSED_RANK),
        # Whether somebody came back matters more for a name than how long ago or for how much.
        Axis("frequent", _ORDERS, Scale.RANK, weight=4.0),
        Axis("valuable", _VALUE, Scale.RANK),
    ),
    prototypes=(
        Prototype("Champions", (0.85, 0.95, 0.90), "Came back, lately, and spend most."),
        Prototype("Loyal", (0.60, 0.93, 0.70), "Came back, and are still about."),
        Prototype("Potential loyal", (0.80, 0.80, 0.60), "Begin to come back."),
        Prototype("At risk", (0.20, 0.88, 0.70), "Came back once, but not for long."),
        Prototype("New", (0.82, 0.42, 0.25), "Came lately, with a small order."),
        Prototype("Recent", (0.80, 0.44, 0.50), "Came lately, with an order like most."),
        Prototype("Promising", (0.80, 0.46, 0.78), "Came lately, with a large order."),
        Prototype("Fading", (0.50, 0.42, 0.20), "A small order, some time ago."),
        Prototype("Needs attention", (0.50, 0.44, 0.50), "Neither new nor gone."),
        Prototype("Cooling big spenders", (0.50, 0.46, 0.80), "A large order, some time ago."),
        Prototype("Lost", (0.20, 0.42, 0.22), "A small order, long ago."),
        Prototype("Hibernating", (0.20, 0.44, 0.48), "An order like most, long ago."),
        Prototype("Lapsed big spenders", (0.20, 0.46, 0.78), "A large order, long ago."),
    ),
    profile_columns=(_RECENCY, _ORDERS, _VALUE),
    clocks=SEGMENTS,
    claims={"silhouette": 0.25},
)

BUYING_HABITS_OLIST_CUSTOMERS = replace(
    SEGMENTATION_OLIST_CUSTOMERS,
    name="buying_habits_olist_customers",
    words="How does the customer buy: baskets of what size, paid by card, boleto or voucher?",
    features=(
        Feature(_ORDER_VALUE, Transform.LOG, "Size of a basket. Heavy tail."),
        Feature(
            _BOLETO,
            Transform.SHARE,
            "A boleto pays a whole order, so that its share counts orders: the variance of a share depends on its "
            "size, that of the arcsine of its root does not; and one order proves less than five.",
            evidence="order_count",
        ),
        Feature(
            _VOUCHER,
            Transform.RANK,
            "A voucher pays as much of an order as it happens to be worth, so that only its use says something; nearly "
            "everybody has none, and ranks put all who use one far from these.",
        ),
    ),
    is_standardised=True,
    aim=Aim.GROUPS,
    axes=(
        Axis("basket", _ORDER_VALUE, Scale.RANK),
        Axis("boleto", _BOLETO, Scale.MEAN),
        Axis("voucher", _VOUCHER, Scale.MEAN),
    ),
    prototypes=(
        Prototype("Card payers", (0.50, 0.0, 0.0), "Pay by card, baskets of any size."),
        Prototype("Card payers, small baskets", (0.25, 0.0, 0.0), "Pay by card, small baskets."),
        Prototype("Card payers, large baskets", (0.75, 0.0, 0.0), "Pay by card, large baskets."),
        Prototype("Boleto payers", (0.50, 0.85, 0.0), "Pay by boleto, baskets of any size."),
        Prototype("Boleto payers, small baskets", (0.25, 0.9, 0.0), "Pay by boleto, small baskets."),
        Prototype("Boleto payers, large baskets", (0.75, 0.9, 0.0), "Pay by boleto, large baskets."),
        Prototype("Occasional boleto payers", (0.50, 0.45, 0.0), "Pay by boleto and by other means."),
        Prototype("Voucher users", (0.50, 0.1, 0.5), "Pay with vouchers, baskets of any size."),
        Prototype("Voucher users, small baskets", (0.25, 0.1, 0.6), "Pay with vouchers, small baskets."),
        Prototype("Voucher users, large baskets", (0.75, 0.1, 0.4), "Pay with vouchers, large baskets."),
    ),
    claims=None,
)

QUESTIONS = (SEGMENTATION_OLIST_CUSTOMERS, BUYING_HABITS_OLIST_CUSTOMERS)
