"""A page of a replay of two policies, with all that may stand on one.

Belongs here: its builder. Does not belong here: what is asserted.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from ml_assets.replay.alarms import Truth
from ml_assets.replay.figures import model_figures
from ml_assets.replay.judged import JudgedPolicies
from ml_assets.replay.page import ReplayResult, replay_page
from ml_assets.replay.policies import Policy
from tests.unit.replay.made_records import MODEL, a_day, a_training

DAYS = (date(2018, 1, 31), date(2018, 2, 28), date(2018, 3, 31))
SHIFT = Truth(shift_from=date(2018, 2, 1))


def page_of(truth: Truth, rows: int = 4, *, is_on_site: bool = False) -> tuple[str, ReplayResult]:
    """Return a page on two policies, of which drift trains on the second day in vain and on the third with success."""
    first = a_training(is_first=True, is_promoted=True)
    records = {
        Policy.NEVER: [a_day(DAYS[0], Policy.NEVER, training=first), *(a_day(day, Policy.NEVER) for day in DAYS[1:])],
        Policy.DRIFT: [
            a_day(DAYS[0], training=first),
            a_day(DAYS[1], training=a_training(reason="<b>no better</b>"), is_alarm=True, reasons=("it moved",)),
            a_day(DAYS[2], training=a_training(is_promoted=True), is_alarm=True, reasons=("again",)),
        ],
    }
    period = np.array(["2018-02-01", "2018-03-01"] * (rows // 2), dtype="datetime64[D]")
    losses = np.tile([[0.7, 0.6]], (rows, 1))
    judged = JudgedPolicies(tuple(records), losses, np.arange(rows), period)
    result = ReplayResult(truth=truth, models=(model_figures(MODEL, judged, records, truth),), commit="abc123")
    return replay_page(result, {MODEL: records}, "replay", is_on_site=is_on_site), result
