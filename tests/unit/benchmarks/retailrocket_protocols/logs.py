"""Small event logs by hand and at random.

Belongs here: builders and hypothesis strategies. Does not belong here: expectations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from benchmarks.retailrocket_protocols.events import Events
from ml_assets.recommender.sessions import Sessions

# Milliseconds since 1970, visitor, item, whether it is a view.
Row = tuple[int, int, int, bool]

START = 1_430_622_000_000
VIEW = True
CART = False


def events_of(rows: Sequence[Row]) -> Events:
    time, visitor, item, is_view = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Events(time, visitor, item.astype(np.int32), is_view.astype(bool))


def viewed(visitor: int, *views: tuple[int, int]) -> list[Row]:
    """Return views of a visitor: milliseconds after START, and the item."""
    return [(START + after, visitor, item, VIEW) for after, item in views]


def lists(sessions: Sessions) -> list[list[int]]:
    return [sessions[row].tolist() for row in range(len(sessions))]


def logs(unit: int, gap: int, starts: st.SearchStrategy[int]) -> st.SearchStrategy[list[Row]]:
    """Return logs in which gaps are often about as long as a session allows, in the order of a file that is not sorted.

    Parameters
    ----------
    unit
        Milliseconds per unit of time.
    gap
        Longest gap in a session, in units.
    starts
        When visits start, in units after START.
    """
    step = st.sampled_from([0, 1, unit - 1, unit, gap * unit - 1, gap * unit, gap * unit + 1, (gap + 1) * unit])
    visit = st.tuples(
        starts.map(lambda units: START + units * unit),
        st.integers(1, 4),
        st.lists(st.tuples(step, st.integers(10, 13), st.sampled_from([VIEW, VIEW, VIEW, CART])), max_size=8),
    )
    return st.lists(visit, max_size=12).flatmap(lambda visits: st.permutations(_rows(visits)))


def _rows(visits: Sequence[tuple[int, int, Sequence[tuple[int, int, bool]]]]) -> list[Row]:
    rows: list[Row] = []
    for start, visitor, events in visits:
        now = start
        for step, item, is_view in events:
            now += step
            rows.append((now, visitor, item, is_view))
    return rows
