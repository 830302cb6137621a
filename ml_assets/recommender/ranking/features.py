"""What is known of a candidate for a prefix, as columns.

Belongs here: the columns of the ranking and their names. Does not belong here: how retrievers score.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.ranking.item_table import ITEM_COLUMNS
from ml_assets.recommender.retrieval.retrievers import Named, Retrieved
from ml_assets.recommender.scores import looked_up

# What stands for a rank or an age where there is none.
_FAR = 1000.0

_PAIR_COLUMNS = ("fused", "own_age", "own_count")
_PREFIX_COLUMNS = ("length", "distinct", "last_count")


def feature_names(retrievers: Mapping[str, Named]) -> list[str]:
    """Return the names of the columns that ``features`` gives."""
    of_retrievers = [
        f"{name}_{column}"
        for name, retriever in retrievers.items()
        for column in (*retriever.channels, "share_of_best", "rank")
    ]
    of_last = [f"last_{column}" for column in ITEM_COLUMNS]
    return [*of_retrievers, *_PAIR_COLUMNS, *ITEM_COLUMNS, *_PREFIX_COLUMNS, *of_last]


def features(query: Query, retrieved: Retrieved, table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one row a candidate with the columns of ``feature_names``.

    Parameters
    ----------
    query
        The prefixes.
    retrieved
        Their candidates.
    table
        Columns of each item.
    """
    keys = retrieved.candidates
    row = keys // query.n_items
    columns = [column for name in retrieved.scores for column in _of_retriever(name, retrieved, len(query))]
    own_order = np.argsort(query.keys)
    own = np.column_stack((query.age, query.count)).astype(np.float64)[own_order]
    own_keys = query.keys[own_order]
    columns += [
        retrieved.fused[:, None],
        looked_up(own_keys, own[:, :1], keys, _FAR),
        looked_up(own_keys, own[:, 1:], keys),
        table[keys % query.n_items].astype(np.float64),
        _of_prefix(query, table)[row],
    ]
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _of_retriever(name: str, retrieved: Retrieved, n_rows: int) -> list[NDArray[np.float64]]:
    found, keys = retrieved.scores[name], retrieved.candidates
    best = np.zeros(n_rows)
    np.maximum.at(best, found.rows, found.values[:, 0])
    values = found.at(keys)
    scale = best[keys // found.n_items]
    share = np.divide(values[:, 0], scale, out=np.zeros(len(keys)), where=scale > 0)
    rank = looked_up(found.keys, retrieved.ranks[name][:, None].astype(np.float64), keys, _FAR)
    return [values, share[:, None], rank]


def _of_prefix(query: Query, table: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return columns of each prefix, and those of its last item; zeros for a prefix without items."""
    starts = query.starts
    distinct = np.diff(starts)
    columns = np.zeros((len(query), len(_PREFIX_COLUMNS) + len(ITEM_COLUMNS)))
    has_items = distinct > 0
    last = starts[:-1][has_items]
    columns[:, 0], columns[:, 1] = query.length, distinct
    columns[has_items, 2] = query.count[last]
    columns[has_items, 3:] = table[query.item[last]]
    return columns
