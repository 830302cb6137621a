"""Raw data of a source: which of its columns are looked at, and the newest complete window beside those before it.

Belongs here: the declared columns, none of them personal, and their windows. Does not belong here: comparing windows
(``gate``), the page (``report``), checks of single rows (dbt's tests).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml_assets.classification.question import Moments, Period
from ml_assets.classification.training_set import complete_until
from ml_assets.contract import STAGING_SCHEMA, TableName
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.monitored import Observed
from ml_assets.monitoring.rows import day, limited, window_of
from ml_assets.monitoring.window import Window
from ml_assets.warehouse import Warehouse

_DAY = np.timedelta64(1, "D")
# A Monday, on which weeks begin.
_MONDAY = np.datetime64("1970-01-05", "D")
# Windows before the newest one with which it is compared.
_PERIODS_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Dated:
    """By which table's moments the rows of another one are dated.

    Attributes
    ----------
    table, at
        Table, and its column of the moment.
    key
        Column that both tables have.
    """

    table: TableName
    at: str
    key: str


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column that is looked at.

    Attributes
    ----------
    name, raw
        What it is called in staging, and in the raw table.
    kind
        How its values are compared.
    is_moment
        Whether it is a moment, of which the hour of the day is looked at.
    """

    name: str
    raw: str
    kind: ColumnKind = ColumnKind.NUMERIC
    is_moment: bool = False

    @property
    def shown(self) -> str:
        """What it is called where it is compared."""
        return f"hour of {self.name}" if self.is_moment else self.name

    def values(self, rows: pd.DataFrame) -> pd.Series:
        """Return its values as they are compared."""
        column = rows[self.name]
        if self.is_moment:
            return pd.to_datetime(column).dt.hour.astype("float64")
        if self.kind is ColumnKind.NUMERIC:
            return column.astype("Float64").astype("float64")
        return column.astype("object").where(column.notna(), None)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A table whose rows are looked at.

    Attributes
    ----------
    table, raw_table
        Where they are, and name of the raw table.
    entity
        Column of whom or what a row is about.
    dated
        By what rows are dated; it may be the table itself.
    columns
        What is looked at.
    """

    table: TableName
    raw_table: str
    entity: str
    dated: Dated
    columns: tuple[RawColumn, ...]

    @property
    def monitored(self) -> tuple[MonitoredColumn, ...]:
        """The columns as they are compared."""
        return tuple(
            MonitoredColumn(each.shown, each.kind, raw_columns=(f"{self.raw_table}.{each.raw}",))
            for each in self.columns
        )


@dataclass(frozen=True, slots=True)
class RawSource:
    """A source whose raw data are looked at.

    Attributes
    ----------
    source, observed_event
        Its name, and the kind of event until which its days are complete.
    period
        Length of a window.
    tables
        Its tables.
    """

    source: str
    observed_event: str
    period: Period
    tables: tuple[LookedAt, ...]


def _staged(name: str) -> TableName:
    return TableName(STAGING_SCHEMA, f"stg_{name}")


_ORDERS, _EVENTS = _staged("olist__orders"), _staged("retailrocket__events")
_ORDER, _CUSTOMER, _VISITOR = "order_id", "customer_id", "visitor_id"
_PURCHASED, _OCCURRED = "purchased_at", "occurred_at"
_PURCHASE = Dated(_ORDERS, _PURCHASED, _ORDER)
_CATEGORICAL = ColumnKind.CATEGORICAL


def _same(name: str, kind: ColumnKind = ColumnKind.NUMERIC) -> RawColumn:
    """Return a column that is called in staging as in the raw table."""
    return RawColumn(name, name, kind)


RAW_SOURCES = (
    RawSource(
        source="olist",
        observed_event="purchases",
        period=Period.MONTH,
        tables=(
            LookedAt(
                table=_ORDERS,
                raw_table="orders",
                entity=_ORDER,
                dated=_PURCHASE,
                columns=(RawColumn(_PURCHASED, "order_purchase_timestamp", is_moment=True),),
            ),
            LookedAt(
                table=_staged("olist__order_items"),
                raw_table="order_items",
                entity=_ORDER,
                dated=_PURCHASE,
                columns=(_same("price"), _same("freight_value")),
            ),
            LookedAt(
                table=_staged("olist__order_payments"),
                raw_table="order_payments",
                entity=_ORDER,
                dated=_PURCHASE,
                columns=(_same("payment_type", _CATEGORICAL), _same("payment_installments"), _same("payment_value")),
            ),
            LookedAt(
                table=_staged("olist__customers"),
                raw_table="customers",
                entity=_CUSTOMER,
                dated=Dated(_ORDERS, _PURCHASED, _CUSTOMER),
                columns=(_same("customer_state", _CATEGORICAL),),
            ),
            LookedAt(
                table=_staged("olist__order_reviews"),
                raw_table="order_reviews",
                entity=_ORDER,
                dated=_PURCHASE,
                columns=(_same("review_score"),),
            ),
        ),
    ),
    # Properties of items, twenty million rows, are snapshots: what is new of them is seen in the features.
    RawSource(
        source="retailrocket",
        observed_event="clicks",
        period=Period.WEEK,
        tables=(
            LookedAt(
                table=_EVENTS,
                raw_table="events",
                entity=_VISITOR,
                dated=Dated(_EVENTS, _OCCURRED, _VISITOR),
                columns=(
                    RawColumn("event_type", "event", _CATEGORICAL),
                    RawColumn(_OCCURRED, "timestamp", is_moment=True),
                ),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class RawWindows:
    """Rows of a table in the newest complete window, and in the windows before it."""

    looked_at: LookedAt
    reference: Window
    current: Window


def raw_windows(source: RawSource, warehouse: Warehouse) -> tuple[RawWindows, ...]:
    """Return the windows of a source's tables; of those only that have rows in both."""
    observed: Observed = source
    complete = complete_until(warehouse, observed)
    if complete is None:
        return ()
    starts = period_starts(source.period, complete, _PERIODS_BEFORE + 1)
    found = (_windows(source, each, warehouse, starts) for each in source.tables)
    return tuple(each for each in found if each is not None)


