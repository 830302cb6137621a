"""Rules from the last item: what was looked at in the same sessions (AR), and what was looked at after it (SR).

Belongs here: both baselines. Does not belong here: sessions that are alike.

Source: ``algorithms/baselines/ar.py`` and ``sr.py`` of ``rn5l/session-rec``, with the settings of its table for
RetailRocket. Rules of equal weight are kept by item number; the original keeps the one met first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml_assets.recommender.retrieval.item_graph import largest
from ml_assets.recommender.sessions import Sessions

KEPT_RULES = 20
STEPS = 7


@dataclass(frozen=True, slots=True)
class LastItemRules:
    """Scores of items by the last item of the session.

    Attributes
    ----------
    weights
        Row: item looked at last; column: item to come. At most ``KEPT_RULES`` a row.
    """

    weights: sparse.csr_array

    @classmethod
    def association(cls, train: Sessions, item_count: int) -> Self:
        """Count how often two items share a session, in either order and once for each pair of their views (AR)."""
        views = np.ones(len(train.items))
        counts = sparse.csr_array((views, (train.rows, train.items)), shape=(len(train), item_count))
        together = counts.T @ counts
        # No view makes a pair with itself.
        together -= sparse.diags_array(np.asarray(counts.sum(axis=0)), format="csr")
        together.eliminate_zeros()
        return cls(largest(together, KEPT_RULES))

    @classmethod
    def sequential(cls, train: Sessions, item_count: int) -> Self:
        """Add up 1 / steps for each view and each of the seven views before it in the session (SR)."""
        weights = sparse.csr_array((item_count, item_count))
        for step in range(1, STEPS + 1):
            after = np.flatnonzero(train.positions >= step)
            rows, columns = train.items[after - step], train.items[after]
            weights += sparse.csr_array((np.full(len(after), 1 / step), (rows, columns)), shape=weights.shape)
        return cls(largest(weights, KEPT_RULES))

    def scores(self, prefix: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the items that follow from the last one, and their weights."""
        rules = slice(*self.weights.indptr[prefix[-1] : prefix[-1] + 2])
        return self.weights.indices[rules], self.weights.data[rules]
