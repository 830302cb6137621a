"""Vectorised random draws shared by the entities.

Belongs here: draws that know nothing of shops or clicks. Does not belong here: rates, tables, files.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]
Times = NDArray[np.datetime64]


def hex_ids(rng: np.random.Generator, count: int) -> Texts:
    """Return distinct identifiers of 32 hexadecimal digits (128 random bits cannot meet in practice)."""
    digits = rng.bytes(16 * count).hex().encode("ascii")
    return np.frombuffer(digits, dtype="S32").astype("U32")


def pick(rng: np.random.Generator, weights: ArrayLike, count: int) -> Integers:
    """Draw ``count`` positions with replacement, in proportion to ``weights``."""
    return pick_at(rng.random(count), weights)


def pick_at(uniform: Floats, weights: ArrayLike) -> Integers:
    """Turn uniform numbers into positions in proportion to ``weights``."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Integers = np.searchsorted(cumulative, uniform * cumulative[-1], side="right")
    return np.minimum(found, len(cumulative) - 1)


def pick_within(uniform: Floats, weights: Floats, starts: Integers, ends: Integers) -> Integers:
    """Turn each uniform number into a position of its own slice ``[start, end)`` of ``weights``."""
    cumulative = np.concatenate(([0.0], np.cumsum(weights)))
    target = cumulative[starts] + uniform * (cumulative[ends] - cumulative[starts])
    found: Integers = np.searchsorted(cumulative, target, side="right") - 1
    return np.clip(found, starts, ends - 1)


def choose(rng: np.random.Generator, candidates: Integers, count: int, weights: Floats | None = None) -> Integers:
    """Draw up to ``count`` distinct candidates; the heavier ones are more likely."""
    if count >= len(candidates):
        return candidates
    keys = rng.standard_exponential(len(candidates))
    if weights is not None:
        keys = keys / np.maximum(weights, 1e-300)
    return candidates[np.sort(np.argpartition(keys, count)[:count])]


def flags(size: int, positions: Integers) -> Flags:
    """Return a mask of ``size`` that is true at ``positions``."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[positions] = True
    return mask


def positions_within(counts: Integers) -> Integers:
    """Count the members of consecutive groups from 0: counts (2, 3) give 0, 1, 0, 1, 2."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)


def group_starts(counts: Integers) -> Integers:
    """Return the position at which each consecutive group begins."""
    starts: Integers = np.cumsum(counts) - counts
    return starts


def lognormal(rng: np.random.Generator, median: ArrayLike, sigma: ArrayLike, count: int) -> Floats:
    """Draw log-normal numbers by median."""
    return np.asarray(median) * np.exp(np.asarray(sigma) * rng.standard_normal(count))


def seconds(days: ArrayLike) -> NDArray[np.timedelta64]:
    """Turn days into whole seconds as time differences."""
    whole = np.rint(np.asarray(days, dtype=np.float64) * 86_400).astype(np.int64)
    return whole.astype("timedelta64[s]")


def after(times: Times, days: ArrayLike) -> Times:
    """Return the times so many days later."""
    return times + seconds(days)


def days_between(later: Times, earlier: Times) -> Floats:
    """Return the difference in days; NaN where a time is missing."""
    difference = (later - earlier).astype("timedelta64[s]")
    result = difference.astype(np.float64) / 86_400
    return np.where(np.isnat(difference), np.nan, result)


def apportion(weights: ArrayLike, total: int, *, minimum: int = 0) -> Integers:
    """Split ``total`` into whole parts in proportion to ``weights``, each at least ``minimum``."""
    share = np.asarray(weights, dtype=np.float64)
    free = total - minimum * len(share)
    if free < 0:
        raise ValueError(f"{total} cannot be split into {len(share)} parts of at least {minimum}")
    exact = share / share.sum() * free
    parts: Integers = np.floor(exact).astype(np.int64)
    largest = np.argsort(-(exact - parts), kind="stable")[: free - int(parts.sum())]
    parts[largest] += 1
    parts += minimum
    return parts


def power(counts: Integers, exponent: float) -> Floats:
    """Return counts raised to a power, as weights."""
    weights: Floats = np.asarray(np.power(counts, exponent, dtype=np.float64))
    return weights


def at_hours(rng: np.random.Generator, times: Times, hour_weights: ArrayLike) -> Times:
    """Return the same days at drawn times of day: an hour by weight and a second within it."""
    hours = pick(rng, hour_weights, len(times))
    time_of_day = (hours * 3600 + rng.integers(0, 3600, len(times))).astype("timedelta64[s]")
    drawn: Times = times.astype("datetime64[D]").astype("datetime64[s]") + time_of_day
    return drawn
