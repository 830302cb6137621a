"""The recommender of sessions: candidates from retrievers, ordered by trees.

Belongs here: fitting, asking, saving. Does not belong here: retrievers, features, how trees learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.features import features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.ranking.training import grown, training_rows
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.sessions import ItemIndex, Sessions

_BATCH = 200


@dataclass(frozen=True, slots=True)
class SessionRecommender:
    """Two stages: retrieval and ranking.

    Attributes
    ----------
    index
        Items of the catalogue.
    retrievers
        First stage.
    table
        Columns of each item.
    popular
        Item numbers, the most clicked of the newest sessions first.
    booster
        Second stage.
    config
        Settings.
    """

    index: ItemIndex
    retrievers: Retrievers
    table: NDArray[np.float32]
    popular: NDArray[np.int64]
    booster: xgb.Booster
    config: SessionConfig

    @classmethod
    def fit(cls, sessions: Sessions, config: SessionConfig) -> Self:
        """Return the recommender of some sessions, the oldest first."""
        index = ItemIndex.of(sessions)
        numbered = index.renumbered(sessions)
        rows, names = training_rows(numbered, len(index), config)
        booster = grown(rows, names, config)
        booster.set_param({"nthread": 1})
        newest = numbered.take(np.arange(max(0, len(numbered) - config.ranking.new), len(numbered)))
        clicks = np.bincount(newest.items, minlength=len(index))
        return cls(
            index=index,
            retrievers=Retrievers.fit(numbered, len(index), config.retrieval),
            table=item_table(numbered, len(index), config.ranking.new, config.ranking.newest),
            popular=np.argsort(-clicks, kind="stable"),
            booster=booster,
            config=config,
        )

    def rank(self, prefix: Sequence[int], count: int = 20) -> NDArray[np.int32]:
        """Return the ids of the items that come next most likely, best first."""
        return self.rank_many(Sessions.of_lists([prefix]), count)[0]

    def rank_many(self, prefixes: Sessions, count: int = 20) -> NDArray[np.int32]:
        """Return what ``rank`` returns for each prefix, shape (prefixes, count)."""
        numbered = self.index.renumbered(prefixes)
        batches = [
            self._ranked(numbered.take(np.arange(start, min(len(numbered), start + _BATCH))), count)
            for start in range(0, len(numbered), _BATCH)
        ]
        return self.index.ids[np.concatenate(batches)]

    def retrieve(self, numbered: Sessions) -> tuple[Query, Retrieved]:
        query = Query.of(numbered, len(self.index), self.config.retrieval.max_age)
        return query, self.retrievers.retrieve(query)

    def _ranked(self, numbered: Sessions, count: int) -> NDArray[np.int64]:
        query, retrieved = self.retrieve(numbered)
        keys = retrieved.candidates
        n_items, n = len(self.index), len(numbered)
        ranked = np.full((n, count), -1, dtype=np.int64)
        if len(keys):
            margin = self.booster.inplace_predict(features(query, retrieved, self.table), predict_type="margin")
            best = Scores(keys, margin.astype(np.float64)[:, None], n_items)
            ranks = best.ranks()
            chosen = ranks < count
            ranked[best.rows[chosen], ranks[chosen]] = best.items[chosen]
        for row in np.flatnonzero(ranked[:, -1] < 0):
            found = ranked[row][ranked[row] >= 0]
            rest = self.popular[~np.isin(self.popular, found)][: count - len(found)]
            ranked[row, len(found) :] = rest
        return ranked
