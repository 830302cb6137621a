"""Candidates of histories for the second stage: what retrievers name, and what everybody views.

Belongs here: the first stage as visitors are asked about. Does not belong here: retrievers, the order of candidates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.sessions import Sessions


def candidates_of(
    retrievers: Retrievers, histories: Sessions, popular: NDArray[np.int64]
) -> tuple[Query, Retrieved]:
    """Return what is asked and what was found, the popular items among the candidates of each history that has any.

    A visitor who comes back after days often begins anew, where everybody does; retrievers name only what goes with
    the history.

    Parameters
    ----------
    retrievers
        The first stage.
    histories
        Item numbers, the newest view last.
    popular
        Items that are candidates of every history.
    """
    query = Query.of(histories, retrievers.n_items, retrievers.config.max_age)
    found = retrievers.retrieve(query)
    asked = np.unique(query.row)
    offered = (asked[:, None] * retrievers.n_items + np.sort(popular)).reshape(-1)
    further = offered[~np.isin(offered, found.candidates)]
    keys = np.concatenate([found.candidates, further])
    order = np.argsort(keys, kind="stable")
    fused = np.concatenate([found.fused, np.zeros(len(further))])
    return query, Retrieved(found.scores, found.ranks, keys[order], fused[order])
