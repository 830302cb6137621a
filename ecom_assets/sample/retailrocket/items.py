"""Items of the click stream: category, popularity, and whether their properties are known.

Belongs here: one row per item. Does not belong here: events and property rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import choose, flags, lognormal, pick
from ecom_assets.sample.retailrocket.tree import unknown_categories

ITEMS = 466_868
ITEMS_WITH_PROPERTIES = 417_053
_SEEN_SHARE = 0.50
# The other half of the catalogue is hardly ever looked at.
_UNSEEN_WEIGHT = 0.008
_LEAF_SHARE = 0.92
_UNKNOWN_CATEGORY_SHARE = 0.0008


def build_items(config: SampleConfig, tree: pd.DataFrame) -> pd.DataFrame:
    """Return one row per item, sorted by category and by popularity within it.

    Columns: ``item`` (id), ``category`` (id), ``weight``, ``described`` (has properties), ``price`` (steps of 120).
    """
    rng = config.stream("retailrocket.items")
    rates = config.retailrocket
    count = config.rows(ITEMS)
    rank = np.arange(count, dtype=np.float64)
    # In proportion to the catalogue it would let single items rule small samples; fixed, it would make all items equal.
    offset = rates.popularity_offset * np.sqrt(config.scale)
    weight = (rank + offset) ** -rates.popularity_exponent
    seen = rank < _SEEN_SHARE * count
    weight = np.where(seen, weight, _UNSEEN_WEIGHT * weight)
    # Items without properties are known from events only, so all of them are looked at.
    described = ~flags(count, choose(rng, np.flatnonzero(seen), count - config.rows(ITEMS_WITH_PROPERTIES)))
    frame = pd.DataFrame(
        {
            "item": rng.permutation(max(count, ITEMS))[:count],
            "category": _categories(config, rng, tree, count),
            "weight": weight,
            "described": described,
            "price": np.clip(np.rint(lognormal(rng, 580.0, 1.15, count)), 1, 10_000).astype(np.int64),
        }
    )
    return frame.sort_values("category", kind="stable").reset_index(drop=True)


def _categories(
    config: SampleConfig, rng: np.random.Generator, tree: pd.DataFrame, count: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Draw a category for each item: mostly a leaf, rarely one that the tree lacks."""
    leaf = tree["leaf"].to_numpy()
    size = lognormal(rng, 1.0, 1.2, len(tree))
    share = np.where(leaf, _LEAF_SHARE * size / size[leaf].sum(), (1 - _LEAF_SHARE) * size / size[~leaf].sum())
    category = tree["category"].to_numpy()[pick(rng, share, count)]
    strange = choose(rng, np.arange(count), max(1, round(_UNKNOWN_CATEGORY_SHARE * count)))
    unknown = unknown_categories(config)
    category[strange] = unknown[rng.integers(0, len(unknown), len(strange))]
    return category
