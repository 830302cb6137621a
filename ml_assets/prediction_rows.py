"""What is wrong with values of a table of scores: checks of one column, or of a few that belong together.

Belongs here: pure functions from values to sentences, each with the number of rows it is about. Does not belong here:
which columns a table has (``predictions``), and which of these checks each of them gets (``prediction_checks``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd


def null_problems(frame: pd.DataFrame) -> Iterable[str]:
    """Tell of columns that must have a value in each row, and have not."""
    yield from (f"{name} is NULL in {count} rows" for name, count in frame.isna().sum().items() if count)


def blank_problems(frame: pd.DataFrame) -> Iterable[str]:
    """Tell of columns of text that hold nothing but white space somewhere."""
    for name in frame.columns:
        blank = int((frame[name].dropna().astype(str).str.strip() == "").sum())
        if blank:
            yield f"{name} is blank in {blank} rows"


def key_problems(frame: pd.DataFrame) -> Iterable[str]:
    """Tell of rows that repeat the key, which is all columns of the frame."""
    repeated = int(frame.duplicated().sum())
    if repeated:
        yield f"{repeated} rows repeat a combination of {', '.join(frame.columns)}"


def day_problems(days: pd.Series[pd.Timestamp]) -> Iterable[str]:
    """Tell of days with a time of day."""
    moments = pd.to_datetime(days)
    timed = int((moments.notna() & (moments != moments.dt.normalize())).sum())
    if timed:
        yield f"{days.name} has a time of day in {timed} rows"


def range_problems(values: pd.Series[float], at_least: float, at_most: float) -> Iterable[str]:
    """Tell of numbers outside a closed range, or infinite; one that is missing is another matter.

    Parameters
    ----------
    values
        The column.
    at_least, at_most
        Ends of the range; an infinite one leaves that side open.
    """
    known = values.dropna().to_numpy(dtype=np.float64)
    outside = int((~(np.isfinite(known) & (known >= at_least) & (known <= at_most))).sum())
    if outside:
        yield f"{values.name} is no {_range_in_words(at_least, at_most)} in {outside} rows"


def value_problems(values: pd.Series[str], known: Collection[str]) -> Iterable[str]:
    """Tell of values that are none of the known ones."""
    unknown = sorted(set(values.dropna().unique()) - set(known))
    if unknown:
        yield f"{values.name} holds {', '.join(map(repr, unknown))}; known are {', '.join(known)}"


def list_problems(lists: pd.Series[str], at_most: int) -> Iterable[str]:
    """Tell of texts that are not a JSON list each, with at most so many entries."""
    texts: Sequence[str] | pd.Series[str] = lists.dropna()
    try:
        # All rows in one text: parsing them one by one takes several times as long.
        parsed = json.loads(f"[{','.join(texts)}]")
    except (TypeError, ValueError) as error:
        yield f"{lists.name} are not JSON: {error}"
        return
    if len(parsed) != len(texts) or not set(map(type, parsed)) <= {list}:
        yield f"{lists.name} are not one JSON list a row"
    elif max(map(len, parsed), default=0) > at_most:
        yield f"{lists.name} has up to {max(map(len, parsed))} entries a row; at most {at_most} are shown"


def interval_problems(frame: pd.DataFrame, *, ends_may_lack: bool = False, is_mean: bool = False) -> Iterable[str]:
    """Tell of intervals that do not hold their middle, or of which only a part is known.

    Parameters
    ----------
    frame
        Lower end, middle and upper end, in this order.
    ends_may_lack
        Whether a middle may be known without an interval around it.
    is_mean
        Whether the middle is a mean, which may lie outside: that of mostly nothing and seldom much is above quantiles
        of nothing.
    """
    names = ", ".join(frame.columns)
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(values)
    asked = known[:, [0, 2]] if ends_may_lack else known
    partial = int((asked.any(axis=1) & ~known.all(axis=1)).sum())
    if partial:
        yield f"only some of {names} are known in {partial} rows"
    low, middle, high = values[known.all(axis=1)].T
    is_within = True if is_mean else (low <= middle) & (middle <= high)
    unordered = int((~((low <= high) & is_within & np.isfinite(high) & np.isfinite(low))).sum())
    if unordered:
        ends = ", ".join(frame.columns[[0, 2]]) if is_mean else names
        yield f"{ends} are not in ascending order in {unordered} rows"


def rank_problems(frame: pd.DataFrame) -> Iterable[str]:
    """Tell of lists whose ranks are not 1, 2, 3 and so on.

    Parameters
    ----------
    frame
        Columns that tell lists apart, then the rank; each combination once, in any order.
    """
    *key, rank = frame.columns
    ranks = frame[rank].to_numpy(dtype=np.float64, na_value=np.nan)
    # A list of n different whole numbers from 1 on has no gap if its greatest is n.
    lists = pd.DataFrame({rank: ranks}).groupby([frame[name].to_numpy() for name in key], sort=False, dropna=False)
    found = lists[rank].agg(["max", "count"])
    gaps = int((found["max"] != found["count"]).sum())
    broken = int((ranks % 1 > 0).sum())
    if gaps or broken:
        yield f"{rank} does not run from 1 on without gaps in {gaps} lists, and is no whole number in {broken} rows"


def same_problems(frame: pd.DataFrame) -> Iterable[str]:
    """Tell of rows in which two columns say the same."""
    first, second = frame.columns
    same = int((frame[first] == frame[second]).sum())
    if same:
        yield f"{second} is the same as {first} in {same} rows"


def _range_in_words(at_least: float, at_most: float) -> str:
    if np.isfinite(at_most):
        return f"number from {at_least:g} to {at_most:g}"
    return f"finite number from {at_least:g} on" if np.isfinite(at_least) else "finite number"
