"""Puts the click stream together and writes its four files.

Belongs here: the order of the steps and the files' columns. Does not belong here: any draw.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.files import BARE, write_batches, write_table
from ecom_assets.sample.retailrocket.events import KINDS, build_events
from ecom_assets.sample.retailrocket.items import build_items
from ecom_assets.sample.retailrocket.properties import FIRST_PART_ROWS, PROPERTY_ROWS, SCHEMA, build_properties
from ecom_assets.sample.retailrocket.tree import build_tree


def write_retailrocket(folder: Path, config: SampleConfig) -> dict[str, int]:
    """Write the four files and return the rows of each."""
    tree = build_tree(config)
    items = build_items(config, tree)
    rows = {
        "events.csv": write_table(folder / "events.csv", event_table(build_events(config, items)), BARE),
        "category_tree.csv": write_table(folder / "category_tree.csv", tree_table(tree), BARE),
    }
    return rows | _write_properties(folder, config, items)


def event_table(events: pd.DataFrame) -> pa.Table:
    """Return the events under their columns' names."""
    kinds = pa.array(KINDS)
    return pa.table(
        {
            "timestamp": pa.array(events["time"].to_numpy()),
            "visitorid": pa.array(events["visitor"].to_numpy()),
            "event": kinds.take(pa.array(events["kind"].to_numpy())),
            "itemid": pa.array(events["item"].to_numpy()),
            "transactionid": pa.array(events["transaction"].to_numpy(), from_pandas=True).cast(pa.int64()),
        }
    )


def tree_table(tree: pd.DataFrame) -> pa.Table:
    """Return the category tree under its columns' names."""
    return pa.table({"categoryid": pa.array(tree["category"]), "parentid": pa.array(tree["parent"], from_pandas=True)})


def _write_properties(folder: Path, config: SampleConfig, items: pd.DataFrame) -> dict[str, int]:
    """Write both parts of the property rows, in the proportion of the original."""
    properties = build_properties(config, items)
    total = len(properties.item)
    cut = round(total * FIRST_PART_ROWS / PROPERTY_ROWS)
    parts = {"item_properties_part1.csv": (0, cut), "item_properties_part2.csv": (cut, total)}
    return {
        name: write_batches(folder / name, SCHEMA, properties.batches(start, end), BARE)
        for name, (start, end) in parts.items()
    }
