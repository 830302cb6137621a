"""Landing folders in which everything after a day is nonsense, and every final status too.

Belongs here: what is randomised, and what stays as it was known. Does not belong here: reading and writing folders
(``landed``), what is built from them (``audit``).

What a feature may know of the day stays as it is; whatever comes later is drawn anew and lies after the day still:
people, prices, sellers, items and kinds of event of later rows, later dates of earlier orders (also where there was
none, and none where there was one), reviews not yet answered, shipping limits not yet set, and every order's status.
Every value can be loaded. Draws follow from the seed and the row's place in its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from ecom_assets.ingestion.parse import FILE_NAME, LINE_NUMBER
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.ingestion.whole_source import load_source
from ecom_assets.point_in_time.landed import WrittenTable, new_folder, scratch_warehouse, write_source
from ecom_assets.point_in_time.raw_as_of import end_of_day, end_of_day_milliseconds
from ecom_assets.sql_text import literal

# Later moments are drawn from so many days after the day.
_LATER_DAYS = 90
_SECONDS_A_DAY = 86_400
_STATUSES = ("approved", "canceled", "created", "delivered", "invoiced", "processing", "shipped", "unavailable")
_PAYMENT_TYPES = ("boleto", "credit_card", "debit_card", "voucher")
_EVENTS = ("addtocart", "transaction", "view")


class NothingToPoisonError(ValueError):
    """No row lies after the day, so that a poisoned folder would prove nothing."""


class _Draws:
    """SQL of random values that depend on nothing but a row's place, a seed and what they are for."""

    def __init__(self, as_of: date, seed: int) -> None:
        self.before = end_of_day(as_of)
        self.before_milliseconds = end_of_day_milliseconds(as_of)
        self._seed = seed

    def place(self, purpose: str) -> str:
        """Return a number of 64 bits."""
        return f"hash({FILE_NAME} || '|' || {LINE_NUMBER} || {literal(f'|{purpose}|{self._seed}')})"

    def below(self, bound: int | str, purpose: str) -> str:
        """Return a whole number from 0 to the one below ``bound``."""
        return f"cast({self.place(purpose)} % cast({bound} as ubigint) as bigint)"

    def one_of(self, values: Sequence[str], purpose: str) -> str:
        """Return one of some texts."""
        listed = ", ".join(literal(value) for value in values)
        return f"list_value({listed})[1 + {self.below(len(values), purpose)}]"

    def money(self, purpose: str) -> str:
        """Return an amount from 1.00 to 1,000.99."""
        return f"cast(1 + {self.below(100_000, purpose)} / 100.0 as decimal(18, 2))"

    def moment(self, purpose: str) -> str:
        """Return a moment after the day."""
        seconds = self.below(_LATER_DAYS * _SECONDS_A_DAY, purpose)
        return f"({self.before} + to_seconds({seconds}))"

    def milliseconds(self, purpose: str) -> str:
        """Return a moment after the day in milliseconds since 1970."""
        return f"({self.before_milliseconds} + {self.below(_LATER_DAYS * _SECONDS_A_DAY * 1000, purpose)})"


def write_poisoned(
    raw_dir: Path, out: Path, as_of: date, source: str, *, seed: int, max_rejected_share: float
) -> list[WrittenTable]:
    """Write a landing folder of one source that is the same up to the end of a day, and nonsense after it.

    Parameters
    ----------
    raw_dir
        Landing folder.
    out
        Folder that is written; new or empty.
    as_of
        The last day that stays.
    source
        Name of a declared source.
    seed
        Equal seeds give equal bytes.
    max_rejected_share
        Share of a file's rows that may fail to parse.

    Raises
    ------
    FolderNotEmptyError
        If ``out`` already holds something.
    LoadError
        If the landing folder cannot be used as it is.
    NothingToPoisonError
        If no order or event lies after the day.
    """
    with new_folder(out) as (folder, scratch), scratch_warehouse(scratch) as connection:
        tables = load_source(connection, raw_dir, SOURCES[source], max_rejected_share=max_rejected_share)
        poisoned, first = _POISONERS[source](connection, _Draws(as_of, seed))
        [(later,)] = connection.execute(f"select count(*) from poisoned_{first} where is_later").fetchall()
        if not later:
            raise NothingToPoisonError(f"no row of {first} in {raw_dir} lies after {as_of}; ask for an earlier day")
        written = write_source(connection, tables, {name: f"poisoned_{name}" for name in poisoned}, folder)
    return [WrittenTable(out / file.path.relative_to(folder), file.rows) for file in written]


