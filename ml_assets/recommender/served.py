"""Lists as they are shown: what a recommender says of visitors, after the rules of serving.

Belongs here: whom is served, and their lists at a moment. Does not belong here: who is served at the event clock
(``scoring``), the rules (``serving_rules``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.recommender.as_of import AsOf
from ml_assets.recommender.clicks import Texts
from ml_assets.recommender.config import RecommenderScoringConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.serving_rules import ItemFacts, Ranked, recommended


@dataclass(frozen=True, slots=True)
class Served:
    """Whom is served, of one kind: number of the visitor and id of each context, ascending by visitor."""

    kind: ContextKind
    visitor: NDArray[np.int64]
    ids: Texts


def served_lists(
    model: FittedRecommender, as_of: AsOf, served: Served, facts: ItemFacts, config: RecommenderScoringConfig
) -> Ranked:
    """Return the lists of contexts, after the rules; who has no history that is known gets popular items, flagged.

    Parameters
    ----------
    model
        The recommender, refreshed at the moment.
    as_of
        What is counted before the moment.
    served
        Whom is served.
    facts
        What was known of the items of the catalogue of the moment.
    config
        The rules, and how many ranked items they are applied to.
    """
    visitors, of = np.unique(served.visitor, return_inverse=True)
    past, number_of = as_of.past, as_of.catalogue.number_of
    histories = as_of.numbered(past.histories(visitors, model.config.split.longest_history)).take(of)
    bought = past.take(past.is_purchase & np.isin(past.visitor, visitors))
    contexts = np.arange(len(served.visitor))
    return recommended(
        model.ranked(histories, served.kind, config.depth),
        model.popular,
        contexts,
        facts,
        _pairs(np.searchsorted(visitors, bought.visitor), number_of[bought.item], of),
        config.rules,
    )


def _pairs(
    owner: NDArray[np.int64], item: NDArray[np.int64], of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return context and item of each purchase of a known item.

    Parameters
    ----------
    owner, item
        Visitor and item of each purchase.
    of
        Visitor of each context.
    """
    pairs = pd.DataFrame({"owner": owner, "item": item})[item >= 0].drop_duplicates()
    found = pd.DataFrame({"owner": of, "context": np.arange(len(of))}).merge(pairs, on="owner")
    return found["context"].to_numpy(dtype=np.int64), found["item"].to_numpy(dtype=np.int64)
