"""The first stage as of a moment: candidates of retrievers and popular ones, and columns of each item.

Belongs here: what is counted for it, asking it, its arrays as they are saved. Does not belong here: when it is counted
(``as_of``), the order of candidates (``orders``), each retriever (``retrieval``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.item_table import item_table
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.session_config import RetrievalConfig
from ml_assets.recommender.sessions import Sessions

_TABLE, _POPULAR, _ITEMS = "table", "popular", "n_items"
_SECONDS_PER_DAY = 86_400
_NEW_DAYS, _NEWEST_DAYS = 28, 7


@dataclass(frozen=True, slots=True)
class FirstStage:
    """What names candidates, over items numbered from 0 on.

    Attributes
    ----------
    retrievers
        They name what goes with a history.
    popular
        Items that are candidates of every history, ascending.
    table
        Columns of each item.
    """

    retrievers: Retrievers
    popular: NDArray[np.int64]
    table: NDArray[np.float32]

    def query(self, histories: Sessions) -> Query:
        """Return what histories ask of a retriever alone."""
        return Query.of(histories, self.retrievers.n_items, self.retrievers.config.max_age)

    def candidates(self, histories: Sessions) -> tuple[Query, Retrieved]:
        """Return what is asked and what was found, popular items among the candidates of each history that has any.

        A visitor who comes back after days often begins anew, where everybody does; retrievers name only what goes with
        the history.

        Parameters
        ----------
        histories
            Item numbers, the newest view last.
        """
        query = self.query(histories)
        found = self.retrievers.retrieve(query)
        offered = (np.unique(query.row)[:, None] * query.n_items + self.popular).reshape(-1)
        further = offered[~np.isin(offered, found.candidates)]
        keys = np.concatenate([found.candidates, further])
        order = np.argsort(keys, kind="stable")
        fused = np.concatenate([found.fused, np.zeros(len(further))])
        return query, Retrieved(found.scores, found.ranks, keys[order], fused[order])

    def save(self, file: Path) -> None:
        """Write arrays alone."""
        arrays: dict[str, NDArray[np.generic]] = {
            _ITEMS: np.asarray(self.retrievers.n_items),
            _TABLE: self.table,
            _POPULAR: self.popular,
            **self.retrievers.arrays(),
        }
        np.savez_compressed(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, file: Path, config: RetrievalConfig) -> FirstStage:
        """Return what ``save`` wrote.

        Raises
        ------
        FileNotFoundError
            If the file is missing.
        """
        with np.load(file, allow_pickle=False) as opened:
            arrays = dict(opened)
        n_items, table, popular = int(arrays.pop(_ITEMS)), arrays.pop(_TABLE), arrays.pop(_POPULAR)
        return cls(Retrievers.of_arrays(arrays, n_items, config), popular, table)


def item_columns(sessions: Sessions, moment: np.datetime64, n_items: int) -> NDArray[np.float32]:
    """Return the columns of each item: sessions of four weeks count as new, those of the last one as newest.

    Parameters
    ----------
    sessions
        All before the moment, of item numbers, the oldest first.
    moment
        The moment.
    n_items
        Number of items of the catalogue.
    """
    ended = np.zeros(0) if sessions.ended_at is None else sessions.ended_at
    now = moment.astype("datetime64[us]").astype(np.int64) / 1e6
    new, newest = (int((ended >= now - days * _SECONDS_PER_DAY).sum()) for days in (_NEW_DAYS, _NEWEST_DAYS))
    return item_table(sessions, n_items, new, newest)
