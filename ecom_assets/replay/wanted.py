"""What is asked of a replay.

Belongs here: the type. Does not belong here: arguments of a command, what is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ml_assets.config import TrainingConfig
from ml_assets.replay.alarms import Truth
from ml_assets.replay.policies import Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be replayed.

    Attributes
    ----------
    policies
        Which are compared.
    models
        Names of models; none for all that can be replayed.
    since, until
        First and last day; by default the second half of history, until nothing new is complete.
    every
        Every so manieth period ends with a day of the replay.
    truth
        What is known of the world, for the judgement alone.
    training
        Settings of trainings.
    """

    policies: tuple[Policy, ...] = tuple(Policy)
    models: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    every: int = 1
    truth: Truth = field(default_factory=Truth)
    training: TrainingConfig = field(default_factory=TrainingConfig)
