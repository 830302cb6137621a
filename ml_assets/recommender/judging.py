"""Lists of a recommender held against what visitors viewed afterwards.

Belongs here: from a fitted recommender and contexts to hits, one row a context; each context is asked of what was
counted before the newest moment until then, as it would have been served. Does not belong here: measures of hits
(``ml_assets.metrics.recommendation``), which recommenders are compared (``evaluate``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.metrics.recommendation import NO_ITEM, RankedLists
from ml_assets.recommender.as_of import Timeline
from ml_assets.recommender.clicks import Moments
from ml_assets.recommender.contexts import ContextKind, Contexts
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.methods import Method
from ml_assets.recommender.sessions import Sessions

LENGTH = 20
VISITOR, KIND = "visitor", "kind"
Asked = Mapping[ContextKind, Contexts]


@dataclass(frozen=True, slots=True)
class Judged:
    """Lists of contexts of one kind; items are numbers of the clicks.

    Attributes
    ----------
    contexts
        Whom was asked about.
    items
        Items of each list, best first, ``NO_ITEM`` where it ends early; shape (contexts, 20).
    is_fallback
        Whether an item stands there for being popular only.
    """

    contexts: Contexts
    items: NDArray[np.int64]
    is_fallback: NDArray[np.bool_]

    def against(self, targets: Sessions) -> RankedLists:
        """Return the hits of the lists for some of their targets."""
        return RankedLists.of(self.items, targets.items, targets.offsets)

    @property
    def hits(self) -> RankedLists:
        """The hits for all targets."""
        return self.against(self.contexts.targets)


def asked_at(asked: Asked, moments: Moments) -> Iterator[tuple[np.datetime64, ContextKind, NDArray[np.int64]]]:
    """Return for each moment and kind the contexts that are asked from it on until the next one, by number.

    Parameters
    ----------
    asked
        Contexts by kind, none of them before the first moment.
    moments
        Ascending.
    """
    latest = {kind: newest_moment(contexts, moments) for kind, contexts in asked.items()}
    for number, moment in enumerate(moments):
        for kind in asked:
            yield moment, kind, np.flatnonzero(latest[kind] == number)


def newest_moment(contexts: Contexts, moments: Moments) -> NDArray[np.int64]:
    """Return for each context the number of the newest of the moments that is not after it was asked."""
    return np.searchsorted(moments, contexts.asked_at, side="right") - 1


def judged(
    models: Mapping[Method, FittedRecommender], timeline: Timeline, moments: Moments, asked: Asked
) -> dict[Method, dict[ContextKind, Judged]]:
    """Return the lists of recommenders, each context asked of what was counted before the newest moment until then.

    Parameters
    ----------
    models
        The recommenders, all of the timeline's settings.
    timeline
        Events, and what is counted before moments.
    moments
        At which recommenders are refreshed, ascending.
    asked
        Whom is asked about.
    """
    found = {method: {kind: _unanswered(contexts) for kind, contexts in asked.items()} for method in models}
    for moment, kind, rows in asked_at(asked, moments):
        as_of = timeline.at(moment)
        histories = as_of.numbered(asked[kind].histories.take(rows))
        item_of = as_of.of_catalogue()
        for method, model in models.items():
            ranked = model.refreshed(as_of).lists(histories, kind, LENGTH)
            places, answers = (rows[ranked.context], ranked.places), found[method][kind]
            answers.items[places] = item_of[ranked.item]
            answers.is_fallback[places] = ranked.is_fallback
    return found


def _unanswered(contexts: Contexts) -> Judged:
    shape = (len(contexts), LENGTH)
    return Judged(contexts, np.full(shape, NO_ITEM, dtype=np.int64), np.zeros(shape, dtype=np.bool_))


def primary(lists: Mapping[ContextKind, Judged]) -> NDArray[np.float64]:
    """Return the primary figure of each context of all kinds, in the order of ``visitors_of``."""
    return np.concatenate([np.empty(0), *(each.hits.ndcg(LENGTH) for each in lists.values())])


def visitors_of(asked: Asked) -> NDArray[np.int64]:
    """Return the visitor of each context of all kinds."""
    return np.concatenate([np.empty(0, dtype=np.int64), *(contexts.visitor for contexts in asked.values())])


def kinds_of(asked: Asked) -> NDArray[np.object_]:
    """Return the kind of each context of all kinds."""
    names = np.array([kind.value for kind in asked], dtype=object)
    return np.repeat(names, [len(contexts) for contexts in asked.values()])


def judged_frame(asked: Asked, primary: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Return a row a context: visitor, kind, and the primary figure of each method; what a decision goes by."""
    return pd.DataFrame({VISITOR: visitors_of(asked), KIND: kinds_of(asked), **primary})


def repeats(contexts: Contexts) -> NDArray[np.bool_]:
    """Return of each target whether the history has its item."""
    history, targets = contexts.histories, contexts.targets
    size = int(max(history.items.max(initial=0), targets.items.max(initial=0))) + 1
    return np.isin(targets.rows * size + targets.items, history.rows * size + history.items)
