"""Margins of visitors, sessions and what comes of them.

Belongs here: how often and when visitors come, how far they go. Does not belong here: which items they choose.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.likeness.clicks import Clicks
from benchmarks.likeness.margin import Margin, Origin, absolute, relative

_HOUR_MS = 3_600_000
_BUSY_HOURS = 8


def event_count(clicks: Clicks) -> float:
    """Count events."""
    return float(len(clicks.events))


def kind_count(clicks: Clicks, kind: str) -> float:
    """Count the events of a kind."""
    return float((clicks.events["kind"] == kind).sum())


def kind_share(clicks: Clicks, kind: str) -> float:
    """Return the share of events of a kind."""
    return float((clicks.events["kind"] == kind).mean())


def visitor_count(clicks: Clicks) -> float:
    """Count visitors."""
    return float(clicks.events["visitor"].nunique())


def one_event_share(clicks: Clicks) -> float:
    """Return the share of visitors with one event."""
    return float((clicks.events["visitor"].value_counts() == 1).mean())


def sessions_per_visitor(clicks: Clicks) -> float:
    """Return the mean number of sessions of a visitor; a session ends after 30 idle minutes."""
    return clicks.events["session"].nunique() / clicks.events["visitor"].nunique()


def returning_share(clicks: Clicks) -> float:
    """Return the share of visitors with more than one session."""
    sessions = clicks.events.drop_duplicates("session")
    return float((sessions["visitor"].value_counts() > 1).mean())


def views_per_session(clicks: Clicks) -> float:
    """Return the mean number of views of the sessions that have any."""
    views = clicks.views()
    return len(views) / views["session"].nunique()


def views_in_session_share(clicks: Clicks, fewest: int, most: int | None) -> float:
    """Return the share of sessions with views that have between so many of them."""
    counts = clicks.views()["session"].value_counts()
    return float(counts.between(fewest, np.inf if most is None else most).mean())


def buyers_share(clicks: Clicks) -> float:
    """Return the share of visitors with a transaction."""
    buyers = clicks.events.loc[clicks.events["kind"] == "transaction", "visitor"].nunique()
    return buyers / clicks.events["visitor"].nunique()


def cart_of_viewed_share(clicks: Clicks) -> float:
    """Return the share of additions to the cart whose item was viewed earlier in the session."""
    return _share_after(clicks.events, "addtocart", "view", ["session", "item"])


def carted_before_share(clicks: Clicks) -> float:
    """Return the share of rows of transactions whose item the visitor had added to the cart before."""
    return _share_after(clicks.events, "transaction", "addtocart", ["visitor", "item"])


def busy_hours_share(clicks: Clicks) -> float:
    """Return the share of events within the eight busiest hours of the day (UTC), one third of it."""
    hours = np.bincount((clicks.events["time"].to_numpy() // _HOUR_MS) % 24, minlength=24)
    return float(np.sort(hours)[-_BUSY_HOURS:].sum() / hours.sum())


def _share_after(events: pd.DataFrame, kind: str, before: str, keys: list[str]) -> float:
    """Return the share of events of a kind that follow, at the same keys, an event of another kind."""
    first = events.loc[events["kind"] == before, [*keys, "time"]].groupby(keys)["time"].min().rename("first")
    chosen = events.loc[events["kind"] == kind, [*keys, "time"]].join(first, on=keys)
    return float((chosen["first"] <= chosen["time"]).mean())


MARGINS: tuple[Margin[Clicks], ...] = (
    Margin("events", "count", 2_756_101, Origin.PUBLISHED, relative(0.005), event_count, grows_with_scale=True),
    *(
        Margin(
            name,
            "count",
            real,
            Origin.PUBLISHED,
            relative(width),
            partial(kind_count, kind=kind),
            grows_with_scale=True,
            note=note,
        )
        for name, kind, real, width, note in (
            ("views", "view", 2_664_312, 0.005, ""),
            ("additions to the cart", "addtocart", 69_332, 0.02, ""),
            (
                "rows of transactions",
                "transaction",
                22_457,
                0.02,
                "0.8 % of events; the 5,000 visitors of the extract have 46 rows (0.5 %), too few to say.",
            ),
        )
    ),
    Margin("visitors", "count", 1_407_580, Origin.PUBLISHED, relative(0.005), visitor_count, grows_with_scale=True),
    Margin(
        "visitors who buy",
        "share",
        0.0083,
        Origin.PUBLISHED,
        absolute(0.0003),
        buyers_share,
        note="39 of the 5,000 visitors of the extract (0.8 %).",
    ),
    Margin("visitors with one event", "share", 0.699, Origin.EXTRACT, absolute(0.015), one_event_share),
    Margin("visitors with another session", "share", 0.134, Origin.EXTRACT, absolute(0.01), returning_share),
    Margin("sessions per visitor", "", 1.246, Origin.EXTRACT, absolute(0.03), sessions_per_visitor),
    Margin(
        "views per session",
        "",
        1.460,
        Origin.EXTRACT,
        relative(0.06),
        views_per_session,
        note="By the published totals a visitor has 1.89 views, in the extract 1.82: it has few of the busiest.",
    ),
    *(
        Margin(
            f"sessions with {name}",
            "share",
            real,
            Origin.EXTRACT,
            absolute(width),
            partial(views_in_session_share, fewest=fewest, most=most),
        )
        for name, fewest, most, real, width in (
            ("one view", 1, 1, 0.784, 0.015),
            ("two views", 2, 2, 0.126, 0.010),
            ("three views or more", 3, None, 0.089, 0.008),
        )
    ),
    Margin(
        "additions to the cart of an item viewed in the session",
        "share",
        0.597,
        Origin.EXTRACT,
        absolute(0.05),
        cart_of_viewed_share,
        note="263 additions in the extract; the standard error is three points.",
    ),
    Margin(
        "rows of transactions of an item put into the cart before",
        "share",
        0.891,
        Origin.EXTRACT,
        absolute(0.05),
        carted_before_share,
        note="46 rows in the extract; the standard error is five points.",
    ),
    Margin("events in the eight busiest hours", "share", 0.498, Origin.EXTRACT, absolute(0.01), busy_hours_share),
)
