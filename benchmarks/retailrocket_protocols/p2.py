"""P2: the split of the authors of GRU4Rec.

Belongs here: its preprocessing, step by step. Does not belong here: evaluation, published figures.

Source: repository ``hidasib/gru4rec_third_party_comparison``, ``retailrocket_preproc.py``; items that training does not
know are left out as in ``evaluation.py`` of ``hidasib/GRU4Rec``. That file has both ranks, standard and conservative
(its default). The published models score all items, have next to no ties, and so one figure under either. Models that
name candidates have many: here the conservative rank is compared, and the standard one stands beside it.
"""

from __future__ import annotations

import numpy as np

from benchmarks.retailrocket_protocols.events import Events
from benchmarks.retailrocket_protocols.split import Split, TooFewEventsError
from benchmarks.retailrocket_protocols.views import Views, views_in_sessions

LONGEST_GAP = 3_600 * 1_000
FEWEST_VIEWS_OF_SESSION = 2
FEWEST_VIEWS_OF_ITEM = 5
WEEK = 7 * 86_400 * 1_000
# 2015-09-18 03:00 UTC, the day after the last complete one; the last week before it is asked about.
LAST = 1_442_545_200_000
BOUNDARY = LAST - WEEK
_MS_PER_SECOND = 1_000


def views_of(events: Events) -> Views:
    """Return views in sessions, times in milliseconds, each view of an item just viewed left out.

    Sorted by visitor, millisecond and item. A session goes on as long as no two events of any kind, one after the
    other, are more than an hour apart.
    """
    order = np.lexsort((events.item, events.time, events.visitor))
    views = views_in_sessions(events.take(order), LONGEST_GAP)
    is_repeat = np.zeros(len(views), dtype=np.bool_)
    is_repeat[1:] = (np.diff(views.session) == 0) & (np.diff(views.item) == 0)
    return views.where(~is_repeat)


def filtered(views: Views) -> Views:
    """Return what is left after the filters, sessions and items in turn, until nothing more goes.

    A view that comes to stand beside another of its item stays.
    """
    before = -1
    while len(views) != before:
        before = len(views)
        views = views.with_length(FEWEST_VIEWS_OF_SESSION).with_support(FEWEST_VIEWS_OF_ITEM)
    return views


def last_week(views: Views) -> Split:
    """Return the split of the published table: the last week is asked about.

    Raises
    ------
    TooFewEventsError
        If no session is left to learn from.
    """
    return _split("last week", views, BOUNDARY)


def week_before(views: Views) -> Split:
    """Return the split to choose settings with: the week before, within what the published split learns from.

    Raises
    ------
    TooFewEventsError
        If no session is left to learn from.
    """
    return _split("week before the last", _before(views, BOUNDARY), BOUNDARY - WEEK)


def _split(name: str, views: Views, boundary: int) -> Split:
    """Ask about sessions that start at a moment or later; a session that runs past it is cut short for training."""
    train = _before(views, boundary)
    if not len(train):
        raise TooFewEventsError(f"No session is left to learn from before the {name}; name a file with more events.")
    sessions = views.sessions(_MS_PER_SECOND)
    return Split.of(
        name,
        train=train.sessions(_MS_PER_SECOND),
        test=sessions.take(views.time[sessions.offsets[:-1]] >= boundary),
        fewest_views=1,
    )


def _before(views: Views, boundary: int) -> Views:
    return views.where(views.time < boundary).with_length(FEWEST_VIEWS_OF_SESSION)
