"""Neighbours of a session: earlier sessions that share its late items lend their other items.

Belongs here: the index of sessions by item, similarity, what neighbours say of items. Does not belong here: statistics
of pairs of items (``item_graph``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.scores import Groups, Scores, added_up
from ml_assets.recommender.session_config import NeighbourConfig
from ml_assets.recommender.sessions import Sessions, offsets_of, spans

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SessionNeighbours:
    """Sequence- and time-aware neighbours (STAN: Garg et al., SIGIR 2019).

    A shared item weighs exp(-age / ``prefix_decay``), age in clicks of the prefix. The similarity of a session is the
    sum of its shared items' weights by the square root of how many items it has, times exp(-age / ``session_decay``),
    age in sessions that came later. An item of a neighbour counts that similarity times exp(-distance / ``reach``):
    distance in clicks from where the neighbour has the latest shared item.

    Attributes
    ----------
    item, position
        Items of each session, each once, and the position where the session has it last; session after session.
    offsets
        Where the entries of each session start.
    posted_entry
        Entries by item, the newest session first.
    posted_offsets
        Where the entries of each item start in that order.
    config
        Settings.
    """

    item: NDArray[np.int32]
    position: NDArray[np.int32]
    offsets: NDArray[np.int64]
    posted_session: NDArray[np.int32]
    posted_position: NDArray[np.int32]
    posted_offsets: NDArray[np.int64]
    config: NeighbourConfig

    channels = ("score", "best", "support", "newest", "follows")

    @classmethod
    def fit(cls, sessions: Sessions, n_items: int, config: NeighbourConfig) -> SessionNeighbours:
        """Return the index of sessions of item numbers, the oldest first."""
        keys = sessions.rows * n_items + sessions.items
        groups = Groups.of(keys)
        # Positions rise within a session, so the last row of a group has the last position.
        last = groups.order[np.append(groups.starts[1:], len(keys))[: len(groups.keys)] - 1]
        session, item = groups.keys // n_items, groups.keys % n_items
        position = sessions.positions[last]
        by_item = np.lexsort((-session, item))
        return cls(
            item=item.astype(np.int32),
            position=position.astype(np.int32),
            offsets=offsets_of(np.bincount(session, minlength=len(sessions))),
            posted_session=session[by_item].astype(np.int32),
            posted_position=position[by_item].astype(np.int32),
            posted_offsets=offsets_of(np.bincount(item, minlength=n_items)),
            config=config,
        )

    def scores(self, query: Query) -> Scores:
        """Return what the neighbours say of their items, for each prefix."""
        row, session, similarity, shared_at, shared_age = self._neighbours(query)
        starts, lengths = self.offsets[session], self.offsets[session + 1] - self.offsets[session]
        entry = spans(starts, lengths)
        distance = self.position[entry] - np.repeat(shared_at, lengths)
        groups = Groups.of(np.repeat(row * query.n_items, lengths) + self.item[entry])
        # Brought into order once, for all columns; neighbours of a prefix ascend, so the last of a group is the newest.
        distance, neighbour = distance[groups.order], np.repeat(np.arange(len(row)), lengths)[groups.order]
        lent = similarity[neighbour]
        ends = np.append(groups.starts[1:], len(neighbour))[: len(groups.starts)] - 1
        # Distances are small numbers: looking a weight up is several times as fast as computing it for each entry.
        far = np.abs(distance)
        weight = np.exp(np.arange(int(far.max(initial=0)) + 1) / -self.config.reach)[far]
        is_next = (distance == 1) & (shared_age == 0)[neighbour]
        values = (
            added_up(lent * weight, groups.starts),
            np.maximum.reduceat(lent, groups.starts) if len(lent) else lent,
            groups.sizes(),
            session[neighbour[ends]] - float(len(self.offsets) - 1),
            added_up(lent * is_next, groups.starts),
        )
        return Scores(groups.keys, np.column_stack(values), query.n_items)

    def _neighbours(self, query: Query) -> tuple[Numbers, Numbers, NDArray[np.float64], NDArray[np.int32], Numbers]:
        """Return prefix, session, similarity, position and age of the latest shared item of each neighbour."""
        config = self.config
        n_sessions = len(self.offsets) - 1
        starts = self.posted_offsets[query.item]
        lengths = np.minimum(self.posted_offsets[query.item + 1] - starts, config.newest)
        at = spans(starts, lengths)
        # Entries of a prefix come latest item first, so the first row of a group has the latest shared item.
        groups = Groups.of(np.repeat(query.row, lengths) * n_sessions + self.posted_session[at])
        row, session = groups.keys // n_sessions, groups.keys % n_sessions
        n_shared = self.offsets[session + 1] - self.offsets[session]
        similarity = groups.sums(np.repeat(np.exp(query.age / -config.prefix_decay), lengths))
        similarity *= np.exp((session - n_sessions) / config.session_decay) / np.sqrt(n_shared)
        kept = _most_similar(row, session, similarity, config.neighbours)
        first = groups.order[groups.starts[kept]]
        age = np.repeat(query.age, lengths)[first]
        return row[kept], session[kept], similarity[kept], self.posted_position[at[first]], age


def _most_similar(row: Numbers, session: Numbers, similarity: NDArray[np.float64], count: int) -> Numbers:
    """Return the numbers of each row's most similar sessions, ascending; of equals the newer one is first.

    Parameters
    ----------
    row
        Ascending.
    session, similarity
        Of each entry.
    count
        Sessions of a row that stay; most rows have fewer, and need no order.
    """
    is_long = np.bincount(row)[row] > count if len(row) else row > 0
    crowded = np.flatnonzero(is_long)
    order = crowded[np.lexsort((-session[crowded], -similarity[crowded], row[crowded]))]
    places = np.arange(len(order)) - np.searchsorted(row[crowded], row[order])
    return np.sort(np.concatenate([np.flatnonzero(~is_long), order[places < count]]))
