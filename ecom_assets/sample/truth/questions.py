"""The questions that have an oracle, with the keys and horizons of their feature tables.

Belongs here: names, keys, days. Does not belong here: formulas.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF_DATE = "as_of_date"
PROBABILITY = "probability"
EXPECTED_VALUE = "expected_value"
EXPECTED_COUNT = "expected_count"


@dataclass(frozen=True, slots=True)
class ChurnQuestion:
    """The question who of the active comes back.

    Attributes
    ----------
    name
        Feature table without its prefix.
    entity
        Key column of the entity.
    active_days
        An entity is asked about if it was active within so many days up to and including the as-of date.
    horizon_days
        It has churned if it is not active within so many days after the as-of date.
    """

    name: str
    entity: str
    active_days: int
    horizon_days: int


@dataclass(frozen=True, slots=True)
class ValueQuestion:
    """The question what an entity will be worth.

    Attributes
    ----------
    name
        Feature table without its prefix.
    entity
        Key column of the entity.
    holdout_days
        Days after the as-of date whose value is expected: prices of units without freight, in BRL.
    """

    name: str
    entity: str
    holdout_days: int


CUSTOMER, SELLER, VISITOR = "customer_unique_id", "seller_id", "visitor_id"

LATE_DELIVERY = "late_delivery"
CHURN_CUSTOMERS = ChurnQuestion("churn_olist_customers", CUSTOMER, active_days=365, horizon_days=90)
CHURN_SELLERS = ChurnQuestion("churn_olist_sellers", SELLER, active_days=60, horizon_days=60)
CHURN_VISITORS = ChurnQuestion("churn_retailrocket_visitors", VISITOR, active_days=14, horizon_days=14)
CLTV_CUSTOMERS = ValueQuestion("cltv_olist_customers", CUSTOMER, holdout_days=180)
CLTV_SELLERS = ValueQuestion("cltv_olist_sellers", SELLER, holdout_days=180)


def oracle_file(name: str) -> str:
    """Return the file name of a question's oracle."""
    return f"oracle_{name}.parquet"
