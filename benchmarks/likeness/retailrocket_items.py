"""Margins of the items that visitors choose, and of what is known about them.

Belongs here: popularity, what is viewed next, item properties. Does not belong here: how often visitors come.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.likeness.clicks import Clicks
from benchmarks.likeness.margin import Margin, Origin, absolute, relative

_ZIPF_RANKS = (10, 1_000)


def item_count(clicks: Clicks) -> float:
    """Count items with an event."""
    return float(clicks.events["item"].nunique())


def long_session_items(clicks: Clicks) -> float:
    """Count the items of sessions as published for session models."""
    return float(clicks.long_sessions["item"].nunique())


def long_session_count(clicks: Clicks) -> float:
    """Count sessions as published for session models."""
    return float(clicks.long_sessions["session"].nunique())


def clicks_per_long_session(clicks: Clicks) -> float:
    """Return the mean length of sessions as published for session models."""
    return len(clicks.long_sessions) / clicks.long_sessions["session"].nunique()


def next_seen_share(steps: pd.DataFrame) -> float:
    """Return the share of views after the first of a session whose item was viewed in it before."""
    is_later = steps["session"].duplicated()
    return float(steps.duplicated(["session", "item"])[is_later].mean())


def next_last_share(steps: pd.DataFrame) -> float:
    """Return the share of views after the first of a session that are of the item just viewed."""
    is_later = steps["session"].duplicated()
    return float(steps["item"].eq(steps["item"].shift())[is_later].mean())


def long_session_seen_share(clicks: Clicks) -> float:
    """Return the share of next items already seen, in sessions as published for session models."""
    return next_seen_share(clicks.long_sessions)


def long_session_last_share(clicks: Clicks) -> float:
    """Return the share of next items equal to the last one, in sessions as published for session models."""
    return next_last_share(clicks.long_sessions)


def seen_share(clicks: Clicks) -> float:
    """Return the share of next items already seen, in all sessions."""
    return next_seen_share(clicks.views())


def last_share(clicks: Clicks) -> float:
    """Return the share of next items equal to the last one, in all sessions."""
    return next_last_share(clicks.views())


def same_category_share(clicks: Clicks) -> float:
    """Return the share of next items of the same category, where the next item is another one and both are known."""
    views = clicks.views()
    category = views["item"].map(clicks.categories)
    is_other = views["session"].duplicated() & views["item"].ne(views["item"].shift())
    is_known = category.notna() & category.shift().notna()
    return float(category.eq(category.shift())[is_other & is_known].mean())


def top_items_share(clicks: Clicks) -> float:
    """Return the share of clicks on the top hundredth of items, in sessions as published for session models."""
    counts = clicks.long_sessions["item"].value_counts().to_numpy()
    return float(counts[: max(1, round(0.01 * len(counts)))].sum() / counts.sum())


def rank_frequency_slope(clicks: Clicks) -> float:
    """Return the slope of the logarithm of clicks on the logarithm of rank, at ranks 10 to 1000 (Zipf's law has -1).

    Ranks are evenly weighted on the logarithmic scale, in sessions as published for session models.
    """
    counts = clicks.long_sessions["item"].value_counts().to_numpy()
    ranks = np.unique(np.geomspace(*_ZIPF_RANKS, 100).round().astype(np.int64))
    ranks = ranks[ranks <= len(counts)]
    slope, _ = np.polyfit(np.log(ranks), np.log(counts[ranks - 1]), 1)
    return float(slope)


def seen_once_share(clicks: Clicks) -> float:
    """Return the share of items viewed once, among those viewed by as small a part of visitors as the extract has."""
    views = clicks.views()
    return float((views.loc[views["is_thinned"], "item"].value_counts() == 1).mean())


def property_row_count(clicks: Clicks) -> float:
    """Count rows of item properties."""
    return float(clicks.property_rows)


def properties_per_item(clicks: Clicks) -> float:
    """Return the mean number of rows of an item with properties."""
    return clicks.property_rows / clicks.property_items


_LONG = "Sessions of three views or more, of items viewed five times or more in these."

MARGINS: tuple[Margin[Clicks], ...] = (
    Margin("items with an event", "count", 235_061, Origin.PUBLISHED, relative(0.07), item_count, needs_full_size=True),
    Margin(
        "items of long sessions",
        "count",
        36_968,
        Origin.SESSIONS,
        relative(0.05),
        long_session_items,
        needs_full_size=True,
        note=_LONG,
    ),
    Margin(
        "long sessions",
        "count",
        126_168,
        Origin.SESSIONS,
        relative(0.10),
        long_session_count,
        needs_full_size=True,
        note=f"{_LONG} The published list is the training part; the test part, a few per cent more, is not in it.",
    ),
    Margin(
        "clicks of a long session, mean",
        "",
        5.44,
        Origin.SESSIONS,
        relative(0.08),
        clicks_per_long_session,
        needs_full_size=True,
        note=_LONG,
    ),
    Margin(
        "next item already seen in a long session",
        "share",
        0.375,
        Origin.SESSIONS,
        absolute(0.03),
        long_session_seen_share,
        needs_full_size=True,
        note=_LONG,
    ),
    Margin(
        "next item the last one again in a long session",
        "share",
        0.201,
        Origin.SESSIONS,
        absolute(0.03),
        long_session_last_share,
        needs_full_size=True,
        note=_LONG,
    ),
    Margin(
        "next item already seen in the session",
        "share",
        0.398,
        Origin.EXTRACT,
        absolute(0.02),
        seen_share,
        needs_full_size=True,
    ),
    Margin(
        "next item the last one again",
        "share",
        0.271,
        Origin.EXTRACT,
        absolute(0.02),
        last_share,
        needs_full_size=True,
    ),
    Margin(
        "next item of the same category, if another item",
        "share",
        None,
        Origin.UNKNOWN,
        None,
        same_category_share,
        note="The extract has no property file that would give its items a category.",
    ),
    Margin(
        "clicks on the top hundredth of items of long sessions",
        "share",
        0.115,
        Origin.SESSIONS,
        absolute(0.015),
        top_items_share,
        needs_full_size=True,
        note=_LONG,
    ),
    Margin(
        "slope of log clicks on log rank, ranks 10 to 1,000",
        "",
        -0.395,
        Origin.SESSIONS,
        absolute(0.04),
        rank_frequency_slope,
        needs_full_size=True,
        note=_LONG,
    ),
    Margin(
        "items viewed once, among those that 0.36 % of visitors view",
        "share",
        0.784,
        Origin.EXTRACT,
        absolute(0.02),
        seen_once_share,
        needs_full_size=True,
        note="The extract has 0.36 % of the visitors; as small a part of the sample's visitors is drawn.",
    ),
    Margin(
        "rows of item properties",
        "count",
        20_275_902,
        Origin.PUBLISHED,
        relative(0.005),
        property_row_count,
        grows_with_scale=True,
    ),
    Margin("rows of properties per item", "", None, Origin.UNKNOWN, None, properties_per_item),
)
