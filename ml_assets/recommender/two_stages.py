"""Two stages for visitors and sessions: candidates from retrievers and popularity, one order for each kind of context.

Belongs here: the fitted parts, asking them, saving them. Does not belong here: fitting (``fitting``), retrievers,
features, how trees grow.

What a visitor does next within a session and what they come back for follow different orders, so each kind of context
has trees of its own over the same candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.features import features
from ml_assets.recommender.retrieval.retrievers import Retrieved, Retrievers
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.session_config import RetrievalConfig
from ml_assets.recommender.sessions import Sessions

_CONFIG, _ARRAYS = "retrieval.json", "stages.npz"
_TABLE, _POPULAR, _ITEMS = "table", "popular", "n_items"


@dataclass(frozen=True, slots=True)
class TwoStages:
    """What was fitted, over items numbered from 0 on.

    Attributes
    ----------
    retrievers
        First stage.
    popular
        Items that are candidates of every history, ascending.
    table
        Columns of each item.
    orders
        Second stage by kind of context; a kind of which too little was learned has none.
    """

    retrievers: Retrievers
    popular: NDArray[np.int64]
    table: NDArray[np.float32]
    orders: Mapping[ContextKind, xgb.Booster]

    def query(self, histories: Sessions) -> Query:
        """Return what histories ask of a retriever alone."""
        return Query.of(histories, self.retrievers.n_items, self.retrievers.config.max_age)

    def margins(self, histories: Sessions, kind: ContextKind) -> Scores:
        """Return the candidates of histories with what the trees of their kind say of them, more is better."""
        query, retrieved = candidates_of(self.retrievers, histories, self.popular)
        if not len(retrieved.candidates):
            return Scores(retrieved.candidates, np.empty((0, 1)), query.n_items)
        columns = features(query, retrieved, self.table)
        margin = self.orders[kind].inplace_predict(columns, predict_type="margin")
        return Scores(retrieved.candidates, margin.astype(np.float64)[:, None], query.n_items)

    def save(self, folder: Path) -> None:
        """Write the stages into a folder: settings as JSON, arrays without pickle, trees in XGBoost's own format."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _CONFIG).write_text(self.retrievers.config.model_dump_json(indent=1), encoding="utf-8")
        arrays: dict[str, NDArray[np.generic]] = {
            _ITEMS: np.asarray(self.retrievers.n_items),
            _TABLE: self.table,
            _POPULAR: self.popular,
            **self.retrievers.arrays(),
        }
        np.savez_compressed(folder / _ARRAYS, allow_pickle=False, **arrays)
        for kind, trees in self.orders.items():
            trees.save_model(folder / _trees_file(kind))

    @classmethod
    def load(cls, folder: Path) -> TwoStages:
        """Return what ``save`` wrote.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        """
        config = RetrievalConfig.model_validate_json((folder / _CONFIG).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as opened:
            arrays = dict(opened)
        n_items, table, popular = int(arrays.pop(_ITEMS)), arrays.pop(_TABLE), arrays.pop(_POPULAR)
        orders = {
            kind: xgb.Booster({"nthread": 1}, model_file=folder / _trees_file(kind))
            for kind in ContextKind
            if (folder / _trees_file(kind)).is_file()
        }
        return cls(Retrievers.of_arrays(arrays, n_items, config), popular, table, orders)


def candidates_of(retrievers: Retrievers, histories: Sessions, popular: NDArray[np.int64]) -> tuple[Query, Retrieved]:
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
        Items that are candidates of every history, ascending.
    """
    query = Query.of(histories, retrievers.n_items, retrievers.config.max_age)
    found = retrievers.retrieve(query)
    offered = (np.unique(query.row)[:, None] * retrievers.n_items + popular).reshape(-1)
    further = offered[~np.isin(offered, found.candidates)]
    keys = np.concatenate([found.candidates, further])
    order = np.argsort(keys, kind="stable")
    fused = np.concatenate([found.fused, np.zeros(len(further))])
    return query, Retrieved(found.scores, found.ranks, keys[order], fused[order])


def _trees_file(kind: ContextKind) -> str:
    return f"order_of_{kind}.ubj"
