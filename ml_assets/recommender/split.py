"""How the click stream is divided by time: what is learned from, on what is chosen, on what is judged.

Belongs here: the moments at which is asked, and contexts with their targets. Does not belong here: clicks (``clicks``),
fitting.

At each moment a visitor is asked about who has viewed anything before, and the truth is what they view in the days
that follow. Moments lie a horizon apart, so that no view is a target twice. The newest ones are the test window, those
before them the choice, and those before these teach the order of candidates. Nothing that is fitted knows an event at
or after the first moment at which it is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.recommender.clicks import Clicks, Moments
from ml_assets.recommender.config import SplitConfig
from ml_assets.recommender.sessions import Sessions, offsets_of, spans

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Split:
    """Moments by what they are for, each ascending; there may be none.

    Attributes
    ----------
    horizon
        Time after a moment within which views are targets.
    choice
        On which candidates are chosen.
    test
        On which the version is judged.
    end
        End of the events that are complete.
    """

    horizon: np.timedelta64
    choice: Moments
    test: Moments
    end: np.datetime64

    @property
    def fitted_until(self) -> np.datetime64:
        """First moment of the test window: what serves knows no event at or after it."""
        return self.test[0] if len(self.test) else self.end

    def lessons(self, until: np.datetime64, count: int, start: np.datetime64) -> Moments:
        """Return the newest moments whose targets were all known by another moment.

        Parameters
        ----------
        until
            The moment at which is asked.
        count
            At most so many.
        start
            The first event; a moment has at least one horizon of events before it.
        """
        moments = until - self.horizon * np.arange(count, 0, -1)
        return moments[moments - self.horizon >= start]


def split_of(start: np.datetime64, complete_until: date | None, config: SplitConfig) -> Split:
    """Return the moments that the observed days allow: fewer of each kind in a short log, at last none.

    Parameters
    ----------
    start
        The first event.
    complete_until
        Last day until which clicks are complete; None if there is none.
    config
        How many moments of each kind.
    """
    horizon = np.timedelta64(config.horizon_days, "D").astype("timedelta64[us]")
    nothing: Moments = np.empty(0, dtype="datetime64[us]")
    if complete_until is None or np.isnat(start):
        return Split(horizon, nothing, nothing, np.datetime64(0, "us"))
    end = (np.datetime64(complete_until, "D") + _DAY).astype("datetime64[us]")
    # At least half of the horizons stay for learning.
    horizons = max(0, int((end - start) // horizon))
    tests = min(config.test_moments, horizons // 4)
    choices = min(config.choice_moments, horizons // 4)
    moments = end - horizon * np.arange(tests + choices, 0, -1)
    return Split(horizon, moments[:choices], moments[choices:], end)


@dataclass(frozen=True, slots=True)
class Contexts:
    """Whom is asked about, and the truth.

    Attributes
    ----------
    visitor
        Number of the visitor of each context.
    asked_at
        Moment of each.
    histories
        Items viewed before the moment, the newest last; numbers of ``Clicks``.
    targets
        Distinct items viewed within the horizon after it; at least one each.
    """

    visitor: NDArray[np.int64]
    asked_at: Moments
    histories: Sessions
    targets: Sessions

    def __len__(self) -> int:
        """Return the number of contexts."""
        return len(self.visitor)

    def take(self, rows: NDArray[np.int64]) -> Contexts:
        """Return some contexts, by number."""
        return Contexts(self.visitor[rows], self.asked_at[rows], self.histories.take(rows), self.targets.take(rows))


def contexts_at(clicks: Clicks, moments: Moments, horizon: np.timedelta64, longest: int) -> Contexts:
    """Return the visitors who viewed something before a moment and something within the horizon after it.

    Parameters
    ----------
    clicks
        All events.
    moments
        When is asked.
    horizon
        How far ahead.
    longest
        Views that a history has at most, the newest ones.
    """
    visitors, asked, histories, targets = [], [], [Sessions.of_lists([])], [Sessions.of_lists([])]
    for moment in moments:
        past, ahead = clicks.before(moment), clicks.between(moment, moment + horizon)
        those = np.intersect1d(past.viewers(), ahead.viewers(), assume_unique=True)
        visitors.append(those)
        asked.append(np.full(len(those), moment, dtype="datetime64[us]"))
        histories.append(past.histories(those, longest))
        targets.append(ahead.viewed(those))
    return Contexts(
        np.concatenate([np.empty(0, dtype=np.int64), *visitors]),
        np.concatenate([np.empty(0, dtype="datetime64[us]"), *asked]),
        joined(histories),
        joined(targets),
    )


def joined(parts: list[Sessions]) -> Sessions:
    """Return sessions of several parts, one part after another."""
    return Sessions(
        np.concatenate([part.items for part in parts]),
        offsets_of(np.concatenate([part.lengths for part in parts])),
    )


def contexts_within(clicks: Clicks, start: np.datetime64, end: np.datetime64, longest: int) -> Contexts:
    """Return the sessions that begin within a window, each asked about after its first view; the rest is the truth.

    Sessions of one view are left out: nothing came after it.

    Parameters
    ----------
    clicks
        All events.
    start, end
        The window; a session that it cuts counts as far as it goes.
    longest
        Views that a history has at most, those of the visitor's earlier sessions among them.
    """
    views = clicks.views().before(end)
    is_start = np.append(True, views.session[1:] != views.session[:-1])[: len(views)]
    first = np.flatnonzero(is_start)
    session_end = np.append(first[1:], len(views))
    visitor_start = np.searchsorted(views.visitor, views.visitor[first])
    asked = (views.at[first] >= start) & (session_end - first > 1)
    first, session_end, visitor_start = first[asked], session_end[asked], visitor_start[asked]
    from_history = np.maximum(visitor_start, first + 1 - longest)
    items = views.item.astype(np.int32)

    def cut(begin: NDArray[np.int64], stop: NDArray[np.int64]) -> Sessions:
        return Sessions(items[spans(begin, stop - begin)], offsets_of(stop - begin))

    rest = cut(first + 1, session_end)
    keys = pd.DataFrame({"row": rest.rows, "item": rest.items})
    targets = rest.keep(~keys.duplicated().to_numpy())
    return Contexts(views.visitor[first], views.at[first + 1], cut(from_history, first + 1), targets)
