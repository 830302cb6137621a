"""Puts the click stream together and writes its files and its truth.

Belongs here: the order of the steps, the files' columns, the rows of a delivery. Does not belong here: any draw but
that of the visitors' ids; what an oracle says (truth).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Integers
from ecom_assets.sample.files import BARE, write_batches, write_table
from ecom_assets.sample.retailrocket.arrivals import as_ms
from ecom_assets.sample.retailrocket.events import KINDS, build_events
from ecom_assets.sample.retailrocket.items import build_items
from ecom_assets.sample.retailrocket.properties import (
    FIRST_PART_ROWS,
    FIRST_SNAPSHOT_MS,
    PROPERTY_ROWS,
    SCHEMA,
    SNAPSHOTS,
    WEEK_MS,
    build_properties,
)
from ecom_assets.sample.retailrocket.tree import build_tree
from ecom_assets.sample.retailrocket.visits import build_visits
from ecom_assets.sample.truth.files import write_parquet
from ecom_assets.sample.truth.questions import CHURN_VISITORS, oracle_file
from ecom_assets.sample.truth.visitors import ORACLE_SCHEMA, SEGMENT_SCHEMA, churn_tables, segment_table
from ecom_assets.sample.window import Window

_SEGMENTS_FILE = "visitor_segments.parquet"
_PARTS = ("item_properties_part1", "item_properties_part2")


@dataclass(frozen=True, slots=True)
class Clicks:
    """The drawn click stream, but for the property rows: they are many, and drawn when they are written.

    Attributes
    ----------
    tree
        Categories.
    items
        Items; see ``build_items``.
    events
        The log in the order of its file, with each visitor's class; see ``build_events``.
    """

    tree: pd.DataFrame
    items: pd.DataFrame
    events: pd.DataFrame


def build_clicks(config: SampleConfig) -> Clicks:
    """Draw tree, items and events."""
    tree = build_tree(config)
    items = build_items(config, tree)
    visits = build_visits(config)
    visitor_id = config.stream("retailrocket.visitor_ids").permutation(len(visits.segment))
    return Clicks(tree, items, build_events(config, items, visits, visitor_id))


def write_files(folder: Path, config: SampleConfig, clicks: Clicks, window: Window) -> dict[str, int]:
    """Write the files of a delivery and return the rows of each.

    The tree has no dates: it comes with the first delivery only. A further delivery has no files without rows.
    """
    rows: dict[str, int] = {}
    log = clicks.events[_in_window(clicks.events["time"].to_numpy(), window)]
    if len(log) or not window.is_further:
        name = window.file_name("events")
        rows[name] = write_table(folder / name, event_table(log), BARE)
    if not window.is_further:
        name = window.file_name("category_tree")
        rows[name] = write_table(folder / name, tree_table(clicks.tree), BARE)
    return rows | _write_properties(folder, config, clicks.items, window)


def write_truth(folder: Path, config: SampleConfig, clicks: Clicks, window: Window) -> dict[str, int]:
    """Write what an oracle says of the visitors up to the end of the window, and their classes; return the rows."""
    events = clicks.events
    known = events if window.before is None else events[events["time"].to_numpy() < as_ms(window.before)]
    oracle = oracle_file(CHURN_VISITORS.name)
    names = [kind.name for kind in config.retailrocket.classes]
    return {
        oracle: write_parquet(folder / oracle, ORACLE_SCHEMA, churn_tables(config, known, window.before)),
        _SEGMENTS_FILE: write_parquet(folder / _SEGMENTS_FILE, SEGMENT_SCHEMA, [segment_table(known, names)]),
    }


def parameters_truth(config: SampleConfig) -> dict[str, object]:
    """Return the planted parameters; laws are named."""
    rates = config.retailrocket
    return {field.name: _stated(getattr(rates, field.name)) for field in fields(rates)}


def event_table(events: pd.DataFrame) -> pa.Table:
    """Return the events under their columns' names."""
    kinds = pa.array(KINDS)
    transaction = events["transaction"].to_numpy()
    return pa.table(
        {
            "timestamp": pa.array(events["time"].to_numpy()),
            "visitorid": pa.array(events["visitor"].to_numpy()),
            "event": kinds.take(pa.array(events["kind"].to_numpy())),
            "itemid": pa.array(events["item"].to_numpy()),
            "transactionid": pa.array(transaction, mask=transaction < 0),
        }
    )


def tree_table(tree: pd.DataFrame) -> pa.Table:
    """Return the category tree under its columns' names."""
    return pa.table({"categoryid": pa.array(tree["category"]), "parentid": pa.array(tree["parent"], from_pandas=True)})


def _write_properties(folder: Path, config: SampleConfig, items: pd.DataFrame, window: Window) -> dict[str, int]:
    """Write both parts of the property rows, in the proportion of the original; a row's part is that of the whole."""
    delivered = _in_window(FIRST_SNAPSHOT_MS + np.arange(SNAPSHOTS) * WEEK_MS, window)
    if window.is_further and not delivered.any():
        return {}
    properties = build_properties(config, items)
    total = len(properties.item)
    cut = round(total * FIRST_PART_ROWS / PROPERTY_ROWS)
    written: dict[str, int] = {}
    for stem, low, high in zip(_PARTS, (0, cut), (cut, total), strict=True):
        rows = low + np.flatnonzero(delivered[properties.snapshot[low:high]])
        if len(rows) or not window.is_further:
            name = window.file_name(stem)
            written[name] = write_batches(folder / name, SCHEMA, properties.batches(rows), BARE)
    return written


def _in_window(time: Integers, window: Window) -> Flags:
    """Mark the moments (ms) that a delivery covers."""
    inside: Flags = np.ones(len(time), dtype=np.bool_)
    if window.since is not None:
        inside &= time >= as_ms(window.since)
    if window.before is not None:
        inside &= time < as_ms(window.before)
    return inside


def _stated(value: object) -> object:
    """Return a parameter as plain values; a law says which one it is."""
    if isinstance(value, tuple):
        return [_stated(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: _stated(getattr(value, field.name)) for field in fields(value)}
        return {"law": type(value).__name__, **parts}
    return value
