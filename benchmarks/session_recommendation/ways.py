"""The ways that are measured: simple ones, each stage alone, and the recommender.

Belongs here: how each way makes its lists. Does not belong here: what is measured of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ml_assets.metrics.recommendation import NO_ITEM
from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.neighbours import SessionNeighbours
from ml_assets.recommender.retrieval.retrievers import Retriever
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.session_config import NeighbourConfig
from ml_assets.recommender.session_model import SessionRecommender
from ml_assets.recommender.sessions import Sessions

Lists = NDArray[np.int32]
Way = Callable[[Sessions, int], Lists]

POPULARITY = "popularity"
CO_VISITATION = "co-visitation of the last item"
S_KNN = "S-KNN"
STAN = "session neighbours (STAN)"
WALK = "random walk"
CANDIDATES = "candidates as fused"
TWO_STAGES = "two stages"

# So many clicks or sessions until a weight is 1/e that nothing decays.
_NEVER = 1e12
_BATCH = 200


def ways(model: SessionRecommender, sessions: Sessions) -> Mapping[str, Way]:
    """Return the ways by name, from the simplest on.

    Parameters
    ----------
    model
        The recommender; its first stage gives most of the ways.
    sessions
        What it was fitted to, for popularity and plain neighbours.
    """
    numbered = model.index.renumbered(sessions)
    plain = NeighbourConfig(
        newest=5000, neighbours=50, prefix_decay=_NEVER, session_decay=_NEVER, reach=_NEVER
    )  # Settings of session-rec for this data.
    clicks = np.bincount(numbered.items, minlength=len(model.index))
    popular = np.argsort(-clicks, kind="stable")
    retrievers = model.retrievers
    return {
        POPULARITY: lambda prefixes, count: np.tile(model.index.ids[popular[:count]], (len(prefixes), 1)),
        CO_VISITATION: _retrieved(model, retrievers.following, 1),
        S_KNN: _retrieved(model, SessionNeighbours.fit(numbered, len(model.index), plain)),
        STAN: _retrieved(model, retrievers.neighbours),
        WALK: _retrieved(model, retrievers.walk),
        CANDIDATES: lambda prefixes, count: candidate_lists(model, prefixes, count),
        TWO_STAGES: model.rank_many,
    }


def candidate_lists(model: SessionRecommender, prefixes: Sessions, count: int) -> Lists:
    """Return the candidates of the first stage in the order of their votes."""
    return _batched(
        model,
        prefixes,
        count,
        lambda numbered: _votes(model, numbered),
    )


def _votes(model: SessionRecommender, numbered: Sessions) -> Scores:
    _, found = model.retrieve(numbered)
    return Scores(found.candidates, found.fused[:, None], len(model.index))


def _retrieved(model: SessionRecommender, retriever: Retriever, last: int | None = None) -> Way:
    """Return the way of a retriever alone, asked with whole prefixes or their last items."""

    def scores(numbered: Sessions) -> Scores:
        asked = numbered if last is None else numbered.last(last)
        return retriever.scores(Query.of(asked, len(model.index), model.config.retrieval.max_age))

    return lambda prefixes, count: _batched(model, prefixes, count, scores)


def _batched(model: SessionRecommender, prefixes: Sessions, count: int, scores: Callable[[Sessions], Scores]) -> Lists:
    numbered = model.index.renumbered(prefixes)
    lists = np.full((len(numbered), count), NO_ITEM, dtype=np.int32)
    for start in range(0, len(numbered), _BATCH):
        best = scores(numbered.take(np.arange(start, min(len(numbered), start + _BATCH)))).best(count)
        lists[start + best.rows, best.ranks()] = model.index.ids[best.items]
    return lists
