"""Which items are viewed in the same sessions, beyond what their popularity explains.

Belongs here: the similarity of items, and keeping each item's best. Does not belong here: what comes next of a session
(``retrieval``), tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml_assets.recommender.sessions import Sessions, offsets_of

# Sessions that two items share by chance are few; so many more in the denominator keep one shared session from being
# a perfect likeness.
_PRIOR = 1.0


@dataclass(frozen=True, slots=True)
class SimilarItems:
    """Similar items in compressed rows, best first.

    Attributes
    ----------
    offsets
        Where the row of each item starts, and the end of the last; shape (items + 1,).
    items, scores
        Similar items and their similarity, 0 to 1.
    """

    offsets: NDArray[np.int64]
    items: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, sessions: Sessions, n_items: int, count: int, min_support: int) -> SimilarItems:
        """Return the items most similar to each: n(i, j) / sqrt((n(i) + 1) (n(j) + 1)), n counting sessions.

        This is the cosine of the items' columns of sessions (Sarwar et al., WWW 2001), shrunk where sessions are few.

        Parameters
        ----------
        sessions
            Of item numbers.
        n_items
            Number of items.
        count
            Similar items of each item at most.
        min_support
            Sessions that an item must be in.
        """
        seen = sparse.csr_array(
            (np.ones(len(sessions.items)), (sessions.rows, sessions.items)), shape=(len(sessions), n_items)
        )
        seen.sum_duplicates()
        seen.data[:] = 1.0
        support = np.asarray(seen.sum(axis=0)).reshape(-1)
        scale = np.where(support >= min_support, 1.0 / np.sqrt(support + _PRIOR), 0.0)
        shared = sparse.coo_array(seen.T @ seen)
        row, column = shared.coords
        score = shared.data * scale[row] * scale[column]
        wanted = (row != column) & (score > 0)
        row, column, score = row[wanted].astype(np.int64), column[wanted].astype(np.int64), score[wanted]
        order = np.lexsort((column, -score, row))
        row, column, score = row[order], column[order], score[order]
        kept = np.arange(len(row)) - np.searchsorted(row, row) < count
        return cls(offsets_of(np.bincount(row[kept], minlength=n_items)), column[kept], score[kept])

    @property
    def rows(self) -> NDArray[np.int64]:
        """Number of the item that each entry is similar to."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
