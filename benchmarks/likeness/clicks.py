"""Reads a folder of RetailRocket files into the frames that the margins ask for.

Belongs here: sessions, the like choice of sessions on both sides, what the large property files are asked for.
Does not belong here: figures.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.likeness.marketplace import csv_path

VISITORS_IN_EXTRACT = 5_000
VISITORS_IN_FULL = 1_407_580
IDLE_MS = 30 * 60 * 1_000
# The rule that the published sessions show: sessions of so many views, items viewed so often in them, sessions again.
_FEWEST_VIEWS_OF_SESSION = 3
_FEWEST_VIEWS_OF_ITEM = 5
_THINNING_SEED = 20_150_918
_LAST_CATEGORY = """
    select
        itemid as item,
        count(*) as property_rows,
        arg_max(value, timestamp) filter (where property = 'categoryid') as category
    from read_csv(
        ?, header = true,
        columns = {'timestamp': 'bigint', 'itemid': 'bigint', 'property': 'varchar', 'value': 'varchar'}
    )
    group by itemid
"""


@dataclass(frozen=True, slots=True)
class Clicks:
    """One side of the comparison.

    Attributes
    ----------
    events
        Sorted by visitor and time: time (ms, UTC), visitor, kind, item, session; ``is_thinned`` marks the events of as
        small a part of the visitors as the extract has.
    long_sessions
        Views of sessions as they were published for session models: session, item, in the order of the clicks.
    categories
        Last known category of items; empty where the properties are not at hand.
    property_rows
        Rows of the property files; 0 where they are not at hand.
    property_items
        Items in them.
    """

    events: pd.DataFrame
    long_sessions: pd.DataFrame
    categories: pd.Series
    property_rows: int
    property_items: int

    def views(self) -> pd.DataFrame:
        """Return the views, in order."""
        return self.events[self.events["kind"] == "view"]


def read_extract(folder: Path) -> Clicks:
    """Read the extract of the real data: some visitors' events, and sessions published for session models."""
    events = _events(folder)
    events["is_thinned"] = True
    return Clicks(events, _published_sessions(folder), pd.Series(dtype="int64"), 0, 0)


def read_sample(folder: Path) -> Clicks:
    """Read a complete folder, and choose from it as the extract was chosen."""
    events = _events(folder)
    visitors = events["visitor"].unique()
    part = VISITORS_IN_EXTRACT / VISITORS_IN_FULL
    chosen = visitors[np.random.default_rng(_THINNING_SEED).random(len(visitors)) < part]
    events["is_thinned"] = events["visitor"].isin(chosen)
    categories, rows, items = _properties(folder)
    return Clicks(events, long_sessions(events), categories, rows, items)


def with_sessions(events: pd.DataFrame) -> pd.DataFrame:
    """Return events sorted by visitor and time with the number of their session: a new one after 30 idle minutes."""
    ordered = events.sort_values(["visitor", "time"], kind="stable", ignore_index=True)
    starts = ordered["visitor"].ne(ordered["visitor"].shift()) | (ordered["time"].diff() > IDLE_MS)
    ordered["session"] = starts.cumsum()
    return ordered


def long_sessions(events: pd.DataFrame) -> pd.DataFrame:
    """Return the views that the rule of the published sessions keeps: no short sessions, then no rare items.

    The rule shows in the published lists: none is shorter than three, few items have less than five clicks, and these
    few are left over from lists that became too short.
    """
    views = events.loc[events["kind"] == "view", ["session", "item"]]
    for column, fewest in (
        ("session", _FEWEST_VIEWS_OF_SESSION),
        ("item", _FEWEST_VIEWS_OF_ITEM),
        ("session", _FEWEST_VIEWS_OF_SESSION),
    ):
        views = views[views[column].map(views[column].value_counts()) >= fewest]
    return views.reset_index(drop=True)


def _events(folder: Path) -> pd.DataFrame:
    """Read the events and find their sessions."""
    events: pd.DataFrame = pd.read_csv(
        csv_path(folder, "events"),
        usecols=["timestamp", "visitorid", "event", "itemid"],
        dtype={"timestamp": "int64", "visitorid": "int64", "event": "category", "itemid": "int64"},
    )
    names = {"timestamp": "time", "visitorid": "visitor", "event": "kind", "itemid": "item"}
    return with_sessions(events.rename(columns=names))


def _published_sessions(folder: Path) -> pd.DataFrame:
    """Read the sessions that were published as lists of renumbered items."""
    with gzip.open(folder / "sessions" / "train_sessions.jsonl.gz", "rt", encoding="utf-8") as lines:
        sessions = [json.loads(line) for line in lines]
    lengths = np.array([len(session) for session in sessions])
    return pd.DataFrame(
        {
            "session": np.repeat(np.arange(len(sessions)), lengths),
            "item": np.concatenate([np.asarray(session) for session in sessions]),
        }
    )


def _properties(folder: Path) -> tuple[pd.Series, int, int]:
    """Return the last category of each item, the rows of the property files and the items in them."""
    files = [str(csv_path(folder, f"item_properties_part{part}")) for part in (1, 2)]
    with duckdb.connect() as connection:
        # One pass over the files; a million items at most come back.
        found = connection.execute(_LAST_CATEGORY, [files]).df()
    categories = found.dropna().set_index("item")["category"].astype("int64")
    return categories, int(found["property_rows"].sum()), len(found)
