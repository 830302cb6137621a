"""Fits what is known at a moment: catalogue, similar items, and the two stages.

Belongs here: from clicks before a moment to fitted parts. Does not belong here: which moment it is (``split``), what
the order of candidates learns from (``lessons``), which method serves (``train``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml_assets.recommender.catalogue import Catalogue
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.lessons import learned_sessions, lessons_before, stages_of
from ml_assets.recommender.ranking.features import feature_names
from ml_assets.recommender.ranking.trees import grown
from ml_assets.recommender.similar import SimilarItems
from ml_assets.recommender.split import Split
from ml_assets.recommender.two_stages import TwoStages


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is known at a moment.

    Attributes
    ----------
    catalogue
        Items and popularity.
    similar
        Similar items.
    core
        The two stages; None where too few contexts have anything to teach.
    lessons
        Contexts that teach, by their kind.
    last_click
        The newest event that anything was fitted to; None where there is none.
    """

    catalogue: Catalogue
    similar: SimilarItems
    core: TwoStages | None
    lessons: dict[ContextKind, int]
    last_click: np.datetime64 | None


def fit_at(clicks: Clicks, until: np.datetime64, split: Split, config: RecommenderConfig) -> Fitted:
    """Fit everything to the events before a moment.

    Parameters
    ----------
    clicks
        All events; those from the moment on are not looked at.
    until
        The moment.
    split
        Moments, from whose distance lessons follow.
    config
        Settings.
    """
    past = clicks.before(until)
    catalogue = Catalogue.of(past, until, config.popular_days)
    sessions = learned_sessions(past, catalogue)
    lessons = lessons_before(past, until, catalogue, split, config)
    counts = {kind: len(np.unique(rows.pair)) for kind, rows in lessons.items()}
    taught = {kind: rows for kind, rows in lessons.items() if counts[kind] >= config.min_lessons}
    core = None
    if taught:
        retrievers, popular, table = stages_of(past, until, catalogue, config)
        names = feature_names(retrievers.by_name)
        orders = {kind: grown(rows, names, config.sessions()) for kind, rows in taught.items()}
        core = TwoStages(retrievers, popular, table, orders)
    similar = SimilarItems.of(sessions, len(catalogue), config.similar, config.min_support)
    return Fitted(catalogue, similar, core, counts, past.occurred.max() if len(past) else None)
