"""What has to be said of a recommender before anything is fitted.

Belongs here: the type, and the one recommender there is. Does not belong here: reading rows, fitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml_assets.contract import FEATURES_SCHEMA, MARTS_SCHEMA, TableName


class ClaimedMetric(StrEnum):
    """What others have reported of recommenders of this data set."""

    NDCG = "ndcg@20"
    MAP = "map@20"
    RMSE = "rmse"
    MAE = "mae"


@dataclass(frozen=True, slots=True)
class RecommenderQuestion:
    """What visitors will view next.

    Attributes
    ----------
    name
        Name of the registered model.
    words, population
        The question in words, and of whom it is asked.
    source, observed_event
        Source, and its kind of event that must be complete.
    events, items
        Tables of the events, and of items as of dates.
    claims
        What others have claimed, by metric; None where they named a metric and no number.
    """

    name: str
    words: str
    population: str
    source: str
    observed_event: str
    events: TableName
    items: TableName
    claims: Mapping[ClaimedMetric, float | None] = field(default_factory=dict)


RECOMMENDER_RETAILROCKET = RecommenderQuestion(
    name="recommender_retailrocket",
    words="Which items will a visitor view next?",
    population="Visitors of RetailRocket who have viewed an item before; in sessions that are open, and when they come "
    "back.",
    source="retailrocket",
    observed_event="clicks",
    events=TableName(MARTS_SCHEMA, "fct_events"),
    items=TableName(FEATURES_SCHEMA, "ftr_items"),
    claims={ClaimedMetric.NDCG: None, ClaimedMetric.MAP: None, ClaimedMetric.RMSE: 3.0, ClaimedMetric.MAE: 3.0},
)
