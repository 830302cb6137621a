"""The calendar of the click stream: when visitors come for the first time, and the hours of their visits.

Belongs here: weeks, weekdays, hours. Does not belong here: whether and when a visitor comes again.
"""

from __future__ import annotations

import numpy as np

from ecom_assets.sample.draws import Integers, Times, pick

FIRST_MS = 1_430_622_004_384
LAST_MS = 1_442_545_187_788
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_WEEKDAY_WEIGHTS = (1.09, 1.07, 1.05, 1.03, 0.95, 0.87, 0.94)
_HOUR_WEIGHTS = (
    507, 531, 582, 558, 548, 434, 256, 174, 99, 63, 88, 103, 104, 197, 344, 483, 574, 672, 632, 579, 644, 671, 627, 531,
)  # fmt: skip
# Weeks from the first to the last: a rise in July, an unfinished last week.
_WEEK_WEIGHTS = (475, 510, 540, 500, 505, 480, 410, 420, 405, 480, 545, 485, 580, 450, 420, 425, 385, 420, 390, 250)


def first_days(rng: np.random.Generator, count: int, *, weeks_differ: bool = True) -> Integers:
    """Draw the days of first visits by weekday, and by week if these differ, as the ms at which they begin."""
    midnight = FIRST_MS - FIRST_MS % DAY_MS
    number = np.arange((LAST_MS - FIRST_MS) // DAY_MS + 1)
    weekday = (number + 6) % 7  # the log begins on a Sunday
    weights = np.asarray(_WEEK_WEIGHTS, dtype=np.float64) if weeks_differ else np.ones(len(_WEEK_WEIGHTS))
    week = weights[np.minimum(number // 7, len(_WEEK_WEIGHTS) - 1)]
    return midnight + pick(rng, week * np.asarray(_WEEKDAY_WEIGHTS)[weekday], count) * DAY_MS


def times_of_day(rng: np.random.Generator, count: int) -> Integers:
    """Draw milliseconds since midnight, UTC."""
    return pick(rng, _HOUR_WEIGHTS, count) * HOUR_MS + rng.integers(0, HOUR_MS, count)


def within_log(start: Integers) -> Integers:
    """Move what lies outside of the log by a day: the log begins and ends at three in the morning."""
    moved: Integers = np.where(start < FIRST_MS, start + DAY_MS, np.where(start > LAST_MS, start - DAY_MS, start))
    return moved


def as_times(moments: Integers) -> Times:
    """Return milliseconds since 1970 as times."""
    return moments.astype("datetime64[ms]")


def as_ms(moment: np.datetime64) -> int:
    """Return a time as milliseconds since 1970."""
    return int(moment.astype("datetime64[ms]").astype(np.int64))
