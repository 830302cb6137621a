"""Items by items: each item of a prefix lends weights to the items it leads to.

Belongs here: a sparse matrix of items by items as a retriever, and keeping the largest of its rows. Does not belong
here: how the matrix comes about (``transitions``, ``walk``, ``embedding``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml_assets.recommender.query import Query
from ml_assets.recommender.scores import Groups, Scores
from ml_assets.recommender.session_config import TransitionConfig
from ml_assets.recommender.sessions import offsets_of, spans


@dataclass(frozen=True, slots=True)
class ItemGraph:
    """Weights from item to item; those of the prefix's items are added up, the older ones count less.

    Attributes
    ----------
    offsets, targets, weights
        Compressed rows of the matrix, one a source.
    config
        Settings.
    """

    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    config: TransitionConfig

    channels = ("score", "from_last")

    @classmethod
    def of_matrix(cls, matrix: sparse.csr_array, config: TransitionConfig) -> ItemGraph:
        """Return the retriever of a matrix of items by items."""
        return cls(
            matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32), config
        )

    def scores(self, query: Query) -> Scores:
        """Return the weights that the items of each prefix lend."""
        starts = self.offsets[query.item]
        lengths = self.offsets[query.item + 1] - starts
        at = spans(starts, lengths)
        groups = Groups.of(np.repeat(query.row, lengths) * query.n_items + self.targets[at])
        weights = self.weights[at].astype(np.float64)
        score = groups.sums(weights * np.repeat(np.exp(query.age / -self.config.prefix_decay), lengths))
        # Entries of a prefix come latest item first.
        from_last = groups.firsts(weights * np.repeat(query.age == 0, lengths))
        return Scores(groups.keys, np.column_stack((score, from_last)), query.n_items)


def largest(matrix: sparse.csr_array, count: int) -> sparse.csr_array:
    """Return a matrix of numbers from 0 on with the largest entries of each row only, columns ascending.

    Of entries that are equal in single precision the lower column stays.
    """
    matrix.sort_indices()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # The bits of floats from 0 on ascend as the floats do, so row and entry make one number to sort by.
    bits = matrix.data.astype(np.float32).view(np.uint32).astype(np.int64)
    order = np.argsort((rows << 32) - bits, kind="stable")
    order = np.sort(order[np.arange(len(order)) - matrix.indptr[rows] < count])
    offsets = offsets_of(np.bincount(rows[order], minlength=matrix.shape[0]))
    return sparse.csr_array((matrix.data[order], matrix.indices[order], offsets), shape=matrix.shape)
