"""Which items are seen near which, and in which order.

Belongs here: matrices of items by items counted from sessions. Does not belong here: asking them (``item_graph``).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ml_assets.recommender.session_config import TransitionConfig
from ml_assets.recommender.sessions import Sessions


def next_items(sessions: Sessions, n_items: int, config: TransitionConfig) -> sparse.csr_array:
    """Return how often each item (row) was followed by each other (column), both in a session.

    A pair d clicks apart counts exp(-(d - 1) / ``distance_decay``), times exp(-age / ``session_decay``), age in
    sessions that came later. An item that follows itself counts as well.

    Parameters
    ----------
    sessions
        Of item numbers, the oldest first.
    n_items
        Number of items of the catalogue.
    config
        Settings.
    """
    row = sessions.rows
    recency = np.exp((row + 1 - len(sessions)) / config.session_decay)
    sources, targets, weights = [], [], []
    for distance in range(1, config.max_distance + 1):
        first = np.flatnonzero(row[:-distance] == row[distance:])
        sources.append(sessions.items[first])
        targets.append(sessions.items[first + distance])
        weights.append(recency[first] * np.exp((1 - distance) / config.distance_decay))
    at = (np.concatenate(sources), np.concatenate(targets))
    return sparse.csr_array((np.concatenate(weights), at), shape=(n_items, n_items))


def row_shares(matrix: sparse.csr_array, prior: float) -> sparse.csr_array:
    """Return each row divided by its sum plus a prior weight, which keeps rows of few clicks from being too sure."""
    return sparse.csr_array(sparse.diags_array(1.0 / (matrix.sum(axis=1) + prior)) @ matrix)
