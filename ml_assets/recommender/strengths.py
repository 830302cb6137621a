"""How strongly whom has dealt with what, as a sparse matrix of visitors, or sessions, by items.

Belongs here: building such matrices. Does not belong here: what is fitted to them (``retrieval.als``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ml_assets.predictions import ITEM_ID
from ml_assets.recommender.sessions import ItemIndex, Sessions

VISITOR_ID = "visitor_id"
STRENGTH = "strength"


@dataclass(frozen=True, slots=True)
class Strengths:
    """A matrix and what its rows and columns are.

    Attributes
    ----------
    matrix
        Strengths above 0; shape (visitors, items).
    visitor_ids
        Of the rows, ascending.
    """

    matrix: sparse.csr_array
    visitor_ids: NDArray[np.object_]


def strengths_of_interactions(rows: pd.DataFrame, index: ItemIndex) -> Strengths:
    """Return the strengths of visitors and items, without items that are not known.

    Parameters
    ----------
    rows
        Of the table of interactions as of one date: visitor, item, strength; one per visitor and item. What has decayed
        to nothing is left out.
    index
        The items.
    """
    item = index.numbers(rows[ITEM_ID].to_numpy().astype(np.int64))
    strength = rows[STRENGTH].to_numpy(dtype=np.float64)
    is_known = (item >= 0) & (strength > 0)
    visitor, visitor_ids = pd.factorize(rows[VISITOR_ID].to_numpy()[is_known], sort=True)
    shape = (len(visitor_ids), len(index))
    return Strengths(
        matrix=sparse.csr_array((strength[is_known], (visitor, item[is_known])), shape=shape),
        visitor_ids=np.asarray(visitor_ids, dtype=object),
    )


def strengths_of_sessions(sessions: Sessions, n_items: int) -> sparse.csr_array:
    """Return how often each session has each item.

    Parameters
    ----------
    sessions
        Of item numbers.
    n_items
        Number of items of the catalogue.
    """
    clicks = np.ones(len(sessions.items))
    # Entries of one place are added up.
    return sparse.csr_array((clicks, (sessions.rows, sessions.items)), shape=(len(sessions), n_items))
