"""The marketplace's calendar: how many orders each day, and how the months differ.

Belongs here: seasons. Does not belong here: orders, people, parcels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecom_assets.sample.draws import Flags, Floats, Integers, Times
from ecom_assets.sample.olist.parameters import CalendarParameters


@dataclass(frozen=True, slots=True)
class Month:
    """One month of purchases.

    Attributes
    ----------
    name
        ``YYYY-MM``.
    orders
        Share of all orders, in per mille.
    promise_days
        Median days promised to orders of that month.
    """

    name: str
    orders: float
    promise_days: float


MONTHS = (
    Month("2016-09", 0.04, 30.0),
    Month("2016-10", 3.13, 50.0),
    Month("2016-11", 0.00, 40.0),
    Month("2016-12", 0.01, 40.0),
    Month("2017-01", 8.05, 39.0),
    Month("2017-02", 17.90, 30.0),
    Month("2017-03", 26.97, 25.0),
    Month("2017-04", 24.17, 27.5),
    Month("2017-05", 37.21, 25.5),
    Month("2017-06", 32.63, 25.5),
    Month("2017-07", 40.49, 25.0),
    Month("2017-08", 43.56, 25.0),
    Month("2017-09", 43.09, 24.0),
    Month("2017-10", 46.57, 24.0),
    Month("2017-11", 75.86, 21.0),
    Month("2017-12", 57.05, 28.0),
    Month("2018-01", 73.10, 26.0),
    Month("2018-02", 67.66, 25.0),
    Month("2018-03", 72.52, 21.0),
    Month("2018-04", 69.78, 24.0),
    Month("2018-05", 69.12, 22.0),
    Month("2018-06", 62.01, 29.5),
    Month("2018-07", 63.27, 21.0),
    Month("2018-08", 65.49, 18.0),
    Month("2018-09", 0.16, 16.0),
    Month("2018-10", 0.04, 16.0),
)

FIRST_PURCHASE = np.datetime64("2016-09-04T21:15:19", "s")
LAST_PURCHASE = np.datetime64("2018-10-17T17:30:18", "s")
LAST_RECORD = np.datetime64("2018-10-17T18:00:00", "s")
LAST_LIVE_DAY = np.datetime64("2018-08-29", "D")

WEEKDAY_WEIGHTS = (0.1624, 0.1552, 0.1535, 0.1505, 0.1468, 0.1080, 0.1236)
HOUR_WEIGHTS = (
    24.3, 12.1, 5.0, 2.9, 2.0, 1.9, 4.5, 12.4, 29.6, 48.8, 64.9, 66.9,
    61.2, 67.0, 65.0, 63.6, 66.0, 62.2, 57.5, 57.0, 61.3, 63.7, 58.0, 42.0,
)  # fmt: skip

# Days unlike their weekday: the first trading days, Black Friday and its wake; below, the end of the extract.
_DAY_FACTORS = {
    "2016-10-01": 0.0, "2016-10-02": 0.03, "2016-10-03": 0.15, "2017-01-01": 0.0, "2017-01-02": 0.0,
    "2017-01-03": 0.0, "2017-01-04": 0.0, "2017-11-23": 1.4, "2017-11-24": 6.9, "2017-11-25": 3.6,
    "2017-11-26": 2.9, "2017-11-27": 2.1, "2017-11-28": 2.0, "2017-11-29": 1.8, "2017-11-30": 1.4,
}  # fmt: skip
_DYING_DAYS = {
    "2018-08-23": 0.55, "2018-08-24": 0.32, "2018-08-25": 0.40, "2018-08-26": 0.38, "2018-08-27": 0.27,
    "2018-08-28": 0.18, "2018-08-29": 0.05, "2018-08-30": 0.015, "2018-08-31": 0.005,
}  # fmt: skip
# A later order must not fall on a day on which the marketplace slept.
_SLEEPING_SHARE = 0.02
# January 2017 began slowly.
_RAMP = (np.datetime64("2017-01-01", "D"), np.datetime64("2017-02-01", "D"))


def month_index(times: Times) -> Integers:
    """Return the position in ``MONTHS`` of each time; later times count as the last month."""
    first = np.datetime64(MONTHS[0].name, "M")
    offset = (times.astype("datetime64[M]") - first).astype(np.int64)
    return np.clip(offset, 0, len(MONTHS) - 1)


def days() -> Times:
    """Return every day from the first to the last purchase."""
    return np.arange(FIRST_PURCHASE.astype("datetime64[D]"), LAST_PURCHASE.astype("datetime64[D]") + 1)


def day_weights(rng: np.random.Generator, rules: CalendarParameters) -> Floats:
    """Return the expected share of first orders of each day, with some weather of its own."""
    calendar = days()
    if not rules.has_seasons:
        open_days = (calendar >= _RAMP[0]) & (calendar < (LAST_LIVE_DAY if rules.dies else calendar[-1] + 1))
        flat: Floats = open_days / open_days.sum()
        return flat
    weekday = (calendar.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    shape = np.asarray(WEEKDAY_WEIGHTS)[weekday] * np.exp(0.10 * rng.standard_normal(len(calendar)))
    # The trial run of 2016 was one week.
    shape[(calendar >= np.datetime64("2016-10-11")) & (calendar < np.datetime64("2016-11-01"))] *= 0.003
    ramp = (calendar >= _RAMP[0]) & (calendar < _RAMP[1])
    shape[ramp] *= np.linspace(0.1, 1.0, int(ramp.sum()))
    for day, factor in (_DAY_FACTORS | (_DYING_DAYS if rules.dies else {})).items():
        shape[calendar == np.datetime64(day)] *= factor
    months = month_index(calendar)
    totals = np.bincount(months, weights=shape, minlength=len(MONTHS))
    per_month = np.array([month.orders for month in MONTHS])
    if not rules.dies:
        last = month_index(np.array([LAST_LIVE_DAY]))[0]
        per_month[last + 1 :] = per_month[last] * np.bincount(months)[last + 1 :] / np.bincount(months)[last]
    weights: Floats = shape / totals[months] * per_month[months]
    weights /= weights.sum()
    return weights


def open_days(day_share: Floats, rules: CalendarParameters) -> Flags:
    """Mark the days on which later orders can fall: the marketplace neither slept then nor had ended."""
    calendar = days()
    if not rules.dies:
        return np.ones(len(calendar), dtype=np.bool_)
    usual = np.median(day_share[day_share > 0])
    awake: Flags = (day_share > _SLEEPING_SHARE * usual) & (calendar < LAST_LIVE_DAY)
    return awake


def monthly(attribute: str, times: Times) -> Floats:
    """Return a figure of each time's month."""
    figures = np.array([getattr(month, attribute) for month in MONTHS], dtype=np.float64)
    return figures[month_index(times)]
