"""P1: ``RETAILR`` with five slices, as session-rec cuts it.

Belongs here: its preprocessing, step by step. Does not belong here: evaluation, published figures.

Source: repository ``rn5l/session-rec``, ``preprocessing/session_based/preprocess_retailrocket.py`` with the settings of
``conf/preprocess/session_based/window/retailrocket.yml``. One statement there removes a column that this data set never
has; it is left out. The original does not ask for a stable sort, though pandas sorts by several columns stably; here
events in the same second stand in the order of the file, always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.retailrocket_protocols.events import Events
from benchmarks.retailrocket_protocols.split import Split, TooFewEventsError
from benchmarks.retailrocket_protocols.views import Views, views_in_sessions

SLICES = 5
LONGEST_GAP = 1_800
FEWEST_VIEWS_OF_SESSION = 2
FEWEST_VIEWS_OF_ITEM = 5
DAY = 86_400
TRAIN_DAYS = 25
TEST_DAYS = 2
SHIFT_DAYS = 27
_MS_PER_SECOND = 1_000


def views_of(events: Events) -> Views:
    """Return views in sessions, times in whole seconds.

    Milliseconds are cut off first. A session goes on as long as no two events of any kind, one after the other, are
    more than 1,800 s apart. Views of an item that was just viewed stay. Events in the same second stand in the order of
    the file.
    """
    seconds = replace(events, time=events.time // _MS_PER_SECOND)
    return views_in_sessions(seconds.take(np.lexsort((seconds.time, seconds.visitor))), LONGEST_GAP)


def filtered(views: Views) -> Views:
    """Return what is left after the filters, each applied once: sessions, then items, then sessions again.

    So an item may end with fewer than five views.
    """
    longer = views.with_length(FEWEST_VIEWS_OF_SESSION)
    return longer.with_support(FEWEST_VIEWS_OF_ITEM).with_length(FEWEST_VIEWS_OF_SESSION)


def slices(views: Views, numbers: Sequence[int] = range(SLICES)) -> Iterator[Split]:
    """Yield the slices: sessions that end within 25 days to learn from, those that end within the next 2 to ask.

    A slice starts 27 days after the one before it, the first with the first view. A session that ends just as the test
    days begin is a test session; so is one that ends just as they are over.

    Parameters
    ----------
    views
        What the filters left.
    numbers
        Which slices, from 0 on.

    Raises
    ------
    TooFewEventsError
        If no views are left.
    """
    if not len(views):
        raise TooFewEventsError("No session is left after the filters; name a file with more events.")
    sessions = views.sessions(per_second=1)
    ended_at = views.time[sessions.offsets[1:] - 1]
    first = int(views.time.min())
    for number in numbers:
        start = first + number * SHIFT_DAYS * DAY
        middle = start + TRAIN_DAYS * DAY
        end = middle + TEST_DAYS * DAY
        yield Split.of(
            f"slice {number}",
            train=sessions.take((ended_at >= start) & (ended_at < middle)),
            test=sessions.take((ended_at >= middle) & (ended_at <= end)),
            fewest_views=FEWEST_VIEWS_OF_SESSION,
        )
