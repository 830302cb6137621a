"""The ways in which items are ranked for a history, from one line to two stages.

Belongs here: the methods, and what each says of histories. Does not belong here: how a core is fitted (``fitting``),
filling short lists (``fitted``), rules of serving.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.retrievers import Retriever
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.two_stages import TwoStages


class Method(StrEnum):
    """Ways to rank, by which candidates are called."""

    TWO_STAGE = "two_stage"
    NEIGHBOURS = "session_neighbours"
    CO_VISITATION = "last_item_co_visitation"
    RE_VIEW = "re_view"
    POPULARITY = "popularity"


# The one-line rule: what a visitor viewed last, then what everybody views.
RULE = Method.RE_VIEW
# Those that need nothing fitted.
PLAIN = (Method.RE_VIEW, Method.POPULARITY)
LEARNED = (Method.TWO_STAGE, Method.NEIGHBOURS, Method.CO_VISITATION)


def said_of(method: Method, core: TwoStages | None, histories: Sessions, kind: ContextKind, n_items: int) -> Scores:
    """Return what a method says of histories: scored items, of which the one that has nothing to go by has none.

    Parameters
    ----------
    method
        How it is ranked.
    core
        What was fitted; None where that is nothing, which is enough for the plain methods.
    histories
        Item numbers, the newest view last.
    kind
        Whom is asked about.
    n_items
        Number of items of the catalogue.

    Raises
    ------
    ValueError
        If the method needs a core and there is none.
    """
    if method is Method.POPULARITY:
        return Scores(np.empty(0, dtype=np.int64), np.empty((0, 1)), n_items)
    if method is Method.RE_VIEW:
        return _viewed_before(histories, n_items)
    if core is None:
        raise ValueError(f"{method} ranks by what was fitted, and nothing was; use {RULE} or fit to more clicks")
    return _OF_CORE[method](core, histories, kind)


def _viewed_before(histories: Sessions, n_items: int) -> Scores:
    """Return the items of each history, the last viewed one best: 1 / (1 + views since)."""
    query = Query.of(histories, n_items, max(1, int(histories.lengths.max(initial=1))))
    order = np.argsort(query.keys)
    return Scores(query.keys[order], np.divide(1.0, 1.0 + query.age[order, None], dtype=np.float64), n_items)


def _two_stages(core: TwoStages, histories: Sessions, kind: ContextKind) -> Scores:
    """Return margins; a kind of context of which too little was learned keeps to the rule."""
    if kind not in core.orders:
        return _viewed_before(histories, core.retrievers.n_items)
    return core.margins(histories, kind)


def _by_neighbours(core: TwoStages, histories: Sessions, kind: ContextKind) -> Scores:
    del kind
    return _channel(core.retrievers.neighbours, "score", core, histories)


def _by_last_item(core: TwoStages, histories: Sessions, kind: ContextKind) -> Scores:
    del kind
    return _channel(core.retrievers.following, "from_last", core, histories)


def _channel(retriever: Retriever, channel: str, core: TwoStages, histories: Sessions) -> Scores:
    """Return one column of what a retriever says, without items that it gives nothing."""
    found = retriever.scores(core.query(histories))
    values = found.values[:, [retriever.channels.index(channel)]]
    is_scored: NDArray[np.bool_] = values[:, 0] > 0
    return Scores(found.keys[is_scored], values[is_scored], found.n_items)


_OF_CORE: Mapping[Method, Callable[[TwoStages, Sessions, ContextKind], Scores]] = {
    Method.TWO_STAGE: _two_stages,
    Method.NEIGHBOURS: _by_neighbours,
    Method.CO_VISITATION: _by_last_item,
}
