"""The dates on which the questions are asked.

Belongs here: month ends and week ends between two moments, and their column in an answer. Does not belong here: what is
asked.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ecom_assets.sample.draws import Times
from ecom_assets.sample.olist.months import FIRST_PURCHASE, LAST_PURCHASE


def month_ends(first: np.datetime64, before: np.datetime64) -> Times:
    """Return the last days of months from the month of ``first`` on that are over at ``before``."""
    months = np.arange(first.astype("datetime64[M]"), before.astype("datetime64[M]"))
    ends: Times = (months + 1).astype("datetime64[D]") - 1
    return ends


def marketplace_month_ends(before: np.datetime64 | None) -> Times:
    """Return the month ends of a marketplace that is cut at a moment, or not at all."""
    return month_ends(FIRST_PURCHASE, LAST_PURCHASE if before is None else np.minimum(before, LAST_PURCHASE))


def week_ends(first: np.datetime64, before: np.datetime64) -> Times:
    """Return the Sundays from ``first`` on that are over at ``before``."""
    days = np.arange(first.astype("datetime64[D]"), before.astype("datetime64[D]"))
    sundays: Times = days[(days.astype(np.int64) + 3) % 7 == 6]  # 1970-01-01 was a Thursday
    return sundays


def end_of(as_of: np.datetime64) -> np.datetime64:
    """Return the moment up to which things are known on an as-of date: the end of that day."""
    moment: np.datetime64 = (as_of + 1).astype("datetime64[s]")
    return moment


def as_of_column(as_of: np.datetime64, count: int) -> pa.Array:
    """Return the column of an answer that repeats its as-of date."""
    return pa.array(np.full(count, as_of.astype("datetime64[D]")))
