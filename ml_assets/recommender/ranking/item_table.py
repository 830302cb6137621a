"""What is known of each item alone: how popular it is, since when, and how clicks on it go on.

Belongs here: columns by item. Does not belong here: pairs of items, columns of a pair of prefix and item
(``features``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.sessions import Sessions

ITEM_COLUMNS = (
    "log_clicks",
    "log_new_clicks",
    "log_newest_clicks",
    "log_age",
    "seen_again_next",
    "seen_again_later",
    "ends_session",
    "clicks_per_session",
)
# Smoothing of shares: so many clicks at the mean of all items.
_PRIOR = 5.0


def item_table(sessions: Sessions, n_items: int, new: int, newest: int) -> NDArray[np.float32]:
    """Return one row an item with the columns of ``ITEM_COLUMNS``.

    Parameters
    ----------
    sessions
        Of item numbers, the oldest first.
    n_items
        Number of items of the catalogue.
    new, newest
        How many of the newest sessions count as new, and as newest.
    """
    items, rows, positions = sessions.items, sessions.rows, sessions.positions
    age = len(sessions) - rows

    def count(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(items[chosen], minlength=n_items)

    clicks = np.bincount(items, minlength=n_items)
    last_seen = np.full(n_items, len(sessions) + 1)
    np.minimum.at(last_seen, items, age)
    pair = rows * n_items + items
    order = np.argsort(pair, kind="stable")
    is_again_later = np.zeros(len(items), dtype=np.bool_)
    is_again_later[order[:-1]] = pair[order[1:]] == pair[order[:-1]]
    is_again_next = np.append((rows[1:] == rows[:-1]) & (items[1:] == items[:-1]), False) if len(items) else items > 0
    is_end = positions == sessions.lengths[rows] - 1
    sessions_of = clicks - count(is_again_later)

    def share(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        smoothed: NDArray[np.float64] = (count(chosen) + _PRIOR * chosen.mean()) / (clicks + _PRIOR)
        return smoothed

    return np.column_stack(
        (
            np.log1p(clicks),
            np.log1p(count(age <= new)),
            np.log1p(count(age <= newest)),
            np.log(last_seen),
            share(is_again_next),
            share(is_again_later),
            share(is_end),
            clicks / np.maximum(sessions_of, 1),
        )
    ).astype(np.float32)
