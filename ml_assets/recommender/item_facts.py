"""Which items can be bought, and in which category they stand, as was known on a day.

Belongs here: from rows of the table of items to columns by item number. Does not belong here: what follows for lists
(``serving_rules``), the table itself (dbt builds it).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ml_assets.contract import FEATURES_SCHEMA, TableName
from ml_assets.predictions import AS_OF_DATE, ITEM_ID
from ml_assets.recommender.serving_rules import ItemFacts
from ml_assets.warehouse import Warehouse

ITEMS_TABLE = TableName(FEATURES_SCHEMA, "ftr_items")
CATEGORY_ID = "category_id"
IS_AVAILABLE = "is_available"
ITEM_COLUMNS = (ITEM_ID, AS_OF_DATE, CATEGORY_ID, IS_AVAILABLE)


def read_item_facts(warehouse: Warehouse, item_ids: ArrayLike, as_of: date) -> ItemFacts:
    """Return what was known of items at the end of a day.

    Parameters
    ----------
    warehouse
        Where the table of items stands.
    item_ids
        Id of each item, by its number.
    as_of
        The day; what is known only since a later one is not looked at.
    """
    return facts_of(read_item_rows(warehouse, ITEMS_TABLE, as_of), item_ids)


def read_item_rows(warehouse: Warehouse, table: TableName, as_of: date) -> pd.DataFrame:
    """Return the rows of a table of items that were known at the end of a day.

    Parameters
    ----------
    warehouse
        Where the table stands.
    table
        Its name.
    as_of
        The day.
    """
    # A literal with its type, so that every engine compares dates and not texts.
    return warehouse.read(table, ITEM_COLUMNS, where=f"{AS_OF_DATE} <= date '{as_of.isoformat()}'")


def facts_at(rows: pd.DataFrame, item_ids: ArrayLike, moment: np.datetime64) -> ItemFacts:
    """Return the newest facts of each item that were known by the last day that was over, or under way, at a moment.

    Parameters
    ----------
    rows, item_ids
        As for ``facts_of``.
    moment
        Midnight is the end of the day before.
    """
    day = pd.Timestamp((moment - np.timedelta64(1, "us")).astype("datetime64[D]"))
    return facts_of(rows[pd.to_datetime(rows[AS_OF_DATE]) <= day], item_ids)


def facts_of(rows: pd.DataFrame, item_ids: ArrayLike) -> ItemFacts:
    """Return the newest facts of each item.

    An item has a row for each date on which it was seen not long before, so the newest row of one that was not seen
    lately is older than those of others, and still the best that is known of it.

    Parameters
    ----------
    rows
        Of the table of items, of any dates; one per item and date.
    item_ids
        Id of each item, by its number; texts, or the numbers that the texts are.

    Returns
    -------
    ItemFacts
        Categories are numbered in the order of their ids as texts.
    """
    newest = rows.sort_values(AS_OF_DATE, kind="stable").drop_duplicates(ITEM_ID, keep="last").set_index(ITEM_ID)
    found = newest.reindex(np.asarray(item_ids).astype(str))
    category, _ = pd.factorize(found[CATEGORY_ID], sort=True)
    return ItemFacts(
        is_available=found[IS_AVAILABLE].astype("boolean").fillna(True).to_numpy(dtype=np.bool_),
        category=category.astype(np.int64),
    )
