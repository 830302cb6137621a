"""The recommender of sessions: candidates from retrievers, ordered by trees.

Belongs here: fitting, asking, saving. Does not belong here: retrievers, features, how trees learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from ml_assets.metrics.recommendation import NO_ITEM
from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.features import feature_names, features
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.ranking.training import training_rows
from ml_assets.recommender.ranking.trees import grown
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.sessions import ItemIndex, Sessions

_BATCH = 200
_CONFIG, _ARRAYS, _TREES = "session_recommender.json", "session_recommender.npz", "session_ranking.ubj"
_IDS, _TABLE, _POPULAR = "ids", "table", "popular"


class UnreadableRecommenderError(ValueError):
    """A folder does not hold a recommender of sessions."""


@dataclass(frozen=True, slots=True)
class Recommended:
    """Lists of items for some prefixes, best first.

    Attributes
    ----------
    items
        Item ids, ``NO_ITEM`` where the catalogue has no further item; shape (prefixes, places).
    margins
        What the trees say of each, NaN where they were not asked; more is better within a prefix.
    is_fallback
        Whether an item stands there for its popularity only, because too few have to do with the prefix.
    """

    items: NDArray[np.int32]
    margins: NDArray[np.float64]
    is_fallback: NDArray[np.bool_]


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
        Item numbers, the most clicked of the new sessions first.
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
        """Return the recommender of some sessions.

        Parameters
        ----------
        sessions
            Of item ids, the oldest first.
        config
            Settings.

        Raises
        ------
        NothingToLearnError
            If the sessions have no pair of which the statistics of earlier sessions know the next item.
        """
        index = ItemIndex.of(sessions)
        numbered = index.renumbered(sessions)
        rows = training_rows(numbered, len(index), config)
        retrievers = Retrievers.fit(numbered, len(index), config.retrieval)
        newest = numbered.take(np.arange(max(0, len(numbered) - config.ranking.new), len(numbered)))
        clicks = np.bincount(newest.items, minlength=len(index))
        return cls(
            index=index,
            retrievers=retrievers,
            table=item_table(numbered, len(index), config.ranking.new, config.ranking.newest),
            popular=np.argsort(-clicks, kind="stable"),
            booster=grown(rows, feature_names(retrievers.by_name), config),
            config=config,
        )

    def rank(self, prefix: Sequence[int], count: int = 20) -> NDArray[np.int32]:
        """Return the ids of the items that come next most likely, best first.

        Items that are not known are passed over; without any that is known the list is that of the popular items.
        """
        ranked: NDArray[np.int32] = self.rank_many(Sessions.of_lists([prefix]), count)[0]
        return ranked

    def rank_many(self, prefixes: Sessions, count: int = 20) -> NDArray[np.int32]:
        """Return what ``rank`` returns for each prefix, shape (prefixes, count)."""
        return self.recommend(prefixes, count).items

    def recommend(self, prefixes: Sessions, count: int = 20) -> Recommended:
        """Return the lists of ``rank_many`` with what the trees say of each item."""
        numbered = self.index.renumbered(prefixes)
        shape = (len(numbered), count)
        items, margins = np.full(shape, NO_ITEM, dtype=np.int32), np.full(shape, np.nan)
        for start in range(0, len(numbered), _BATCH):
            stop = min(len(numbered), start + _BATCH)
            ranked = self._ranked(numbered.take(np.arange(start, stop)), count)
            ranks = ranked.ranks()
            shown = ranks < count
            at = (start + ranked.rows[shown], ranks[shown])
            items[at] = self.index.ids[ranked.items[shown]]
            margins[at] = ranked.values[shown, 1]
        return Recommended(items, margins, (items != NO_ITEM) & np.isnan(margins))

    def retrieve(self, numbered: Sessions) -> tuple[Query, Retrieved]:
        """Return what the first stage finds for prefixes of item numbers."""
        query = Query.of(numbered, len(self.index), self.config.retrieval.max_age)
        return query, self.retrievers.retrieve(query)

    def _ranked(self, numbered: Sessions, count: int) -> Scores:
        """Return what candidates are ranked by and their margins, completed by popular items below all candidates."""
        query, retrieved = self.retrieve(numbered)
        keys, n_items = retrieved.candidates, len(self.index)
        margins = np.empty(0)
        if len(keys):
            matrix = features(query, retrieved, self.table)
            margins = self.booster.inplace_predict(matrix, predict_type="margin").astype(np.float64)
        found = np.bincount(keys // max(n_items, 1), minlength=len(query))
        short = np.flatnonzero(found < count)
        # A short list knows fewer than ``count`` items, so that twice as many popular ones complete it.
        popular = self.popular[: 2 * count]
        further = np.repeat(short * n_items, len(popular)) + np.tile(popular, len(short))
        place = np.tile(np.arange(len(popular)), len(short))
        is_new = ~np.isin(further, keys)
        lowest = margins.min(initial=0.0)
        merged = np.concatenate([keys, further[is_new]])
        order = np.argsort(merged)
        ranked_by = np.concatenate([margins, lowest - 1.0 - place[is_new]])
        shown = np.concatenate([margins, np.full(int(is_new.sum()), np.nan)])
        return Scores(merged[order], np.column_stack((ranked_by, shown))[order], n_items)

    def save(self, folder: Path) -> None:
        """Write the recommender into a folder: settings as JSON, arrays without pickle, trees in XGBoost's format."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _CONFIG).write_text(self.config.model_dump_json(indent=2) + "\n", encoding="utf-8")
        arrays: dict[str, NDArray[Any]] = {
            _IDS: self.index.ids,
            _TABLE: self.table,
            _POPULAR: self.popular,
            **self.retrievers.arrays(),
        }
        np.savez_compressed(folder / _ARRAYS, allow_pickle=False, **arrays)
        self.booster.save_model(folder / _TREES)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the recommender of a folder.

        Raises
        ------
        UnreadableRecommenderError
            If a file is missing.
        """
        missing = [name for name in (_CONFIG, _ARRAYS, _TREES) if not (folder / name).is_file()]
        if missing:
            raise UnreadableRecommenderError(
                f"{folder} lacks {', '.join(missing)}; save a SessionRecommender there first."
            )
        config = SessionConfig.model_validate_json((folder / _CONFIG).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as opened:
            arrays = dict(opened)
        index = ItemIndex(arrays.pop(_IDS))
        table, popular = arrays.pop(_TABLE), arrays.pop(_POPULAR)
        booster = xgb.Booster({"nthread": 1}, model_file=folder / _TREES)
        retrievers = Retrievers.of_arrays(arrays, len(index), config.retrieval)
        return cls(index, retrievers, table, popular, booster, config)