def period_starts(period: Period, complete: date, count: int) -> Moments:
    """Return the first days of the newest complete months or weeks, ascending, and the day after the last of them."""
    end = np.datetime64(complete, "D") + _DAY
    if period is Period.MONTH:
        return np.asarray((end.astype("datetime64[M]") - np.arange(count, -1, -1)).astype("datetime64[D]"))
    last = _MONDAY + (end - _MONDAY) // np.timedelta64(7, "D") * np.timedelta64(7, "D")
    return np.asarray(last - np.timedelta64(7, "D") * np.arange(count, -1, -1), dtype="datetime64[D]")


def _windows(source: RawSource, looked_at: LookedAt, warehouse: Warehouse, starts: Moments) -> RawWindows | None:
    rows, moments = _rows(looked_at, warehouse, starts[0], starts[-1])
    period = starts[np.searchsorted(starts, moments, side="right") - 1]
    is_current = period == starts[-2]
    if is_current.all() or not is_current.any():
        return None
    frame = pd.DataFrame({each.shown: each.values(rows) for each in looked_at.columns})
    whole = window_of(frame, rows[looked_at.entity], period, day(starts[0]), day(starts[-1] - _DAY))
    return RawWindows(
        looked_at,
        reference=limited(whole.part(~is_current, day(period[~is_current].min()), day(starts[-2] - _DAY))),
        current=whole.part(is_current, day(starts[-2]), whole.last),
    )


def _rows(
    looked_at: LookedAt, warehouse: Warehouse, first: np.datetime64, end: np.datetime64
) -> tuple[pd.DataFrame, Moments]:
    """Return the rows of a stretch of time, with the moment of each."""
    dated, columns = looked_at.dated, [each.name for each in looked_at.columns]
    where = f"{dated.at} >= timestamp '{pd.Timestamp(first)}' and {dated.at} < timestamp '{pd.Timestamp(end)}'"
    if dated.table == looked_at.table:
        rows = warehouse.read(looked_at.table, list(dict.fromkeys([looked_at.entity, dated.at, *columns])), where)
    else:
        moments = warehouse.read(dated.table, [dated.key, dated.at], where)
        rows = warehouse.read(looked_at.table, list(dict.fromkeys([dated.key, looked_at.entity, *columns])))
        rows = rows.merge(moments, on=dated.key, how="inner")
    return rows, np.asarray(rows[dated.at].to_numpy(), dtype="datetime64[us]").astype("datetime64[D]")
