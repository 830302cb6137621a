"""What the click log shows of each visitor at a moment: his visits, how long he is gone, what he did.

Belongs here: counts and waiting times from rows before the moment. Does not belong here: planted laws, probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from ecom_assets.sample.draws import Floats, Integers
from ecom_assets.sample.retailrocket.arrivals import DAY_MS, MINUTE_MS
from ecom_assets.sample.retailrocket.parameters import IDLE_MINUTES
from ecom_assets.sample.retailrocket.sessions import CART, TRANSACTION, VIEW


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """What was done in sessions.

    Attributes
    ----------
    views, carts
        Views and additions to the cart.
    bought
        1 where something was bought, else 0.
    """

    views: Integers
    carts: Integers
    bought: Integers


@dataclass(frozen=True, slots=True)
class VisitorStates:
    """Visitors at a moment, each once.

    Attributes
    ----------
    visitor
        Ids.
    session
        Number of the last session in the log.
    number
        Visits so far, the last one included.
    waited_days
        Days since the last event.
    last
        What was done in the last session so far.
    last_kind
        Kind of the last event.
    """

    visitor: Integers
    session: Integers
    number: Integers
    waited_days: Floats
    last: SessionCounts
    last_kind: Integers


@dataclass(frozen=True, slots=True)
class VisitorHistory:
    """The log by visitor and time, cut into sessions.

    Attributes
    ----------
    visitor, time, kind
        Rows without exact repeats, sorted by visitor and time (ms).
    session
        Number of each row's session.
    first_row
        First row of each session.
    number
        Which visit of its visitor each session is, from 1.
    """

    visitor: Integers
    time: Integers
    kind: Integers
    session: Integers
    first_row: Integers
    number: Integers

    @classmethod
    def of(cls, events: pd.DataFrame) -> Self:
        """Sort a log and cut it into sessions: a new visitor, or more than the idle time without an event."""
        names = ("visitor", "time", "kind", "item")
        ordered = events[list(names)].sort_values(["visitor", "time"], kind="stable")
        visitor, time, kind, item = (ordered[name].to_numpy() for name in names)
        same_visitor = visitor[1:] == visitor[:-1]
        repeated = same_visitor & (time[1:] == time[:-1]) & (kind[1:] == kind[:-1]) & (item[1:] == item[:-1])
        kept = np.concatenate([[True], ~repeated])[: len(time)]
        time, visitor, kind = time[kept], visitor[kept], kind[kept]
        starts = np.ones(len(time), dtype=np.bool_)
        starts[1:] = (visitor[1:] != visitor[:-1]) | (np.diff(time) > IDLE_MINUTES * MINUTE_MS)
        first_row = np.flatnonzero(starts)
        owner = visitor[first_row]
        new = np.ones(len(owner), dtype=np.bool_)
        new[1:] = owner[1:] != owner[:-1]
        here = np.arange(len(owner))
        number = here - np.maximum.accumulate(np.where(new, here, 0)) + 1
        return cls(visitor, time, kind, np.cumsum(starts) - 1, first_row, number)

    def sessions(self) -> SessionCounts:
        """Return what was done in each session."""
        views, carts, bought = (
            np.bincount(self.session[self.kind == kind], minlength=len(self.first_row))
            for kind in (VIEW, CART, TRANSACTION)
        )
        return SessionCounts(views, carts, np.minimum(bought, 1))

    def states(self, moment: int, active_days: int) -> VisitorStates:
        """Return the visitors with an event in the days before a moment (ms), as they show themselves at it."""
        rows = np.flatnonzero((self.time >= moment - active_days * DAY_MS) & (self.time < moment))
        visitor = self.visitor[rows]
        rows = rows[np.append(visitor[1:] != visitor[:-1], len(rows) > 0)[: len(rows)]]
        session = self.session[rows]
        return VisitorStates(
            visitor=self.visitor[rows],
            session=session,
            number=self.number[session],
            waited_days=(moment - self.time[rows]) / DAY_MS,
            last=self._so_far(rows),
            last_kind=self.kind[rows],
        )

    def _so_far(self, rows: Integers) -> SessionCounts:
        """Count what was done in the sessions of some rows up to and including these rows."""
        first = self.first_row[self.session[rows]]
        length = rows - first + 1
        member = np.repeat(np.arange(len(rows)), length)
        kind = self.kind[np.repeat(first - (np.cumsum(length) - length), length) + np.arange(int(length.sum()))]
        views, carts, bought = (
            np.bincount(member[kind == wanted], minlength=len(rows)) for wanted in (VIEW, CART, TRANSACTION)
        )
        return SessionCounts(views, carts, np.minimum(bought, 1))
