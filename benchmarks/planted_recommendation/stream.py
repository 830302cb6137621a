"""A drawn click stream as the events that the recommender learns from.

Belongs here: sessions, names and the complete days of a stream, as the event marts have them. Does not belong here: the
draws (``ecom_assets.sample``), fitting.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.retailrocket.assemble import build_clicks
from ecom_assets.sample.retailrocket.events import KINDS
from ecom_assets.sample.scenarios import sample_config
from ml_assets.recommender.clicks import AT, EVENT, ITEM, SESSION, VISITOR
from ml_assets.recommender.training_set import ClicksFacts

# Without an event for longer a session is over; as ``session_timeout_minutes`` of the dbt project.
_IDLE_MS = 1_800_000
_DAY = pd.Timedelta(days=1)

Stream = tuple[ClicksFacts, pd.DataFrame]


def stored_stream(scale: float, seed: int, *, is_null: bool) -> Stream:
    """Return the events of a sample's complete days, as a training set has them.

    Parameters
    ----------
    scale, seed, is_null
        As for ``sample_config``.
    """
    return stored(build_clicks(sample_config(scale=scale, seed=seed, is_null=is_null)).events)


def stored(log: pd.DataFrame) -> Stream:
    """Return the events of a log up to the day before its last one, which may have begun only.

    Parameters
    ----------
    log
        Columns ``time`` (ms), ``visitor``, ``kind`` (position in ``KINDS``) and ``item``.
    """
    ordered = log.sort_values(["visitor", "time", "item", "kind"], kind="stable", ignore_index=True)
    ordered = ordered.drop_duplicates(["visitor", "time", "item", "kind"], ignore_index=True)
    occurred = pd.to_datetime(ordered["time"], unit="ms")
    visitor, moment = ordered["visitor"].to_numpy(), ordered["time"].to_numpy()
    is_new = np.append(True, (np.diff(visitor) != 0) | (np.diff(moment) > _IDLE_MS))
    frame = pd.DataFrame(
        {
            VISITOR: ordered["visitor"].astype(str),
            SESSION: np.cumsum(is_new).astype(str),
            ITEM: ordered["item"].astype(str),
            EVENT: np.asarray(KINDS, dtype=object)[ordered["kind"].to_numpy()],
            AT: occurred,
        }
    )
    end = occurred.max().normalize()
    frame = frame[occurred < end]
    facts = ClicksFacts(
        complete_until=(end - _DAY).date(),
        fingerprint="",
        rows=len(frame),
        visitors=frame[VISITOR].nunique(),
        sessions=frame[SESSION].nunique(),
        items=frame[ITEM].nunique(),
        first=frame[AT].min().to_pydatetime(),
        last=frame[AT].max().to_pydatetime(),
    )
    return facts, frame
