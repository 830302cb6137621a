"""The click stream as columns, and what of it was known at a moment.

Belongs here: clicks in the order of time, sessions and histories before a moment, what was viewed after it. Does not
belong here: reading them (``training_set``), which moments there are (``split``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.recommender.sessions import Sessions, offsets_of

VISITOR, SESSION, ITEM, EVENT, AT = "visitor_id", "session_id", "item_id", "event_type", "occurred_at"
COLUMNS = (VISITOR, SESSION, ITEM, EVENT, AT)
VIEW, CART, PURCHASE = "view", "addtocart", "transaction"
EVENTS = (VIEW, CART, PURCHASE)

Texts = NDArray[np.object_]
Moments = NDArray[np.datetime64]


def numbered(texts: pd.Series[Any]) -> tuple[NDArray[np.int64], Texts]:
    """Return the number of each text, and the texts by number: shorter ones first, as numbers ascend."""
    codes, found = pd.factorize(texts.astype(object))
    ids = np.asarray(found, dtype=object)
    order = np.lexsort((ids.astype(str), np.fromiter(map(len, ids), dtype=np.int64, count=len(ids))))
    place = np.empty(len(ids), dtype=np.int64)
    place[order] = np.arange(len(ids))
    return place[codes] if len(ids) else codes.astype(np.int64), ids[order]


@dataclass(frozen=True, slots=True)
class Clicks:
    """Events of visitors on items; those of one visitor stand together, the oldest first.

    Attributes
    ----------
    visitor, session, item
        Numbers, by ``visitors``, ``session_ids`` and ``items``; shape (events,).
    occurred
        When each was, UTC.
    is_view, is_purchase
        What it was; an addition to the cart is neither.
    visitors, session_ids, items
        Ids by number.
    """

    visitor: NDArray[np.int64]
    session: NDArray[np.int64]
    item: NDArray[np.int64]
    occurred: Moments
    is_view: NDArray[np.bool_]
    is_purchase: NDArray[np.bool_]
    visitors: Texts
    session_ids: Texts
    items: Texts

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Clicks:
        """Return the clicks of a frame with ``COLUMNS``; events of one moment are ordered by session, item and kind."""
        visitor, visitors = numbered(frame[VISITOR])
        item, items = numbered(frame[ITEM])
        session, session_ids = numbered(frame[SESSION])
        occurred = np.asarray(pd.to_datetime(frame[AT]).to_numpy(), dtype="datetime64[us]")
        kind = frame[EVENT].astype(str).to_numpy()
        is_view, is_purchase = kind == VIEW, kind == PURCHASE
        order = np.lexsort((is_purchase, ~is_view, item, session, occurred, visitor))
        return cls(
            visitor=visitor[order],
            session=session[order],
            item=item[order],
            occurred=occurred[order],
            is_view=is_view[order],
            is_purchase=is_purchase[order],
            visitors=visitors,
            session_ids=session_ids,
            items=items,
        )

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.occurred)

    def take(self, chosen: NDArray[np.bool_]) -> Clicks:
        """Return some of the events; numbers stay what they are."""
        return Clicks(
            self.visitor[chosen],
            self.session[chosen],
            self.item[chosen],
            self.occurred[chosen],
            self.is_view[chosen],
            self.is_purchase[chosen],
            self.visitors,
            self.session_ids,
            self.items,
        )

    def before(self, moment: np.datetime64) -> Clicks:
        """Return the events before a moment; one at the moment itself is not known yet."""
        return self.take(self.occurred < moment)

    def between(self, start: np.datetime64, end: np.datetime64) -> Clicks:
        """Return the events from a moment on, until before another one."""
        return self.take((self.occurred >= start) & (self.occurred < end))

    def views(self) -> Clicks:
        """Return the views."""
        return self.take(self.is_view)

    def sessions(self) -> Sessions:
        """Return the sessions of views, those that began first at the front; a session is cut where the events end."""
        views = self.views()
        by_session = pd.Series(views.occurred).groupby(views.session)
        began = by_session.transform("min").to_numpy(dtype="datetime64[us]")
        order = np.lexsort((views.occurred, views.session, began))
        seconds = views.occurred[order].astype(np.int64) / 1e6
        return Sessions.of_columns(views.session[order], views.item[order], seconds)

    def histories(self, of: NDArray[np.int64], longest: int) -> Sessions:
        """Return the last views of some visitors, all sessions one after another, the newest view last.

        Parameters
        ----------
        of
            Numbers of visitors, ascending.
        longest
            Older views than so many are left out.
        """
        views = self.take(self.is_view & np.isin(self.visitor, of))
        at = np.searchsorted(of, views.visitor)
        lengths = np.bincount(at, minlength=len(of))
        return Sessions(views.item.astype(np.int32), offsets_of(lengths)).last(longest)

    def viewed(self, of: NDArray[np.int64]) -> Sessions:
        """Return the distinct items that some visitors viewed, each visitor's first one first.

        Parameters
        ----------
        of
            Numbers of visitors, ascending.
        """
        views = self.take(self.is_view & np.isin(self.visitor, of))
        at = np.searchsorted(of, views.visitor)
        is_first = ~pd.DataFrame({"visitor": at, "item": views.item}).duplicated().to_numpy()
        lengths = np.bincount(at[is_first], minlength=len(of))
        return Sessions(views.item[is_first].astype(np.int32), offsets_of(lengths))

    def viewers(self) -> NDArray[np.int64]:
        """Return the visitors who viewed anything, ascending."""
        return np.unique(self.visitor[self.is_view])

    def first_viewed(self) -> Moments:
        """Return when each item was viewed first, by its number; the end of all times for one that never was."""
        first = np.full(len(self.items), np.iinfo(np.int64).max)
        np.minimum.at(first, self.item[self.is_view], self.occurred[self.is_view].astype(np.int64))
        return first.astype("datetime64[us]")
