"""Which items are seen near which, and in which order.

Belongs here: matrices of items by items counted from sessions. Does not belong here: asking them (``item_graph``).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse

from ml_assets.recommender.sessions import Sessions


def next_items(sessions: Sessions, n_items: int, distance_decay: float, session_decay: float) -> sparse.csr_array:
    """Return how often each item (row) was followed by each other (column), both in a session.

    A pair d clicks apart counts exp(-(d - 1) / ``distance_decay``), times exp(-age / ``session_decay``), age in
    sessions that came later. An item that follows itself counts as well.

    Parameters
    ----------
    sessions
        Of item numbers, the oldest first.
    n_items
        Number of items of the catalogue.
    distance_decay
        Clicks; farther apart than five times as many nothing is counted.
    session_decay
        Sessions.
    """
    row = sessions.rows
    recency = np.exp((row + 1 - len(sessions)) / session_decay)
    sources, targets, weights = [], [], []
    for distance in range(1, math.ceil(5 * distance_decay) + 1):
        first = np.flatnonzero(row[:-distance] == row[distance:])
        sources.append(sessions.items[first])
        targets.append(sessions.items[first + distance])
        weights.append(recency[first] * np.exp((1 - distance) / distance_decay))
    at = (np.concatenate(sources), np.concatenate(targets))
    return sparse.csr_array((np.concatenate(weights), at), shape=(n_items, n_items))


def row_shares(matrix: sparse.csr_array, prior: float) -> sparse.csr_array:
    """Return each row divided by its sum plus a prior weight, which keeps rows of few clicks from being too sure."""
    sums = matrix.sum(axis=1) + prior
    return sparse.csr_array(sparse.diags_array(np.divide(1.0, sums, out=np.zeros(len(sums)), where=sums > 0)) @ matrix)
