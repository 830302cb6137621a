"""Visits: who comes when, and which items are viewed one after the other.

Belongs here: sessions and their views. Does not belong here: carts, transactions, the file's order.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers, group_starts, lognormal, pick, positions_within

VISITORS = 1_407_580
FIRST_MS = 1_430_622_004_384
LAST_MS = 1_442_545_187_788
_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
# Share of visitors by sessions and of sessions by views: the first by itself, the others by a power law.
_ONE_SESSION, _TWO_SESSIONS, _SESSION_POWER, _MOST_SESSIONS = 0.872, 0.0860, 3.2, 400
_ONE_VIEW, _TWO_VIEWS, _VIEW_POWER, _MOST_VIEWS = 0.815, 0.1057, 2.64, 250
_WEEKDAY_WEIGHTS = (1.09, 1.07, 1.05, 1.03, 0.95, 0.87, 0.94)
_HOUR_WEIGHTS = (
    507, 531, 582, 558, 548, 434, 256, 174, 99, 63, 88, 103, 104, 197, 344, 483, 574, 672, 632, 579, 644, 671, 627, 531,
)  # fmt: skip
# Weeks from the first to the last: a rise in July, an unfinished last week.
_WEEK_WEIGHTS = (475, 510, 540, 500, 505, 480, 410, 420, 405, 480, 545, 485, 580, 450, 420, 425, 385, 420, 390, 250)
_GAP_DAYS, _GAP_SPREAD = 2.1, 2.6
_STEP_MINUTES, _STEP_SPREAD, _LONGEST_STEP = 1.06, 1.4, 29.0
_RETURNING_SHARE = 0.40


def build_views(config: SampleConfig, items: pd.DataFrame, views: int) -> pd.DataFrame:
    """Return exactly ``views`` rows: visitor, session, time in ms, position in ``items``; sorted by visitor."""
    sessions = _sessions(config, views)
    per_session = sessions["views"].to_numpy()
    session = np.repeat(np.arange(len(sessions)), per_session)
    position = positions_within(per_session)
    rng = config.stream("retailrocket.steps")
    step = np.minimum(lognormal(rng, _STEP_MINUTES, _STEP_SPREAD, views), _LONGEST_STEP) * _MINUTE
    step[position == 0] = 0.0
    elapsed = _sum_within(step, per_session)
    return pd.DataFrame(
        {
            "visitor": sessions["visitor"].to_numpy()[session],
            "session": session,
            "time": np.minimum(sessions["start"].to_numpy()[session] + elapsed.astype(np.int64), LAST_MS),
            "item": _viewed(config, items, sessions, position, per_session),
        }
    )


def _table(one: float, two: float, power: float, longest: int) -> Floats:
    """Return weights of 1, 2, … up to ``longest``."""
    numbers = np.arange(2, longest + 1, dtype=np.float64)
    return np.concatenate([[one], two * (numbers / 2) ** -power])


def _sum_within(values: Floats, counts: Integers) -> Floats:
    """Return the running sum within consecutive groups."""
    total = np.cumsum(values)
    starts = group_starts(counts)
    return total - np.repeat(total[starts] - values[starts], counts)


def _sessions(config: SampleConfig, views: int) -> pd.DataFrame:
    """Return one row per session: visitor, start in ms, number of views."""
    rng = config.stream("retailrocket.sessions")
    visitors = config.rows(VISITORS)
    per_visitor = pick(rng, _table(_ONE_SESSION, _TWO_SESSIONS, _SESSION_POWER, _MOST_SESSIONS), visitors) + 1
    count = int(per_visitor.sum())
    length = pick(rng, _table(_ONE_VIEW, _TWO_VIEWS, _VIEW_POWER, _MOST_VIEWS), count) + 1
    length = _adjusted(rng, length, views)
    first = _arrivals(rng, visitors)
    gap = np.maximum(lognormal(rng, _GAP_DAYS, _GAP_SPREAD, count) * _DAY, 31 * _MINUTE)
    gap[positions_within(per_visitor) == 0] = 0.0
    arrival = np.repeat(first, per_visitor)
    start = arrival + _sum_within(gap, per_visitor)
    # A visit after the end of the log would not be in it: put it somewhere between the first one and the end.
    start = np.where(start > LAST_MS, arrival + rng.random(count) * (LAST_MS - arrival), start)
    # A visit on another day has an hour of its own.
    start = np.where(gap > _DAY, _within_log(start - start % _DAY + _times_of_day(rng, count)), start)
    return pd.DataFrame(
        {"visitor": np.repeat(np.arange(visitors), per_visitor), "start": start.astype(np.int64), "views": length}
    )


def _adjusted(rng: np.random.Generator, length: Integers, views: int) -> Integers:
    """Lengthen or shorten sessions of two views and more until the views are as many as asked for."""
    result: Integers = np.array(length, dtype=np.int64)
    while (difference := views - int(result.sum())) != 0:
        longer = np.flatnonzero(result >= 2)
        members = longer[rng.integers(0, len(longer), min(abs(difference), len(longer)))]
        np.add.at(result, members, 1 if difference > 0 else -1)
        np.maximum(result, 1, out=result)
    return result


def _arrivals(rng: np.random.Generator, count: int) -> Floats:
    """Draw first visits by week, weekday and hour."""
    day_count = int((LAST_MS - FIRST_MS) // _DAY) + 1
    midnight = FIRST_MS - FIRST_MS % _DAY
    number = np.arange(day_count)
    weekday = (number + 6) % 7  # the log begins on a Sunday
    weight = np.asarray(_WEEK_WEIGHTS, dtype=np.float64)[np.minimum(number // 7, len(_WEEK_WEIGHTS) - 1)]
    day = pick(rng, weight * np.asarray(_WEEKDAY_WEIGHTS)[weekday], count)
    return _within_log(midnight + day * _DAY + _times_of_day(rng, count))


def _times_of_day(rng: np.random.Generator, count: int) -> Floats:
    """Draw milliseconds since midnight, UTC."""
    return (pick(rng, _HOUR_WEIGHTS, count) * _HOUR + rng.integers(0, _HOUR, count)).astype(np.float64)


def _within_log(time: Floats) -> Floats:
    """Move what lies before the log's start or after its end by a day."""
    return np.where(time < FIRST_MS, time + _DAY, np.where(time > LAST_MS, time - _DAY, time))


