"""Neighbours of a session, one session and one item after another, as published implementations go about it.

Belongs here: the formula of ``SessionNeighbours`` in loops, to be timed and compared. Does not belong here: the way
that is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import exp, sqrt

from ml_assets.recommender.session_config import NeighbourConfig


class PlainNeighbours:
    """Sequence- and time-aware neighbours with dictionaries.

    Parameters
    ----------
    sessions
        Items of each session, the oldest first.
    config
        Settings.
    """

    def __init__(self, sessions: Sequence[Sequence[int]], config: NeighbourConfig) -> None:
        # A later click on an item replaces an earlier one.
        self._positions = [{item: position for position, item in enumerate(items)} for items in sessions]
        self._sessions_of: dict[int, list[int]] = defaultdict(list)
        for session in reversed(range(len(sessions))):
            for item in self._positions[session]:
                self._sessions_of[item].append(session)
        self._config = config

    def scores(self, prefix: Sequence[int]) -> dict[int, float]:
        """Return the score of each item that a neighbour has."""
        config, positions = self._config, self._positions
        ages = {item: len(prefix) - 1 - position for position, item in enumerate(prefix)}
        similarity: dict[int, float] = defaultdict(float)
        latest: dict[int, int] = {}
        for item, age in sorted(ages.items(), key=lambda entry: entry[1]):
            for session in self._sessions_of.get(item, [])[: config.newest]:
                similarity[session] += exp(-age / config.prefix_decay)
                # Items come latest first.
                latest.setdefault(session, item)
        for session in similarity:
            recency = exp((session - len(positions)) / config.session_decay)
            similarity[session] *= recency / sqrt(len(positions[session]))
        neighbours = sorted(similarity, key=lambda session: (-similarity[session], -session))[: config.neighbours]
        found: dict[int, float] = defaultdict(float)
        for session in sorted(neighbours):
            shared_at = positions[session][latest[session]]
            for item, position in positions[session].items():
                found[item] += similarity[session] * exp(-abs(position - shared_at) / config.reach)
        return found
