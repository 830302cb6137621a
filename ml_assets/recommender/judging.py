"""Lists of a recommender held against what visitors viewed afterwards.

Belongs here: from a fitted recommender and contexts to hits, one row a context. Does not belong here: measures of hits
(``ml_assets.metrics.recommendation``), which recommenders are compared (``evaluate``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.metrics.recommendation import NO_ITEM, RankedLists
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.contexts import ContextKind, Contexts
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.sessions import Sessions

LENGTH = 20
VISITOR = "visitor"
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


def judged(model: FittedRecommender, clicks: Clicks, contexts: Contexts, kind: ContextKind) -> Judged:
    """Return the lists of a recommender for contexts.

    Parameters
    ----------
    model
        The recommender.
    clicks
        By which items of contexts are numbered.
    contexts, kind
        Whom is asked about.
    """
    number_of = model.numbers(clicks.items)
    item_of = np.full(len(model.ids), NO_ITEM, dtype=np.int64)
    known = np.flatnonzero(number_of >= 0)
    item_of[number_of[known]] = known
    histories = Sessions(number_of[contexts.histories.items].astype(np.int32), contexts.histories.offsets)
    ranked = model.lists(histories, kind, LENGTH)
    items = np.full((len(contexts), LENGTH), NO_ITEM, dtype=np.int64)
    is_fallback = np.zeros(items.shape, dtype=np.bool_)
    items[ranked.context, ranked.places] = item_of[ranked.item]
    is_fallback[ranked.context, ranked.places] = ranked.is_fallback
    return Judged(contexts, items, is_fallback)


def primary_of(model: FittedRecommender, clicks: Clicks, asked: Asked) -> NDArray[np.float64]:
    """Return the primary figure of each context of all kinds, in the order of ``visitors_of``."""
    parts = [judged(model, clicks, contexts, kind).hits.ndcg(LENGTH) for kind, contexts in asked.items()]
    return np.concatenate(parts) if parts else np.empty(0)


def visitors_of(asked: Asked) -> NDArray[np.int64]:
    """Return the visitor of each context of all kinds."""
    return np.concatenate([np.empty(0, dtype=np.int64), *(contexts.visitor for contexts in asked.values())])


def kinds_of(asked: Asked) -> NDArray[np.object_]:
    """Return the kind of each context of all kinds."""
    names = np.array([kind.value for kind in asked], dtype=object)
    return np.repeat(names, [len(contexts) for contexts in asked.values()])


def judged_frame(asked: Asked, primary: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Return a row a context: visitor, kind, and the primary figure of each method; what a decision goes by."""
    return pd.DataFrame({VISITOR: visitors_of(asked), "kind": kinds_of(asked), **primary})


def repeats(contexts: Contexts) -> NDArray[np.bool_]:
    """Return of each target whether the history has its item."""
    history, targets = contexts.histories, contexts.targets
    size = int(max(history.items.max(initial=0), targets.items.max(initial=0))) + 1
    return np.isin(targets.rows * size + targets.items, history.rows * size + history.items)
