"""Fits what is learned by a moment: trees that order candidates, for each kind of context.

Belongs here: from lessons to trees. Does not belong here: which moment it is (``split``), what is counted (``as_of``),
what is learned from (``lessons``), which method serves (``train``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.lessons import Lessons
from ml_assets.recommender.orders import Orders
from ml_assets.recommender.ranking.trees import grown


@dataclass(frozen=True, slots=True)
class Learned:
    """What is learned by a moment.

    Attributes
    ----------
    until
        The moment: no event at or after it taught anything.
    orders
        Trees by kind; of a kind of which too few contexts have anything to teach there are none.
    lessons
        Contexts that teach, by their kind.
    last_click
        The newest event that could teach; None where there is none.
    """

    until: np.datetime64
    orders: Orders
    lessons: dict[ContextKind, int]
    last_click: np.datetime64 | None


def learned_by(lessons: Lessons, until: np.datetime64) -> Learned:
    """Learn from all lessons whose truth was known by a moment.

    Parameters
    ----------
    lessons
        What moments teach.
    until
        The moment.
    """
    config = lessons.timeline.config
    rows = lessons.before(until)
    counts = {kind: len(np.unique(each.pair)) for kind, each in rows.items()}
    taught = {kind: each for kind, each in rows.items() if counts[kind] >= config.min_lessons}
    orders = {kind: grown(each, lessons.names, config.sessions()) for kind, each in taught.items()}
    occurred = lessons.timeline.clicks.occurred
    known = occurred[occurred < until]
    return Learned(until, orders, counts, known.max() if len(known) else None)
