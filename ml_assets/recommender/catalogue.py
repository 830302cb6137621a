"""The items that are known at a moment, their numbers, and how popular they were of late.

Belongs here: numbers of items as matrices need them, popularity. Does not belong here: clicks (``clicks``), what items
have to do with each other (``similar``, ``retrieval``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.clicks import Clicks, Texts
from ml_assets.recommender.sessions import Sessions

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items that are known at a moment, and how popular they were of late.

    Attributes
    ----------
    ids
        Item ids by number.
    number_of
        Number of each item of the clicks, -1 for one that is not known.
    popularity
        Share of the views of the last days, by number.
    """

    ids: Texts
    number_of: NDArray[np.int64]
    popularity: NDArray[np.float64]

    @classmethod
    def of(cls, past: Clicks, until: np.datetime64, popular_days: int, further: Clicks | None = None) -> Catalogue:
        """Return the catalogue of the events before a moment.

        Parameters
        ----------
        past
            Those events.
        until
            The moment.
        popular_days
            Days before it whose views count; where they hold none, all views do.
        further
            Later events whose items are numbered as well; nothing of them is counted.
        """
        viewed = np.unique(np.concatenate([part.item[part.is_view] for part in (past, further) if part is not None]))
        number_of = np.full(len(past.items), -1, dtype=np.int64)
        number_of[viewed] = np.arange(len(viewed))
        late = past.is_view & (past.occurred >= until - popular_days * _DAY)
        counts = np.bincount(number_of[past.item[late if late.any() else past.is_view]], minlength=len(viewed))
        return cls(past.items[viewed], number_of, counts / max(counts.sum(), 1))

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.ids)

    def most_popular(self, count: int) -> NDArray[np.int64]:
        """Return the most viewed items, the first one first; of equals the lower number. None was not viewed at all."""
        order = np.argsort(-self.popularity, kind="stable")[:count]
        return order[self.popularity[order] > 0]

    def of_clicks(self, sessions: Sessions) -> Sessions:
        """Return sessions of the clicks' item numbers with this catalogue's, without items that it has not."""
        return in_numbers(sessions, self.number_of)


def in_numbers(sessions: Sessions, number_of: NDArray[np.int64]) -> Sessions:
    """Return sessions with other numbers of their items, without those whose number is below 0."""
    numbers = number_of[sessions.items]
    return Sessions(numbers.astype(np.int32), sessions.offsets, sessions.ended_at).keep(numbers >= 0)