def _poison_olist(connection: duckdb.DuckDBPyConnection, draws: _Draws) -> tuple[tuple[str, ...], str]:
    """Make the poisoned tables; return their names, and that of the one that must have later rows."""
    before = draws.before
    of_order = f"""(
        select
            order_id,
            min(customer_id) as customer_id,
            min(order_purchase_timestamp) >= {before} as is_later,
            coalesce(min(order_approved_at) < {before}, false) as is_approved
        from raw_olist.orders
        group by order_id
    )"""
    steps = ("order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date")
    poisoned_steps = ", ".join(
        f"case when {step} < {before} and not is_later then {step} "
        f"when {draws.below(3, step + ' exists')} > 0 then {draws.moment(step)} end as {step}"
        for step in steps
    )
    connection.execute(
        f"""
        create table poisoned_orders as
        select * replace (
            {draws.one_of(_STATUSES, "status")} as order_status,
            case when is_later then {draws.moment("purchase")} else order_purchase_timestamp end
                as order_purchase_timestamp,
            {poisoned_steps},
            case when is_later then date_trunc('day', {draws.moment("promise")}) + interval '1 day'
                else order_estimated_delivery_date end as order_estimated_delivery_date
        )
        from (select *, order_purchase_timestamp >= {before} as is_later from raw_olist.orders)
        """
    )
    _shuffle(connection, "poisoned_orders", "customer_id", draws)
    connection.execute(
        f"""
        create table poisoned_customers as
        with people as (
            select *, row_number() over (order by customer_id) - 1 as person_number from raw_olist.customers
        )
        select customers.* replace (
            case when is_later then people.customer_unique_id else customers.customer_unique_id end
                as customer_unique_id,
            case when is_later then people.customer_zip_code_prefix else customers.customer_zip_code_prefix end
                as customer_zip_code_prefix,
            case when is_later then people.customer_state else customers.customer_state end as customer_state
        )
        from (
            select record.*, coalesce(parent.is_later, true) as is_later,
                {draws.below("(select count(*) from raw_olist.customers)", "person")} as drawn_number
            from raw_olist.customers as record
            left join {of_order} as parent on record.customer_id = parent.customer_id
        ) as customers
        inner join people on customers.drawn_number = people.person_number
        """
    )
    connection.execute(
        f"""
        create table poisoned_order_items as
        select * replace (
            case when is_later then {draws.money("price")} else price end as price,
            case when is_later then {draws.money("freight")} else freight_value end as freight_value,
            case when is_later or not is_approved then {draws.moment("limit")} else shipping_limit_date end
                as shipping_limit_date
        )
        from (
            select item.*, parent.is_later, parent.is_approved
            from raw_olist.order_items as item
            inner join {of_order} as parent on item.order_id = parent.order_id
        )
        """
    )
    _shuffle(connection, "poisoned_order_items", "product_id", draws)
    _shuffle(connection, "poisoned_order_items", "seller_id", draws)
    connection.execute(
        f"""
        create table poisoned_order_payments as
        select * replace (
            case when is_later then {draws.one_of(_PAYMENT_TYPES, "type")} else payment_type end as payment_type,
            case when is_later then 1 + {draws.below(24, "installments")} else payment_installments end
                as payment_installments,
            case when is_later then {draws.money("value")} else payment_value end as payment_value
        )
        from (
            select payment.*, parent.is_later
            from raw_olist.order_payments as payment
            inner join {of_order} as parent on payment.order_id = parent.order_id
        )
        """
    )
    connection.execute(
        f"""
        create table poisoned_order_reviews as
        select * replace (
            case when is_later then 1 + {draws.below(5, "score")} else review_score end as review_score,
            case when is_later then null else review_comment_title end as review_comment_title,
            case when not is_later then review_comment_message
                when {draws.below(2, "message")} = 0 then 'nonsense' end as review_comment_message,
            case when is_later then {draws.moment("answer")} else review_answer_timestamp end
                as review_answer_timestamp,
            case when is_later then date_trunc('day', {draws.moment("creation")} - interval '30 days')
                else review_creation_date end as review_creation_date
        )
        from (
            select review.*, parent.is_later or review.review_answer_timestamp >= {before} as is_later
            from raw_olist.order_reviews as review
            inner join {of_order} as parent on review.order_id = parent.order_id
        )
        """
    )
    _shuffle(connection, "poisoned_order_reviews", "order_id", draws)
    return ("orders", "customers", "order_items", "order_payments", "order_reviews"), "orders"


