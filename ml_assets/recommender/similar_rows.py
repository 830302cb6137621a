"""Similar items as rows of their table.

Belongs here: which of them are shown, as of the event clock. Does not belong here: how items are likened
(``similar``), writing rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from dagster import Config
from pydantic import Field

from ml_assets.family.records import Answers
from ml_assets.predictions import AS_OF_DATE, ITEM_ID, RANK, SCORE, SIMILAR_ITEM_ID
from ml_assets.recommender.as_of import AsOf
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.item_facts import facts_of
from ml_assets.recommender.scoring import AskedNow
from ml_assets.recommender.serving_rules import Ranked, ServingRules, served


class SimilarItemsConfig(Config):
    """Which similar items are shown: what is left out, and how many."""

    rules: ServingRules = Field(default=ServingRules())


def similar_answers(model: FittedRecommender, asked: AskedNow, config: SimilarItemsConfig) -> Answers:
    """Return the items like each item, best first, after the rules.

    Parameters
    ----------
    model
        The version that serves: by its settings is counted.
    asked
        What is known at the event clock.
    config
        Rules.
    """
    as_of = AsOf(asked.clicks, asked.known_until, model.config)
    similar, ids = as_of.similar, as_of.catalogue.ids
    nothing = np.empty(0, dtype=np.int64)
    ranked = Ranked(similar.rows, similar.items, similar.scores, np.zeros(len(similar.items), dtype=np.bool_))
    shown = served(ranked, facts_of(asked.item_rows, ids), (nothing, nothing), config.rules)
    frame = pd.DataFrame(
        {
            ITEM_ID: ids[shown.context],
            AS_OF_DATE: np.full(len(shown), asked.day),
            RANK: shown.places + 1,
            SIMILAR_ITEM_ID: ids[shown.item],
            SCORE: shown.score,
        }
    )
    return Answers(frame, np.full(len(frame), asked.clock))
