"""Visits as a process: visitors come, and after each visit come again or are gone for ever.

Belongs here: who comes when, and all events of the log but for their items. Does not belong here: the laws and their
numbers, items, the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers, group_starts, pick, positions_within
from ecom_assets.sample.retailrocket.arrivals import (
    DAY_MS,
    FIRST_MS,
    LAST_MS,
    MINUTE_MS,
    first_days,
    times_of_day,
    within_log,
)
from ecom_assets.sample.retailrocket.parameters import IDLE_MINUTES
from ecom_assets.sample.retailrocket.sessions import SessionEvents, draw_sessions
from ecom_assets.sample.retailrocket.shifts import hours_of_world, return_chances

VISITORS = 1_407_580
_IDLE_MS = int(IDLE_MINUTES * MINUTE_MS)
# The two clocks, as rows of arrays of starts.
_USUAL, _OWN = 0, 1


@dataclass(frozen=True, slots=True)
class Visits:
    """All visitors and the events of their visits.

    Attributes
    ----------
    segment
        Class of each visitor.
    events
        One row per event, sorted by visitor, session and time: ``visitor``, ``session``, ``time`` (ms), ``kind``,
        ``payment`` (number within the session, -1 for none), ``present`` (whether it happens: a drift or the
        end of the log may end what would go on; the rows stay until all is drawn, so that what is drawn for the others
        is the same).
    """

    segment: Integers
    events: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Round:
    """One visit each of some visitors."""

    visitor: Integers
    start: Integers
    present: Flags
    events: SessionEvents


def build_visits(config: SampleConfig) -> Visits:
    """Let all visitors come for the first time, and then round by round those who come again.

    There are two clocks: one of the world as it would be without a drift, and its own. The first says who is drawn, so
    that two worlds that differ in a drift alone are equal up to its start.
    """
    rates = config.retailrocket
    segment = pick(config.stream("retailrocket.classes"), [kind.share for kind in rates.classes], config.rows(VISITORS))
    chance = _return_chances(config, segment)
    rng = config.stream("retailrocket.visits")
    visitor, present = np.arange(len(segment)), np.ones(len(segment), dtype=np.bool_)
    starts = _first_starts(config, len(segment))
    rounds: list[_Round] = []
    while len(visitor):
        events = draw_sessions(rng, rates, segment[visitor])
        if rates.keeps_to_day:
            starts = _over_by_midnight(starts, events.duration)
        rounds.append(_Round(visitor, starts[_OWN], present, events))
        usual, own = chance[visitor], return_chances(config, chance[visitor], starts[_OWN])
        drawn = rng.random(len(visitor))
        back = drawn < np.maximum(usual, own)
        visitor, present = visitor[back], (present & (drawn < own))[back]
        starts = _next_starts(config, rng, segment[visitor], (starts + events.duration)[:, back])
        # A visit after the end of the log does not exist.
        in_log = starts[_USUAL] <= LAST_MS
        visitor, present, starts = visitor[in_log], present[in_log], starts[:, in_log]
    return Visits(segment, _event_table(rounds))


def _first_starts(config: SampleConfig, count: int) -> Integers:
    """Draw the starts of first visits, on both clocks."""
    rng = config.stream("retailrocket.first_visits")
    day = first_days(rng, count, weeks_differ=config.retailrocket.weeks_differ)
    time_of_day = times_of_day(rng, count)
    return np.stack([within_log(day + time_of_day), within_log(day + hours_of_world(config, day, time_of_day))])


def _return_chances(config: SampleConfig, segment: Integers) -> Floats:
    """Draw each visitor's own chance to come again after a visit."""
    rng = config.stream("retailrocket.return_chances")
    chance = np.empty(len(segment))
    for number, kind in enumerate(config.retailrocket.classes):
        mine = np.flatnonzero(segment == number)
        chance[mine] = kind.returning.draw(rng, len(mine))
    return chance


def _next_starts(config: SampleConfig, rng: np.random.Generator, segment: Integers, ends: Integers) -> Integers:
    """Draw the starts of the next visits, on both clocks.

    A visit on another day has a time of day of its own. It stays on the day that the gap leads to, so the law of
    the gap holds exactly at every midnight; where the drawn time is too soon after the last visit, the gap's own stays.
    """
    gap = np.empty(len(segment))
    for number, kind in enumerate(config.retailrocket.classes):
        mine = np.flatnonzero(segment == number)
        gap[mine] = kind.gap.draw(rng, len(mine))
    # No gap is longer than a log of all times; the bound keeps the sum within whole numbers.
    moments = ends + np.ceil(np.minimum(gap, 1e6) * DAY_MS).astype(np.int64)
    days = moments - moments % DAY_MS
    time_of_day = times_of_day(rng, len(segment))
    stamped = days + np.stack([time_of_day, hours_of_world(config, days[_OWN], time_of_day)])
    free: Flags = (days > ends) & (stamped > ends + _IDLE_MS)
    starts: Integers = np.where(free, stamped, moments)
    return starts


def _over_by_midnight(start: Integers, duration: Integers) -> Integers:
    """Let sessions begin earlier on their day where they would otherwise run into the next one."""
    latest = start - start % DAY_MS + DAY_MS - 1 - duration
    earlier: Integers = np.maximum(np.minimum(start, latest), FIRST_MS)
    return earlier


def _event_table(rounds: list[_Round]) -> pd.DataFrame:
    """Return the events of all rounds, sorted by visitor, session and time."""
    visitor = np.concatenate([one.visitor for one in rounds])
    start = np.concatenate([one.start for one in rounds])
    counts = np.concatenate([one.events.counts for one in rounds])
    order = np.argsort(visitor, kind="stable")
    source = np.repeat(group_starts(counts)[order], counts[order]) + positions_within(counts[order])
    session = np.repeat(np.arange(len(order)), counts[order])
    time = start[order][session] + np.concatenate([one.events.offset for one in rounds])[source]
    present = np.concatenate([one.present for one in rounds])[order][session] & (time <= LAST_MS)
    return pd.DataFrame(
        {
            "visitor": visitor[order].astype(np.int32)[session],
            "session": session.astype(np.int32),
            "time": time,
            "kind": np.concatenate([one.events.kind for one in rounds]).astype(np.int8)[source],
            "payment": np.concatenate([one.events.payment for one in rounds]).astype(np.int16)[source],
            "present": present,
        }
    )
