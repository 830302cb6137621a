"""Whom is asked about, and the truth: visitors who come back, and sessions that go on.

Belongs here: contexts with what was known of them, and their targets. Does not belong here: clicks (``clicks``), which
moments there are (``split``).

A *visitor* is asked about at a moment, if they viewed anything before; the truth is what they view in the days that
follow. A *session* is asked about after its first view; the truth is what it views afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.recommender.clicks import Clicks, Moments
from ml_assets.recommender.config import SplitConfig
from ml_assets.recommender.sessions import Sessions, offsets_of, spans


class ContextKind(StrEnum):
    """Whom is asked about."""

    VISITOR = "visitor"
    SESSION = "session"


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


def asked_in(
    clicks: Clicks, moments: Moments, horizon: np.timedelta64, config: SplitConfig, seed: int
) -> dict[ContextKind, Contexts]:
    """Return the contexts of both kinds of a window.

    Parameters
    ----------
    clicks
        All events.
    moments
        At which visitors are asked about, a horizon apart; sessions begin between the first one and a horizon after the
        last.
    horizon
        How far ahead visitors are asked about.
    config
        How long histories are, and how many contexts there are at most.
    seed
        Of the part that is drawn where there are more.
    """
    longest = config.longest_history
    visitors = contexts_at(clicks, moments, horizon, longest)
    nothing = visitors.take(np.empty(0, dtype=np.int64))
    sessions = contexts_within(clicks, moments[0], moments[-1] + horizon, longest) if len(moments) else nothing
    return {
        kind: _some(contexts, config.max_contexts, seed)
        for kind, contexts in ((ContextKind.VISITOR, visitors), (ContextKind.SESSION, sessions))
    }


def _some(contexts: Contexts, count: int, seed: int) -> Contexts:
    if len(contexts) <= count:
        return contexts
    return contexts.take(np.sort(np.random.default_rng(seed).choice(len(contexts), count, replace=False)))


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
    asked = (views.occurred[first] >= start) & (session_end - first > 1)
    first, session_end, visitor_start = first[asked], session_end[asked], visitor_start[asked]
    from_history = np.maximum(visitor_start, first + 1 - longest)
    items = views.item.astype(np.int32)

    def cut(begin: NDArray[np.int64], stop: NDArray[np.int64]) -> Sessions:
        return Sessions(items[spans(begin, stop - begin)], offsets_of(stop - begin))

    rest = cut(first + 1, session_end)
    keys = pd.DataFrame({"row": rest.rows, "item": rest.items})
    targets = rest.keep(~keys.duplicated().to_numpy())
    return Contexts(views.visitor[first], views.occurred[first + 1], cut(from_history, first + 1), targets)
