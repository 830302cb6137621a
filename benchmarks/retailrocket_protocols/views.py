"""Views numbered by session: what both protocols start from.

Belongs here: cutting a visitor's events into sessions, choosing views. Does not belong here: what a protocol keeps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retailrocket_protocols.events import Events
from ml_assets.recommender.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Views:
    """Views as columns, each of shape (views,), session after session and in the order of time within each.

    Attributes
    ----------
    session
        Number of the session, rising; numbers may be left out.
    time
        When, in the protocol's unit.
    item
        What.
    """

    session: NDArray[np.int64]
    time: NDArray[np.int64]
    item: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of views."""
        return len(self.session)

    def where(self, is_kept: NDArray[np.bool_]) -> Views:
        """Return some of the views, by one truth value a view."""
        return Views(self.session[is_kept], self.time[is_kept], self.item[is_kept])

    def with_length(self, at_least: int) -> Views:
        """Return the views of sessions that have so many views or more."""
        return self.where(_row_counts(self.session) >= at_least)

    def with_support(self, at_least: int) -> Views:
        """Return the views of items that are viewed so often or more."""
        return self.where(_row_counts(self.item) >= at_least)

    def sessions(self, per_second: int) -> Sessions:
        """Return the sessions; the last view of each is its end.

        Parameters
        ----------
        per_second
            How many of the unit of ``time`` a second has.
        """
        return Sessions.of_columns(self.session, self.item, self.time / per_second)


def views_in_sessions(events: Events, longest_gap: int) -> Views:
    """Return the views, numbered by sessions that events of any kind hold together.

    Parameters
    ----------
    events
        Sorted by visitor and time.
    longest_gap
        A visitor's next event within this time is of the same session; one unit later a new session starts.
    """
    is_first = np.ones(len(events), dtype=np.bool_)
    is_first[1:] = (np.diff(events.visitor) != 0) | (np.diff(events.time) > longest_gap)
    return Views(np.cumsum(is_first), events.time, events.item).where(events.is_view)


def _row_counts(values: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return for each row how many rows have its value."""
    _, number, counts = np.unique(values, return_inverse=True, return_counts=True)
    of_rows: NDArray[np.int64] = counts[number].astype(np.int64)
    return of_rows