def _viewed(
    config: SampleConfig, items: pd.DataFrame, sessions: pd.DataFrame, position: Integers, per_session: Integers
) -> Integers:
    """Choose the item of each view: a fresh one, a neighbour of the one before, or one seen before."""
    rng = config.stream("retailrocket.viewed_items")
    rates = config.retailrocket
    count = len(position)
    kind = rng.random(count)
    again = (position > 0) & (kind < rates.revisit_share)
    neighbour = (position > 0) & ~again & (kind < rates.revisit_share + rates.neighbour_share)
    fresh = pick(rng, items["weight"].to_numpy(), count)
    starts = group_starts(per_session)
    fresh[starts] = _first_items(rng, sessions, fresh[starts])
    # A chain of neighbours is a walk along the category, counted from the last fresh item.
    anchor = np.maximum.accumulate(np.where(neighbour | again, 0, np.arange(count)))
    step = np.where(neighbour, rng.geometric(1 / rates.neighbour_reach, count) * rng.choice((-1, 1), count), 0)
    walked = np.cumsum(step)
    walked = walked - walked[anchor]
    low, high = _category_bounds(items)
    item: Integers = np.clip(fresh[anchor] + walked, low[fresh[anchor]], high[fresh[anchor]] - 1)
    return item[_seen_before(rng, position, again)]


def _first_items(rng: np.random.Generator, sessions: pd.DataFrame, fresh: Integers) -> Integers:
    """Let some later sessions begin where the visitor's session before began."""
    visitor = sessions["visitor"].to_numpy()
    later = np.concatenate(([False], visitor[1:] == visitor[:-1]))
    returning: Flags = later & (rng.random(len(sessions)) < _RETURNING_SHARE)
    source = np.maximum.accumulate(np.where(returning, 0, np.arange(len(sessions))))
    return fresh[source]


def _seen_before(rng: np.random.Generator, position: Integers, again: Flags) -> Integers:
    """Point each repeated view to an earlier row of its session, and all others to themselves."""
    here = np.arange(len(position))
    source = np.where(again, here - 1 - (rng.random(len(position)) * position).astype(np.int64), here)
    # Follow the pointers to a row that is no repetition; each pass doubles the stride.
    while again[source].any():
        source = source[source]
    return source


def _category_bounds(items: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return the first position and the end of each item's category."""
    category = items["category"].to_numpy()
    return (
        np.searchsorted(category, category, side="left").astype(np.int64),
        np.searchsorted(category, category, side="right").astype(np.int64),
    )
