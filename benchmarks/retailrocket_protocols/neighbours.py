"""Sessions that are alike: S-KNN, and STAN, which lets position, age and distance fade.

Belongs here: both baselines, which are one way with different settings. Does not belong here: rules from one item.

Source: ``algorithms/knn/sknn.py`` and ``stan.py`` of ``rn5l/session-rec``, with the settings of its table for
RetailRocket. The original breaks ties of time and of likeness by the order of a hash table; here the session that ended
later comes first. The platform's own neighbours are kin of STAN, but sample each item's sessions apart and count age in
sessions, so they are no reference for the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.sessions import Sessions, offsets_of, spans

_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """How neighbours are chosen and weighed; None leaves a way of fading out.

    Attributes
    ----------
    neighbours
        Sessions that give scores.
    sample
        Latest sessions with an item in common among which they are chosen.
    position_fade
        Views back in the asked session after which the weight of an item falls to 1 / e (lambda_spw).
    age_fade
        Days since a session's end after which its likeness falls to 1 / e (lambda_snh).
    distance_fade
        Views between an item and the last common one, in the neighbour, after which its score falls to 1 / e
        (lambda_inh).
    """

    neighbours: int
    sample: int
    position_fade: float | None = None
    age_fade: float | None = None
    distance_fade: float | None = None


S_KNN = Settings(neighbours=50, sample=5_000)
STAN = Settings(neighbours=500, sample=1_000, position_fade=1.81, age_fade=100.0, distance_fade=0.4525)


@dataclass(frozen=True, slots=True)
class PublishedNeighbours:
    """Scores of items by what sessions hold that have items in common with the asked one.

    Attributes
    ----------
    settings
        How neighbours are chosen and weighed.
    items, last_position
        Different items of each session and the position of the last view of each, session after session.
    offsets
        Where each session starts in ``items``.
    holders, holder_offsets
        Sessions that hold each item, ascending, item after item, and where each item starts.
    scale
        What a session's likeness is multiplied by: 1 / sqrt(its different items), faded by age.
    """

    settings: Settings
    items: NDArray[np.int32]
    last_position: NDArray[np.int64]
    offsets: NDArray[np.int64]
    holders: NDArray[np.int64]
    holder_offsets: NDArray[np.int64]
    scale: NDArray[np.float64]

    @classmethod
    def fit(cls, train: Sessions, item_count: int, settings: Settings) -> Self:
        """Index sessions.

        Parameters
        ----------
        train
            Ordered by their end, with times if settings fade by age.
        item_count
            Items have numbers below it.
        settings
            How neighbours are chosen and weighed.

        Raises
        ------
        ValueError
            If settings fade by age and sessions have no ends.
        """
        keys = train.rows * item_count + train.items
        different, from_end = np.unique(keys[::-1], return_index=True)
        session, items = np.divmod(different, item_count)
        counts = np.bincount(session, minlength=len(train))
        by_item = np.argsort(items, kind="stable")
        return cls(
            settings=settings,
            items=items.astype(np.int32),
            last_position=train.positions[::-1][from_end],
            offsets=offsets_of(counts),
            holders=session[by_item],
            holder_offsets=offsets_of(np.bincount(items, minlength=item_count)),
            scale=_ages(train, settings.age_fade) / np.sqrt(np.maximum(counts, 1)),
        )

    def scores(self, prefix: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the items of the neighbours and the sum of likenesses that each collects."""
        asked, weights = self._weights(prefix)
        sessions, likeness = self._nearest(asked, weights)
        lengths = np.diff(self.offsets)[sessions]
        members = spans(self.offsets[sessions], lengths)
        collected = np.repeat(likeness, lengths)
        if self.settings.distance_fade is not None:
            position = self.last_position[members]
            is_common = np.isin(self.items[members], asked)
            starts = offsets_of(lengths)[:-1]
            last_common = np.maximum.reduceat(np.where(is_common, position, -1), starts) if len(starts) else starts
            collected *= np.exp(-np.abs(position - np.repeat(last_common, lengths)) / self.settings.distance_fade)
        items, number = np.unique(self.items[members], return_inverse=True)
        return items, np.bincount(number, weights=collected, minlength=len(items)).astype(np.float64)

    def _weights(self, prefix: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the different items of a prefix and the weight of each by its last view, of Euclidean length 1."""
        asked, back = np.unique(prefix[::-1], return_index=True)
        fade = self.settings.position_fade
        weights = np.ones(len(asked)) if fade is None else np.exp(-back / fade)
        return asked, weights / np.linalg.norm(weights)

    def _nearest(
        self, asked: NDArray[np.int32], weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest of the latest sessions with an item in common, and their likenesses."""
        lengths = np.diff(self.holder_offsets)[asked]
        holders = self.holders[spans(self.holder_offsets[asked], lengths)]
        sessions, number = np.unique(holders, return_inverse=True)
        common = np.bincount(number, weights=np.repeat(weights, lengths), minlength=len(sessions))
        sessions, common = sessions[-self.settings.sample :], common[-self.settings.sample :]
        likeness = common * self.scale[sessions]
        nearest = np.lexsort((-sessions, -likeness))[: self.settings.neighbours]
        return sessions[nearest], likeness[nearest]


def _ages(train: Sessions, fade: float | None) -> NDArray[np.float64]:
    """Return the factor by age; the moment of asking changes all likenesses alike, so the last end stands for it."""
    if fade is None:
        return np.ones(len(train))
    if train.ended_at is None:
        raise ValueError("Likeness can fade by age only where sessions know when they ended.")
    age = train.ended_at.max(initial=-np.inf) - train.ended_at
    factors: NDArray[np.float64] = np.exp(-age / (fade * _SECONDS_PER_DAY))
    return factors
