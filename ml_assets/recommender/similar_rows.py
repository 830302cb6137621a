"""Similar items as rows of their table.

Belongs here: which of them are shown. Does not belong here: how items are likened (``similar``), writing rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from dagster import Config
from pydantic import Field

from ml_assets.family.records import Answers
from ml_assets.predictions import AS_OF_DATE, ITEM_ID, RANK, SCORE, SIMILAR_ITEM_ID
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.item_facts import facts_of
from ml_assets.recommender.serving_rules import Ranked, ServingRules, served


class SimilarItemsConfig(Config):
    """Which similar items are shown: what is left out, and how many."""

    rules: ServingRules = Field(default=ServingRules())


def similar_answers(
    model: FittedRecommender, item_rows: pd.DataFrame, clock: np.datetime64, config: SimilarItemsConfig
) -> Answers:
    """Return the items like each item, best first, after the rules.

    Parameters
    ----------
    model
        The version that serves.
    item_rows
        What was known of items on the day of the clock and before.
    clock
        Moment of the newest event.
    config
        Rules.
    """
    similar = model.similar
    nothing = np.empty(0, dtype=np.int64)
    ranked = Ranked(similar.rows, similar.items, similar.scores, np.zeros(len(similar.items), dtype=np.bool_))
    shown = served(ranked, facts_of(item_rows, model.ids), (nothing, nothing), config.rules)
    frame = pd.DataFrame(
        {
            ITEM_ID: model.ids[shown.context],
            AS_OF_DATE: np.full(len(shown), clock.astype("datetime64[D]").astype("datetime64[us]")),
            RANK: shown.places + 1,
            SIMILAR_ITEM_ID: model.ids[shown.item],
            SCORE: shown.score,
        }
    )
    return Answers(frame, np.full(len(frame), clock))
