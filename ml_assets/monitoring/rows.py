"""Rows as windows: whom they are about in numbers that stay the same, and how many of them are kept.

Belongs here: making a window of a frame. Does not belong here: which rows (the families), comparing windows (``gate``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.monitoring.window import Window

# More rows make no threshold much lower: it has a floor.
MOST_ROWS = 50_000
# Odd, so that multiplying by it loses no bit.
_MIX = np.uint64(0x9E3779B97F4A7C15)


def window_of(
    frame: pd.DataFrame, entities: pd.Series[Any], period: npt.NDArray[np.datetime64], first: date, last: date
) -> Window:
    """Return rows as a window.

    Parameters
    ----------
    frame
        Columns that are compared.
    entities
        Name of whom each row is about; only a hash of it is kept.
    period
        First day of each row's period, or its as-of date.
    first, last
        Days from which and until which the rows are.
    """
    return Window(
        frame=frame.reset_index(drop=True),
        entity=entity_numbers(entities),
        period=period.astype("datetime64[D]"),
        first=first,
        last=last,
    )


def entity_numbers(names: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Return a hash of each name: the same one in every window, and nothing from which the name could be told."""
    return np.asarray(pd.util.hash_array(names.astype(str).to_numpy(dtype=object)).view(np.int64), dtype=np.int64)


def limited(window: Window, most: int = MOST_ROWS) -> Window:
    """Return about so many rows of a window, always the same ones, whatever their order.

    Rows are drawn by a hash of entity and period, not entities with all of their rows: of as many rows of a panel
    these are about more entities, so that the same number of them tells more. What rows of one entity share is still
    seen, in those entities of which several were drawn.

    Parameters
    ----------
    window
        The rows.
    most
        At most so many, but for rows of one entity in one period, which stay together.
    """
    if len(window.frame) <= most:
        return window
    days = window.period.astype(np.int64).astype(np.uint64)
    mixed = pd.util.hash_array((window.entity.view(np.uint64) * _MIX) ^ days)
    kept = mixed <= np.partition(mixed, most - 1)[most - 1]
    return window.part(kept, window.first, window.last)


def day(moment: np.datetime64) -> date:
    """Return the day of a moment."""
    found = moment.astype("datetime64[D]").item()
    if not isinstance(found, date):
        raise TypeError(f"A day is a date, not {moment!r}.")
    return found
