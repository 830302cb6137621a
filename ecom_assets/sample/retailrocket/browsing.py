"""Which items are viewed one after the other, and which of them are added to the cart and bought.

Belongs here: the item of each event. Does not belong here: visits and times, the items themselves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Integers, group_starts, pick, positions_within
from ecom_assets.sample.retailrocket.sessions import CART, TRANSACTION, VIEW


def choose_items(config: SampleConfig, items: pd.DataFrame, events: pd.DataFrame) -> Integers:
    """Return the position in ``items`` of each event's item; events are sorted by visitor, session and time."""
    kind, session = events["kind"].to_numpy(), events["session"].to_numpy()
    item = np.empty(len(events), dtype=np.int64)
    views = np.flatnonzero(kind == VIEW)
    item[views] = _viewed(config, items, events["visitor"].to_numpy()[views], session[views])
    carts = np.flatnonzero(kind == CART)
    item[carts] = item[carts - 1]  # in a session's chain the view comes directly before
    _replace(config, "retailrocket.carted_items", items, item, carts, config.retailrocket.cart_of_viewed_share)
    bought = np.flatnonzero(kind == TRANSACTION)
    item[bought] = item[_carted_before(events["visitor"].to_numpy(), session, carts, bought)]
    share = config.retailrocket.transaction_from_cart_share
    _replace(config, "retailrocket.bought_items", items, item, bought, share)
    return item


def _replace(
    config: SampleConfig, stream: str, items: pd.DataFrame, item: Integers, rows: Integers, kept_share: float
) -> None:
    """Give some rows an item by popularity alone."""
    rng = config.stream(stream)
    other = rows[rng.random(len(rows)) >= kept_share]
    item[other] = pick(rng, items["weight"].to_numpy(), len(other))


def _carted_before(visitor: Integers, session: Integers, carts: Integers, bought: Integers) -> Integers:
    """Return for each bought row one of its visitor's additions to the cart so far.

    A session's rows take the latest first and go back; where there are no more, they begin again at the latest.
    """
    if not len(bought):
        return bought
    _, first, counts = np.unique(session[bought], return_index=True, return_counts=True)
    number = positions_within(counts)
    # Paying ends a session, so all carts before its first bought row, and of the visitor, are so far.
    end = np.repeat(np.searchsorted(carts, bought[first]), counts)
    start = np.searchsorted(visitor[carts], visitor[bought])
    source: Integers = carts[end - 1 - number % (end - start)]
    return source


def _viewed(config: SampleConfig, items: pd.DataFrame, visitor: Integers, session: Integers) -> Integers:
    """Choose the item of each view: a fresh one, a neighbour of the one before, or one seen before."""
    rng = config.stream("retailrocket.viewed_items")
    rates = config.retailrocket
    per_session = np.bincount(session)
    per_session = per_session[per_session > 0]
    position = positions_within(per_session)
    count = len(position)
    kind = np.where(position > 0, rng.random(count), 1.0)
    repeat = kind < rates.repeat_share
    revisit = ~repeat & (kind < rates.repeat_share + rates.revisit_share)
    again = repeat | revisit
    neighbour = ~again & (kind < rates.repeat_share + rates.revisit_share + rates.neighbour_share)
    fresh = pick(rng, items["weight"].to_numpy(), count)
    starts = group_starts(per_session)
    fresh[starts] = _first_items(rng, rates.reopening_share, visitor[starts], fresh[starts])
    # A chain of neighbours is a walk along the category, counted from the last fresh item.
    anchor = np.maximum.accumulate(np.where(neighbour | again, 0, np.arange(count)))
    step = np.where(neighbour, rng.geometric(1 / rates.neighbour_reach, count) * rng.choice((-1, 1), count), 0)
    walked = np.cumsum(step)
    walked = walked - walked[anchor]
    low, high = _category_bounds(items)
    item = _reflected(fresh[anchor] + walked, low[fresh[anchor]], high[fresh[anchor]])
    return item[_seen_before(rng, position, repeat, revisit)]


def _reflected(position: Integers, low: Integers, high: Integers) -> Integers:
    """Fold positions into ``[low, high)``: a walk that meets an end turns there."""
    span = high - low
    turn = (position - low) % (2 * span)
    folded: Integers = low + np.minimum(turn, 2 * span - 1 - turn)
    return folded


def _first_items(rng: np.random.Generator, share: float, visitor: Integers, fresh: Integers) -> Integers:
    """Let some later sessions begin where the visitor's session before began."""
    later = np.concatenate(([False], visitor[1:] == visitor[:-1]))
    reopening: Flags = later & (rng.random(len(visitor)) < share)
    source = np.maximum.accumulate(np.where(reopening, 0, np.arange(len(visitor))))
    return fresh[source]


def _seen_before(rng: np.random.Generator, position: Integers, repeat: Flags, revisit: Flags) -> Integers:
    """Point each view of an item seen before to an earlier row of its session, and all others to themselves."""
    here = np.arange(len(position))
    earlier = here - 1 - (rng.random(len(position)) * position).astype(np.int64)
    source = np.where(repeat, here - 1, np.where(revisit, earlier, here))
    again = repeat | revisit
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
