"""Sessions of a made-up shop: items come in families, and a session stays within one."""

from __future__ import annotations

import numpy as np

from ml_assets.recommender.session_config import (
    NeighbourConfig,
    RankingConfig,
    RankingTrees,
    RetrievalConfig,
    SessionConfig,
)
from ml_assets.recommender.sessions import Sessions

FAMILY = 6


def made_sessions(count: int, families: int, seed: int) -> Sessions:
    """Return sessions that mostly step from an item to the next one of its family, in a circle."""
    random = np.random.default_rng(seed)
    lists = []
    for _ in range(count):
        first = int(random.integers(families)) * FAMILY
        at, items = int(random.integers(FAMILY)), []
        for _ in range(int(random.integers(2, 7))):
            items.append(100 + first + at)
            at = (at + 1) % FAMILY if random.random() < 0.8 else int(random.integers(FAMILY))
        lists.append(items)
    return Sessions.of_lists(lists)


def unrelated_sessions(count: int, items: int, seed: int) -> Sessions:
    """Return sessions of items that have nothing to do with each other."""
    random = np.random.default_rng(seed)
    return Sessions.of_lists([random.integers(items, size=int(random.integers(2, 6))).tolist() for _ in range(count)])


def small_config(**ranking: object) -> SessionConfig:
    """Return settings for few sessions and little time."""
    trees = RankingTrees(max_rounds=20, min_child_weight=1.0)
    return SessionConfig(
        retrieval=RetrievalConfig(neighbours=NeighbourConfig(newest=100, neighbours=50), candidates=30),
        ranking=RankingConfig(folds=2, fold_sessions=60, max_pairs=400, new=100, newest=30, trees=trees).model_copy(
            update=ranking
        ),
        threads=1,
    )
