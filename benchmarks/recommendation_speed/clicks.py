"""Sessions and visitors of a drawn click log.

Belongs here: views of a sample as sessions. Does not belong here: the draws (``ecom_assets.sample``), clocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecom_assets.sample.retailrocket.assemble import build_clicks
from ecom_assets.sample.retailrocket.events import KINDS
from ecom_assets.sample.scenarios import sample_config
from ml_assets.recommender.sessions import Sessions

_VIEW = KINDS.index("view")
_IDLE_MS = 1_800_000
_FEWEST_CLICKS = 2


@dataclass(frozen=True, slots=True)
class Views:
    """What was viewed.

    Attributes
    ----------
    sessions
        Sessions of two views or more, by the time of their end.
    visitors
        All that each visitor has viewed, in order of time.
    """

    sessions: Sessions
    visitors: Sessions


def views(scale: float, seed: int) -> Views:
    """Return the views of a sample of some size."""
    log = build_clicks(sample_config(scale=scale, seed=seed)).events
    log = log[log["kind"] == _VIEW].sort_values(["visitor", "time", "item"], kind="stable", ignore_index=True)
    visitor, moment = log["visitor"].to_numpy(), log["time"].to_numpy()
    is_new = np.append(True, (np.diff(visitor) != 0) | (np.diff(moment) > _IDLE_MS))
    cut = Sessions.of_columns(np.cumsum(is_new), log["item"], moment / 1000)
    long = cut.take(cut.lengths >= _FEWEST_CLICKS)
    ended_at = pd.Series(long.ended_at).to_numpy(dtype=np.float64)
    return Views(long.take(np.argsort(ended_at, kind="stable")), Sessions.of_columns(visitor, log["item"]))
