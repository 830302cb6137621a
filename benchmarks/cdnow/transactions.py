"""The purchases inside the package ``lifetimes``, and what was known of each customer on a day.

Belongs here: reading them, features and answers as of a day. Does not belong here: models.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import as_file, files

import numpy as np
import pandas as pd

from benchmarks.cdnow.protocol import HALF_LIVES, QUESTION, WINDOWS

_CUSTOMER, _DAY, _UNITS, _VALUE = QUESTION.entity, "day", "units", "value"


def purchase_days(until: date) -> pd.DataFrame:
    """Return each customer's days with a purchase up to a day, with units and money; nothing later is kept."""
    with as_file(files("lifetimes") / "datasets" / "CDNOW_sample.txt") as path:
        rows = pd.read_csv(path, sep=r"\s+", header=None, names=["master", _CUSTOMER, _DAY, _UNITS, _VALUE], dtype=str)
    rows[_DAY] = pd.to_datetime(rows[_DAY], format="%Y%m%d")
    rows[[_UNITS, _VALUE]] = rows[[_UNITS, _VALUE]].astype(np.float64)
    rows = rows[rows[_DAY] <= pd.Timestamp(until)]
    return rows.groupby([_CUSTOMER, _DAY], as_index=False)[[_UNITS, _VALUE]].sum()


def asked(days: pd.DataFrame, as_of_dates: Sequence[date], horizon: int, known_until: date) -> pd.DataFrame:
    """Return features and answers of everybody who had bought by each day; answers are unknown beyond ``known_until``.

    Parameters
    ----------
    days
        As ``purchase_days`` returns them.
    as_of_dates
        Days on which is asked; each counts in full.
    horizon
        Days that follow.
    known_until
        Last day whose purchases are known.
    """
    return pd.concat([_as_of(days, day, horizon, known_until) for day in as_of_dates], ignore_index=True)


def _as_of(days: pd.DataFrame, day: date, horizon: int, known_until: date) -> pd.DataFrame:
    moment = pd.Timestamp(day)
    past = days[days[_DAY] <= moment].assign(ago=lambda frame: (moment - frame[_DAY]).dt.days)
    by_customer = past.groupby(_CUSTOMER)
    first, last = by_customer["ago"].max(), by_customer["ago"].min()
    total, count = by_customer[_VALUE].sum(), by_customer.size()
    is_first = past["ago"] == past[_CUSTOMER].map(first)
    repeat_value = total - past[is_first].groupby(_CUSTOMER)[_VALUE].sum()
    frequency = count - 1
    columns = {
        "frequency": frequency,
        "recency": first - last,
        "age": first,
        "monetary_value": (repeat_value / frequency.where(frequency > 0)).fillna(0.0).clip(lower=0.0),
        "items_value": total,
        "days_since_last_order": last,
        "order_day_count": count,
        "item_count": by_customer[_UNITS].sum(),
        "mean_order_value": total / count,
        "largest_order_value": by_customer[_VALUE].max(),
        "mean_days_between_orders": ((first - last) / frequency.where(frequency > 0)),
    }
    for window in WINDOWS:
        recent = past[past["ago"] < window].groupby(_CUSTOMER)[_VALUE]
        columns[f"items_value_{window}d"] = recent.sum()
        columns[f"order_count_{window}d"] = recent.size()
    for half_life in HALF_LIVES:
        weight = 0.5 ** (past["ago"] / half_life)
        columns[f"faded_value_{half_life}d"] = (past[_VALUE] * weight).groupby(past[_CUSTOMER]).sum()
        columns[f"faded_count_{half_life}d"] = weight.groupby(past[_CUSTOMER]).sum()
    frame = pd.DataFrame(columns)
    recent_columns = [name for window in WINDOWS for name in (f"items_value_{window}d", f"order_count_{window}d")]
    frame[recent_columns] = frame[recent_columns].fillna(0.0)
    until = day + timedelta(days=horizon)
    coming = days[(days[_DAY] > moment) & (days[_DAY] <= pd.Timestamp(until))].groupby(_CUSTOMER)[_VALUE]
    is_known = until <= known_until
    frame[QUESTION.count_column] = coming.size().reindex(frame.index, fill_value=0) if is_known else np.nan
    frame[QUESTION.value_column] = coming.sum().reindex(frame.index, fill_value=0.0) if is_known else np.nan
    frame["holdout_order_count"] = frame[QUESTION.count_column]
    frame[QUESTION.segment] = (moment - pd.to_timedelta(first, unit="D")).dt.strftime("%Y-%m")
    frame[QUESTION.as_of_column] = moment
    frame[QUESTION.horizon_ends_column] = pd.Timestamp(until) + pd.Timedelta(days=1)
    return frame.reset_index()
