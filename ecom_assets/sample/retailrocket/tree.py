"""The category tree of the click stream.

Belongs here: categories and their parents. Does not belong here: items.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Integers, choose, flags, lognormal, pick

# Categories by depth, as in the original; the tree does not grow with the sample.
LEVELS = (25, 174, 702, 665, 90, 13)
CATEGORIES = sum(LEVELS)
# How many categories of each depth have children.
_PARENTS = (25, 120, 170, 40, 7)
_HIGHEST_ID = 1_698
ORPHANS = 5
UNKNOWN_CATEGORIES = 4


def build_tree(config: SampleConfig) -> pd.DataFrame:
    """Return one row per category: id, parent id (missing for a root), depth, whether it has no children.

    A few parents are no category themselves.
    """
    rng = config.stream("retailrocket.tree")
    ids = rng.permutation(_HIGHEST_ID + 1)
    depth = np.repeat(np.arange(len(LEVELS)), LEVELS)
    starts = np.cumsum((0, *LEVELS))
    parent = np.full(CATEGORIES, -1, dtype=np.int64)
    for level in range(1, len(LEVELS)):
        above = np.arange(starts[level - 1], starts[level - 1] + _PARENTS[level - 1])
        size = LEVELS[level]
        # Every parent has a child; the rest goes to parents of unequal size.
        rest = above[pick(rng, lognormal(rng, 1.0, 0.7, len(above)), max(0, size - len(above)))]
        parent[starts[level] : starts[level + 1]] = np.concatenate([above, rest])[:size]
    leaf = ~flags(CATEGORIES, np.unique(parent[parent >= 0]))
    parent_id = np.where(parent >= 0, ids[parent], -1)
    orphans = choose(rng, np.flatnonzero(leaf & (depth >= 2)), ORPHANS)
    parent_id[orphans] = ids[CATEGORIES + UNKNOWN_CATEGORIES :][: len(orphans)]
    frame = pd.DataFrame({"category": ids[:CATEGORIES], "parent": parent_id, "depth": depth, "leaf": leaf})
    frame["parent"] = frame["parent"].astype("Int64").mask(frame["parent"] < 0)
    return frame.sample(frac=1.0, random_state=rng).reset_index(drop=True)


def unknown_categories(config: SampleConfig) -> Integers:
    """Return the ids of categories that items name but the tree lacks."""
    ids = config.stream("retailrocket.tree").permutation(_HIGHEST_ID + 1)
    return ids[CATEGORIES : CATEGORIES + UNKNOWN_CATEGORIES]
