"""The event log: views, additions to the cart, transactions, and the order of the file.

Belongs here: one row per logged event. Does not belong here: who comes when (visits), item properties.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Integers, choose
from ecom_assets.sample.retailrocket.arrivals import DAY_MS, HOUR_MS
from ecom_assets.sample.retailrocket.browsing import choose_items
from ecom_assets.sample.retailrocket.sessions import TRANSACTION, VIEW
from ecom_assets.sample.retailrocket.visits import Visits

DUPLICATES = 460
# The original runs through its months in this order.
_MONTH_ORDER = (6, 8, 9, 5, 7)
_NIGHT_MS = 6 * HOUR_MS

KINDS = ("view", "addtocart", "transaction")


def build_events(config: SampleConfig, items: pd.DataFrame, visits: Visits, visitor_id: Integers) -> pd.DataFrame:
    """Return the log in the order of the file.

    Columns: ``time`` (ms), ``visitor`` (id), ``kind`` (position in ``KINDS``), ``item`` (id), ``transaction`` (id, -1
    for none); and what the file does not say: ``segment`` (class), ``session``.
    """
    log = visits.events
    item = items["item"].to_numpy().astype(np.int32)[choose_items(config, items, log)]
    visitor = log["visitor"].to_numpy()
    frame = pd.DataFrame(
        {
            "time": log["time"].to_numpy(),
            "visitor": visitor_id.astype(np.int32)[visitor],
            "kind": log["kind"].to_numpy(),
            "item": item,
            "transaction": _transaction_ids(config, log).astype(np.int32),
            "segment": visits.segment.astype(np.int8)[visitor],
            "session": log["session"].to_numpy(),
        }
    )
    viewed = np.flatnonzero(log["kind"].to_numpy() == VIEW)
    repeated = choose(config.stream("retailrocket.duplicates"), viewed, config.rows(DUPLICATES))
    rows = np.concatenate([np.arange(len(frame)), repeated])
    ordered = rows[_file_order(config, frame["time"].to_numpy()[rows], frame["session"].to_numpy()[rows])]
    return frame.take(ordered[log["present"].to_numpy()[ordered]]).reset_index(drop=True)


def _transaction_ids(config: SampleConfig, log: pd.DataFrame) -> Integers:
    """Return an id for each payment, in no order; -1 for views and carts."""
    rng = config.stream("retailrocket.transaction_ids")
    bought = np.flatnonzero(log["kind"].to_numpy() == TRANSACTION)
    session, payment = log["session"].to_numpy()[bought], log["payment"].to_numpy()[bought]
    first = np.ones(len(bought), dtype=np.bool_)
    first[1:] = (session[1:] != session[:-1]) | (payment[1:] != payment[:-1])
    number = np.cumsum(first) - 1
    result: Integers = np.full(len(log), -1, dtype=np.int64)
    result[bought] = rng.permutation(int(first.sum()))[number]
    return result


def _file_order(config: SampleConfig, time: Integers, session: Integers) -> Integers:
    """Order the rows like the original: months in blocks, days in turn, no order within a day."""
    rng = config.stream("retailrocket.order_of_events")
    day = (time - _NIGHT_MS) // DAY_MS
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    rank = np.argsort(np.array(_MONTH_ORDER))[np.searchsorted(np.sort(_MONTH_ORDER), month)]
    place = rng.integers(0, 2**30, int(session.max()) + 1)[session]
    key = (rank * 20_000 + day) * 2**35 + place * 2**5 + rng.integers(0, 2**5, len(time))
    return np.argsort(key, kind="stable")
