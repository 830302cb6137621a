"""The dates on which the questions are asked.

Belongs here: month ends and week ends between two moments. Does not belong here: what is asked.
"""

from __future__ import annotations

import numpy as np

from ecom_assets.sample.draws import Times


def month_ends(first: np.datetime64, before: np.datetime64) -> Times:
    """Return the last days of months from the month of ``first`` on that are over at ``before``."""
    months = np.arange(first.astype("datetime64[M]"), before.astype("datetime64[M]"))
    ends: Times = (months + 1).astype("datetime64[D]") - 1
    return ends


def week_ends(first: np.datetime64, before: np.datetime64) -> Times:
    """Return the Sundays from ``first`` on that are over at ``before``."""
    days = np.arange(first.astype("datetime64[D]"), before.astype("datetime64[D]"))
    sundays: Times = days[(days.astype(np.int64) + 3) % 7 == 6]  # 1970-01-01 was a Thursday
    return sundays


def end_of(as_of: np.datetime64) -> np.datetime64:
    """Return the moment up to which things are known on an as-of date: the end of that day."""
    moment: np.datetime64 = (as_of + 1).astype("datetime64[s]")
    return moment
