"""Records of days as a replay leaves them.

Belongs here: builders with defaults. Does not belong here: what is asserted.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ml_assets.registry.verdict import Verdict
from ml_assets.replay.policies import Policy
from ml_assets.replay.records import StepRecord, TrainingRecord

MODEL = "churn_things"


def a_day(day: date, policy: Policy = Policy.DRIFT, **changes: Any) -> StepRecord:
    """Return a day on which nothing was done."""
    quiet = StepRecord(
        model=MODEL, policy=policy, day=day, complete_until=day, champion="1", champion_is="rule", reasons=("calm",)
    )
    return quiet.model_copy(update=changes)


def a_training(*, is_first: bool = False, is_promoted: bool = False, reason: str = "it had to") -> TrainingRecord:
    """Return a training, whose version was kept out unless it is said to serve."""
    return TrainingRecord(
        is_first=is_first,
        candidate="blend",
        verdict=Verdict.PROMOTED if is_promoted else Verdict.KEPT,
        reason=reason,
        is_promoted=is_promoted,
    )
