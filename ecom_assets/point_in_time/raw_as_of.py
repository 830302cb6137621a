"""The landing folder as it looked at the end of a day.

Belongs here: which rows and values of the raw files were known by a day. Does not belong here: reading and writing
folders (``landed``), what is made of the files.

A row is there if its moment lies before the end of the day:

- an order from its purchase on, and with it its items, its payments and its customer record;
- a review from its answer on, not before its order;
- an event and an item's property from its timestamp (UTC) on;
- products, sellers, geolocation, translation and category tree at any time: they carry no date.

A row without a moment, such as the items of an order that is in no file, is never there. Of an order that is there:

- approval, hand-over and delivery are blank if they came later;
- the status is what the dates left say: delivered, shipped, processing, created. Nobody recorded when an order was
  canceled or became unavailable, so these never show;
- the shipping limit of a unit was set with the approval. Before it, it is as far from the purchase as it later is from
  the approval. If there never was an approval, it stands as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from ecom_assets.ingestion.schema import Source
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.ingestion.whole_source import LandedTable, load_source
from ecom_assets.point_in_time.landed import WrittenTable, new_folder, scratch_warehouse, write_source

KNOWN_FROM = "known_from"


class NothingKnownError(ValueError):
    """The day lies before the first row of a table, which would be empty and could not be loaded."""


@dataclass(frozen=True, slots=True)
class TimeRules:
    """How time shows in the raw tables of a source.

    Attributes
    ----------
    known_from
        By table the query of its rows with the moment from which on each is there, as ``known_from``. Tables that
        are not named are static.
    values
        By table the expressions of the columns whose value depends on the day, in terms of the query above;
        ``{before}`` stands for the end of the day.
    """

    known_from: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


# One row an order, whatever the file holds.
_ORDERS = """(
    select order_id, min(order_purchase_timestamp) as purchased_at, min(order_approved_at) as approved_at
    from raw_olist.orders
    group by order_id
)"""
_OF_ORDER = "select child.*, parent.purchased_at as known_from from raw_olist.{table} as child inner join "
_OF_ORDER += _ORDERS + " as parent on child.order_id = parent.order_id"
_IMPLIED_STATUS = """case
    when order_delivered_customer_date < {before} then 'delivered'
    when order_delivered_carrier_date < {before} then 'shipped'
    when order_approved_at < {before} then 'processing'
    else 'created'
end"""

RULES: dict[str, TimeRules] = {
    "olist": TimeRules(
        known_from={
            "orders": "select *, order_purchase_timestamp as known_from from raw_olist.orders",
            "order_items": f"""
                select child.*, parent.purchased_at as known_from, parent.purchased_at, parent.approved_at
                from raw_olist.order_items as child
                inner join {_ORDERS} as parent on child.order_id = parent.order_id
            """,
            "order_payments": _OF_ORDER.format(table="order_payments"),
            "order_reviews": f"""
                select child.*, greatest(child.review_answer_timestamp, parent.purchased_at) as known_from
                from raw_olist.order_reviews as child
                inner join {_ORDERS} as parent on child.order_id = parent.order_id
                where child.review_answer_timestamp is not null
            """,
            "customers": """
                select child.*, parent.known_from
                from raw_olist.customers as child
                inner join (
                    select customer_id, min(order_purchase_timestamp) as known_from
                    from raw_olist.orders
                    group by customer_id
                ) as parent on child.customer_id = parent.customer_id
            """,
        },
        values={
            "orders": {
                "order_status": _IMPLIED_STATUS,
                **{
                    column: f"case when {column} < {{before}} then {column} end"
                    for column in (
                        "order_approved_at",
                        "order_delivered_carrier_date",
                        "order_delivered_customer_date",
                    )
                },
            },
            "order_items": {
                "shipping_limit_date": """case
                    when approved_at >= {before} then shipping_limit_date - (approved_at - purchased_at)
                    else shipping_limit_date
                end"""
            },
        },
    ),
    "retailrocket": TimeRules(
        known_from={
            table: f'select *, make_timestamp("timestamp" * 1000) as known_from from raw_retailrocket.{table}'
            for table in ("events", "item_properties")
        },
        values={},
    ),
}


def end_of_day(day: date) -> str:
    """Return the SQL literal of the first moment after a day."""
    return f"timestamp '{day + timedelta(days=1)} 00:00:00'"


def end_of_day_milliseconds(day: date) -> int:
    """Return the first moment after a day as milliseconds since 1970, UTC."""
    following = day + timedelta(days=1)
    return int(datetime(following.year, following.month, following.day, tzinfo=UTC).timestamp()) * 1000


def write_raw_as_of(
    raw_dir: Path, out: Path, as_of: date, sources: Sequence[str], *, max_rejected_share: float
) -> list[WrittenTable]:
    """Write the landing folder as it looked at the end of a day.

    Equal arguments give equal bytes. Rows that did not parse are left out, rows that a later part replaced too.

    Parameters
    ----------
    raw_dir
        Landing folder, in any form that the loader takes.
    out
        Folder that is written, with a folder a source; new or empty.
    as_of
        The day, which counts in full; local time for Olist, UTC for RetailRocket.
    sources
        Names of declared sources.
    max_rejected_share
        Share of a file's rows that may fail to parse.

    Raises
    ------
    FolderNotEmptyError
        If ``out`` already holds something.
    LoadError
        If the landing folder cannot be used as it is.
    NothingKnownError
        If a table that must not be empty has no row by that day.
    """
    written: list[WrittenTable] = []
    with new_folder(out) as (folder, scratch), scratch_warehouse(scratch) as connection:
        for name in sources:
            tables = load_source(connection, raw_dir, SOURCES[name], max_rejected_share=max_rejected_share)
            _refuse_empty(connection, tables, SOURCES[name], as_of, raw_dir)
            relations = {table: f"({known_rows(name, table, as_of)})" for table in RULES[name].known_from}
            written.extend(write_source(connection, tables, relations, folder))
    return [WrittenTable(out / file.path.relative_to(folder), file.rows) for file in written]


def known_rows(source: str, table: str, as_of: date) -> str:
    """Return the query of the rows of a raw table that were known at the end of a day, with their values of then."""
    before = end_of_day(as_of)
    rules = RULES[source]
    values = {column: sql.format(before=before) for column, sql in rules.values.get(table, {}).items()}
    replaced = f"replace ({', '.join(f'{sql} as {column}' for column, sql in values.items())})" if values else ""
    return f"select * {replaced} from ({rules.known_from[table]}) where {KNOWN_FROM} < {before}"


def _refuse_empty(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[LandedTable], source: Source, as_of: date, raw_dir: Path
) -> None:
    """Raise if a required table would be empty, which no load accepts."""
    firsts: dict[str, date] = {}
    for landed in tables:
        if landed.table.optional or landed.table.name not in RULES[source.name].known_from:
            continue
        [(first,)] = connection.execute(
            f"select cast(min({KNOWN_FROM}) as date) from ({RULES[source.name].known_from[landed.table.name]})"
        ).fetchall()
        if first is None:
            raise NothingKnownError(
                f"no row of {landed.relation} in {raw_dir} has a moment at which it was known; check the files of "
                f"{source.title}"
            )
        firsts[landed.relation] = first
    table, first = max(firsts.items(), key=lambda item: item[1])
    if first > as_of:
        raise NothingKnownError(
            f"at the end of {as_of} {table} of {raw_dir} had no row yet; ask for {first} or a later day, or leave "
            f"{source.name} out of ECOM_SOURCES"
        )
