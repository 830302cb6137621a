"""What a policy did with a model on one day of a replay, as it is kept between two days and two processes.

Belongs here: the records. Does not belong here: who makes them (``step``), what is counted of them (``figures``).
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.states import State
from ml_assets.registry.verdict import Verdict
from ml_assets.replay.policies import Policy


class TrainingRecord(BaseModel):
    """A training, and what the gate made of its version.

    Attributes
    ----------
    is_first
        Whether nobody served before: all policies begin with the same training.
    candidate
        Name of the candidate that was chosen.
    verdict, reason
        Of the gate.
    is_promoted
        Whether another version serves since.
    """

    model_config = ConfigDict(frozen=True)

    is_first: bool
    candidate: str
    verdict: Verdict
    reason: str
    is_promoted: bool


class StepRecord(BaseModel):
    """A day of one model under one policy.

    Attributes
    ----------
    model, policy, day
        Whose day it was.
    complete_until
        Last day whose events were complete: until then labels were known.
    champion, champion_is
        Version that serves at the end of the day, and the name of its candidate; None if nobody does.
    scored
        Rows that were scored; none on the first day, on which all versions are the same.
    is_alarm
        Whether drift or decay was found to be a cause for a training, and was none on the day before.
    state, reasons
        Of the decision.
    training
        The training of that day; None without one.
    memory
        For the next decision; None for a policy without the machine.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    policy: Policy
    day: date
    complete_until: date | None
    champion: str | None
    champion_is: str | None
    scored: int = 0
    is_alarm: bool = False
    state: State | None = None
    reasons: tuple[str, ...] = ()
    training: TrainingRecord | None = None
    memory: Remembered | None = None
