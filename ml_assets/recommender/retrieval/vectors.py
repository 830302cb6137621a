"""Items as vectors: how near the items that other retrievers name are to a prefix.

Belongs here: fitting vectors of items, how near items are to prefixes. Does not belong here: how often items are seen
together (``transitions``), which items are asked about (``retrievers``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.top_items import unit_length
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.session_config import VectorConfig

# Products that are held at once, so that both sides of them stay in the processor's cache.
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class ItemVectors:
    """Vectors of items that are seen in the same surroundings point in the same direction.

    They are the left singular vectors of the positive pointwise mutual information of pairs, times the roots of the
    singular values (Levy and Goldberg, NIPS 2014), brought to length 1. A prefix is the sum of its items' vectors, each
    times exp(-age / ``prefix_decay``), and an item's score is its product with that: positive only, since else it is
    no nearer than any other. Two items can be near without a path from one to the other in the pairs.

    To hold a prefix against every item would cost more than all else of a request, and more with every item. So only
    those are asked about that other retrievers reach: nearly all that would be named (see the decision record).

    Attributes
    ----------
    vectors
        One row an item; zeros for one that was never seen beside another.
    config
        Settings.
    """

    vectors: NDArray[np.float32]
    config: VectorConfig

    channels = ("score", "from_last")

    @classmethod
    def fit(cls, counted: sparse.csr_array, config: VectorConfig) -> ItemVectors:
        """Return the vectors of a matrix of items by items.

        Parameters
        ----------
        counted
            How often items are seen together, from 0 on; as often as not in either order.
        config
            Settings.
        """
        informative = positive_mutual_information(counted)
        dimensions = min(config.dimensions, counted.shape[0])
        if not informative.nnz:
            return cls(np.zeros((counted.shape[0], dimensions), dtype=np.float32), config)
        # Sums of one thread come in one order, so that the same sessions give the same bits.
        with threadpool_limits(1, "blas"):
            left, singular, _ = randomized_svd(
                informative, dimensions, n_iter=config.power_iterations, random_state=config.seed
            )
        return cls(unit_length(left * np.sqrt(singular)).astype(np.float32), config)

    def scores(self, query: Query, keys: NDArray[np.int64]) -> Scores:
        """Return how near items are to prefixes, without those that are not.

        Parameters
        ----------
        query
            The prefixes.
        keys
            Prefixes and items as ``Scores`` has them, ascending, each once.
        """
        row, item = keys // query.n_items, keys % query.n_items
        shape = (len(query), query.n_items)
        weight = np.exp(query.age / -self.config.prefix_decay).astype(np.float32)
        is_last = (query.age == 0).astype(np.float32)
        whole, last = (
            sparse.csr_array((part, (query.row, query.item)), shape=shape) @ self.vectors for part in (weight, is_last)
        )
        values = np.empty((len(keys), 2))
        for start in range(0, len(keys), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            named = self.vectors[item[part]]
            values[part, 0] = np.einsum("kd,kd->k", whole[row[part]], named)
            values[part, 1] = np.einsum("kd,kd->k", last[row[part]], named)
        is_near = values[:, 0] > 0
        return Scores(keys[is_near], values[is_near], query.n_items)


def positive_mutual_information(counted: sparse.csr_array) -> sparse.csr_array:
    """Return log(count * total / (sum of row * sum of column)) where it is above 0 (Church and Hanks, CL 1990)."""
    pairs = sparse.coo_array(counted)
    row, column = pairs.coords
    by_row, by_column = counted.sum(axis=1), counted.sum(axis=0)
    known = pairs.data > 0
    row, column, count = row[known], column[known], pairs.data[known]
    information = np.log(count * counted.sum() / (by_row[row] * by_column[column]))
    positive = information > 0
    return sparse.csr_array((information[positive], (row[positive], column[positive])), shape=counted.shape)
