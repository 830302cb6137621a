"""Declaration of the RetailRocket click-stream files: names, columns, types, keys.

Belongs here: facts about the files as they are delivered. Does not belong here: cleaning or meaning
(dbt staging), reading (``ingestion.csv_text``).
"""

from __future__ import annotations

from ecom_assets.ingestion.schema import PLAUSIBLE_MILLISECONDS, Column, ColumnType, Source, Table

_TEXT = ColumnType.TEXT
_BIGINT = ColumnType.BIGINT

EVENTS = Table(
    name="events",
    file_stems=("events",),
    description="One row per logged event; a few hundred rows repeat.",
    event_column="timestamp",
    columns=(
        Column(
            "timestamp", _BIGINT, "Milliseconds since 1970-01-01 UTC.", required=True, bounds=PLAUSIBLE_MILLISECONDS
        ),
        Column("visitorid", _TEXT, "Visitor.", required=True),
        Column("event", _TEXT, "view, addtocart or transaction.", required=True),
        Column("itemid", _TEXT, "Item.", required=True),
        Column("transactionid", _TEXT, "Transaction; set on transaction events only."),
    ),
)

ITEM_PROPERTIES = Table(
    name="item_properties",
    file_stems=("item_properties_part1", "item_properties_part2"),
    description="One row per item, property and weekly snapshot in which the value changed.",
    optional=True,
    event_column="timestamp",
    max_lag_days=14,
    columns=(
        Column(
            "timestamp",
            _BIGINT,
            "Milliseconds since 1970-01-01 UTC of the snapshot.",
            required=True,
            bounds=PLAUSIBLE_MILLISECONDS,
        ),
        Column("itemid", _TEXT, "Item.", required=True),
        Column("property", _TEXT, "categoryid, available, or the hash of a property's name.", required=True),
        Column("value", _TEXT, "Value; hashed words, numbers as n277200.000.", required=True),
    ),
)

CATEGORY_TREE = Table(
    name="category_tree",
    file_stems=("category_tree",),
    description="One row per category.",
    key=("categoryid",),
    columns=(
        Column("categoryid", _TEXT, "Category.", required=True),
        Column("parentid", _TEXT, "Parent category; empty for a root."),
    ),
)

RETAILROCKET = Source(
    name="retailrocket",
    title="RetailRocket",
    kaggle_handle="retailrocket/ecommerce-dataset",
    licence="CC BY-NC-SA 4.0",
    tables=(EVENTS, ITEM_PROPERTIES, CATEGORY_TREE),
)
