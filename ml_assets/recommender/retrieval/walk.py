"""A random walk from the items of a prefix over items that are seen together.

Belongs here: the walk. Does not belong here: how the matrix of its steps is counted (``transitions``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.item_graph import largest
from ml_assets.recommender.retrieval.transitions import next_items, row_shares
from ml_assets.recommender.scores import Groups, Scores, looked_up
from ml_assets.recommender.session_config import WalkConfig
from ml_assets.recommender.sessions import Sessions, spans

# The first steps have channels of their own.
_SHOWN_STEPS = 3


@dataclass(frozen=True, slots=True)
class RandomWalk:
    """Random walk with restart (Tong et al., ICDM 2006), a few steps of it.

    The walk starts at an item of the prefix, with probability in proportion to exp(-age / ``prefix_decay``); it goes
    on with probability ``going_on`` after each step. An item's score is how often the walk is expected there. Only the
    ``frontier`` items with the highest probability are gone on from, which bounds what a prefix costs.

    Attributes
    ----------
    offsets, targets, probabilities
        Probability of each next item; compressed rows, one an item.
    config
        Settings.
    """

    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    config: WalkConfig

    channels = ("score", *(f"step_{number + 1}" for number in range(_SHOWN_STEPS)))

    @classmethod
    def fit(cls, sessions: Sessions, n_items: int, config: WalkConfig) -> RandomWalk:
        """Return the walk over what ``seen_together`` counts."""
        steps = largest(row_shares(seen_together(sessions, n_items, config), 0.0), config.width)
        return cls(steps.indptr.astype(np.int64), steps.indices, steps.data.astype(np.float32), config)

    def scores(self, query: Query) -> Scores:
        """Return how often the walk from each prefix is expected at each item."""
        weights = np.exp(query.age / -self.config.prefix_decay)
        key: NDArray[np.int64] = query.keys
        mass: NDArray[np.float64] = weights / np.bincount(query.row, weights, minlength=len(query))[query.row]
        kept_keys, kept_masses, stepped = [key], [mass], []
        for _ in range(self.config.steps):
            stepped.append(self._stepped(kept_keys[-1], kept_masses[-1], query.n_items))
            key, mass = _most(*stepped[-1], query.n_items, self.config.frontier)
            kept_keys.append(key)
            kept_masses.append(mass)
        groups = Groups.of(np.concatenate(kept_keys))
        score = groups.sums(np.concatenate(kept_masses))
        steps = [looked_up(*step, groups.keys) for step in stepped[:_SHOWN_STEPS]]
        return Scores(groups.keys, np.column_stack((score, *steps)), query.n_items)

    def _stepped(
        self, key: NDArray[np.int64], mass: NDArray[np.float64], n_items: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return where the walk is after a step, with which probability."""
        item = key % n_items
        starts = self.offsets[item]
        lengths = self.offsets[item + 1] - starts
        at = spans(starts, lengths)
        groups = Groups.of(np.add(np.repeat(key - item, lengths), self.targets[at], dtype=np.int64))
        return groups.keys, groups.sums(np.repeat(mass * self.config.going_on, lengths) * self.probabilities[at])


def seen_together(sessions: Sessions, n_items: int, config: WalkConfig) -> sparse.csr_array:
    """Return how often each two different items are seen in a session, in either order; backwards counts less."""
    counted = next_items(sessions, n_items, config.distance_decay, config.session_decay, config.length_power)
    both = sparse.csr_array(counted + config.backwards * counted.T)
    both.setdiag(0)
    both.eliminate_zeros()
    return both


def _most(
    key: NDArray[np.int64], mass: NDArray[np.float64], n_items: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the items of each prefix with the highest probability, and those equal to the last of them.

    Equal means in single precision.
    """
    rows = key // n_items
    # The bits of floats from 0 on ascend as the floats do, so row and probability make one number to sort by.
    packed = (rows << 32) - mass.astype(np.float32).view(np.uint32)
    ordered = np.sort(packed)
    starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1])[: len(rows)])
    lengths = np.diff(np.append(starts, len(rows)))
    last = starts + np.minimum(lengths, count) - 1
    kept = packed <= np.repeat(ordered[last], lengths)
    return key[kept], mass[kept]
