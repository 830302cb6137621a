"""The ways in which items are ranked for a history, from one line to two stages.

Belongs here: the methods, and what each says of histories. Does not belong here: what they go by (``as_of``,
``fitting``), filling short lists (``fitted``), rules of serving.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.counted import Counted
from ml_assets.recommender.first_stage import FirstStage
from ml_assets.recommender.orders import Orders, margins
from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.retrievers import Retriever
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.sessions import Sessions


class Method(StrEnum):
    """Ways to rank, by which candidates are called."""

    TWO_STAGE = "two_stage"
    NEIGHBOURS = "session_neighbours"
    ALS = "alternating_least_squares"
    CO_VISITATION = "last_item_co_visitation"
    RE_VIEW = "re_view"
    POPULARITY = "popularity"


# The one-line rule: what a visitor viewed last, then what everybody views.
RULE = Method.RE_VIEW
# Those that need nothing but a catalogue.
PLAIN = (Method.RE_VIEW, Method.POPULARITY)
LEARNED = (Method.TWO_STAGE, Method.NEIGHBOURS, Method.ALS, Method.CO_VISITATION)
# Those that need the first stage, and factors.
BY_STAGE = (Method.TWO_STAGE, Method.NEIGHBOURS, Method.CO_VISITATION)
BY_FACTORS = (Method.ALS,)


def said_of(method: Method, counted: Counted, orders: Orders, histories: Sessions, kind: ContextKind) -> Scores:
    """Return what a method says of histories: scored items, of which the one that has nothing to go by has none.

    Parameters
    ----------
    method
        How it is ranked.
    counted
        What was counted before the moment at which is asked.
    orders
        Trees by kind of context; only two stages ask them.
    histories
        Item numbers, the newest view last.
    kind
        Whom is asked about.
    """
    if method is Method.RE_VIEW:
        return _viewed_before(histories, len(counted.ids))
    if method is Method.TWO_STAGE:
        return _two_stages(counted, orders, histories, kind)
    return _OF_COUNTED[method](counted, histories)


def _viewed_before(histories: Sessions, n_items: int) -> Scores:
    """Return the items of each history, the last viewed one best: 1 / (1 + views since)."""
    query = Query.of(histories, n_items, max(1, int(histories.lengths.max(initial=1))))
    order = np.argsort(query.keys)
    return Scores(query.keys[order], np.divide(1.0, 1.0 + query.age[order, None], dtype=np.float64), n_items)


def _two_stages(counted: Counted, orders: Orders, histories: Sessions, kind: ContextKind) -> Scores:
    """Return margins; a kind of context of which too little was learned keeps to the rule."""
    if kind not in orders or counted.stage is None:
        return _viewed_before(histories, len(counted.ids))
    return margins(orders[kind], counted.stage, histories)


def _nothing(counted: Counted) -> Scores:
    return Scores(np.empty(0, dtype=np.int64), np.empty((0, 1)), len(counted.ids))


def _by_popularity(counted: Counted, histories: Sessions) -> Scores:
    """Return nothing: a list is filled up with popular items anyway, and they say nothing of a history."""
    del histories
    return _nothing(counted)


def _by_neighbours(counted: Counted, histories: Sessions) -> Scores:
    stage = counted.stage
    return _nothing(counted) if stage is None else _channel(stage.retrievers.neighbours, "score", stage, histories)


def _by_last_item(counted: Counted, histories: Sessions) -> Scores:
    stage = counted.stage
    return _nothing(counted) if stage is None else _channel(stage.retrievers.following, "from_last", stage, histories)


def _by_factors(counted: Counted, histories: Sessions) -> Scores:
    factors = counted.factors
    if factors is None:
        return _nothing(counted)
    return factors.scores(Query.of(histories, len(counted.ids), max(1, int(histories.lengths.max(initial=1)))))


def _channel(retriever: Retriever, channel: str, stage: FirstStage, histories: Sessions) -> Scores:
    """Return one column of what a retriever says, without items that it gives nothing."""
    found = retriever.scores(stage.query(histories))
    values = found.values[:, [retriever.channels.index(channel)]]
    is_scored: NDArray[np.bool_] = values[:, 0] > 0
    return Scores(found.keys[is_scored], values[is_scored], found.n_items)


_OF_COUNTED: Mapping[Method, Callable[[Counted, Sessions], Scores]] = {
    Method.NEIGHBOURS: _by_neighbours,
    Method.ALS: _by_factors,
    Method.CO_VISITATION: _by_last_item,
    Method.POPULARITY: _by_popularity,
}