def _poison_retailrocket(connection: duckdb.DuckDBPyConnection, draws: _Draws) -> tuple[tuple[str, ...], str]:
    """Make the poisoned tables; return their names, and that of the one that must have later rows."""
    connection.execute(
        f"""
        create table poisoned_events as
        select * replace (
            case when is_later then {draws.milliseconds("moment")} else "timestamp" end as "timestamp",
            case when is_later then other_visitor else visitorid end as visitorid,
            case when is_later then other_item else itemid end as itemid,
            case when is_later then drawn_event else event end as event,
            case when not is_later then transactionid
                when drawn_event = 'transaction' then cast({draws.below(1_000_000, "transaction")} as varchar) end
                as transactionid
        )
        from (
            select drawn.*, visitor.visitorid as other_visitor, item.itemid as other_item
            from (
                select
                    *,
                    "timestamp" >= {draws.before_milliseconds} as is_later,
                    {draws.one_of(_EVENTS, "event")} as drawn_event,
                    {draws.below("(select count(*) from raw_retailrocket.events)", "visitor")} as visitor_number,
                    {draws.below("(select count(*) from raw_retailrocket.events)", "item")} as item_number
                from raw_retailrocket.events
            ) as drawn
            inner join {_numbered("visitorid")} as visitor on drawn.visitor_number = visitor.event_number
            inner join {_numbered("itemid")} as item on drawn.item_number = item.event_number
        )
        """
    )
    connection.execute(
        f"""
        create table poisoned_item_properties as
        select * replace (
            case when is_later then {draws.milliseconds("stamp")} else "timestamp" end as "timestamp"
        )
        from (
            select *, "timestamp" >= {draws.before_milliseconds} as is_later from raw_retailrocket.item_properties
        )
        """
    )
    _shuffle(connection, "poisoned_item_properties", "itemid", draws)
    _shuffle(connection, "poisoned_item_properties", "value", draws, within="property")
    return ("events", "item_properties"), "events"


_POISONERS = {"olist": _poison_olist, "retailrocket": _poison_retailrocket}


def _numbered(column: str) -> str:
    """Return a relation that gives every event a number from 0 on, and one of its columns."""
    place = f"{FILE_NAME}, {LINE_NUMBER}"
    return f"""(
        select {column}, row_number() over (order by {place}) - 1 as event_number from raw_retailrocket.events
    )"""


def _shuffle(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, draws: _Draws, within: str | None = None
) -> None:
    """Give every later row the value of another later one, of equal ``within`` if that is named."""
    group = ["is_later", *([within] if within else [])]
    groups = ", ".join(group)
    same = " and ".join(f"taker.{name} = giver.{name}" for name in group)
    connection.execute(
        f"""
        create or replace table {table} as
        select taker.* exclude (place) replace (
            case when taker.is_later then giver.{column} else taker.{column} end as {column}
        )
        from (
            select *, row_number() over (partition by {groups} order by {FILE_NAME}, {LINE_NUMBER}) as place
            from {table}
        ) as taker
        inner join (
            select {groups}, {column}, row_number() over (
                partition by {groups} order by {draws.place(column)}, {FILE_NAME}, {LINE_NUMBER}
            ) as place
            from {table}
        ) as giver on {same} and taker.place = giver.place
        """
    )
