"""A policy's turn: one model on one day, and where the policy keeps what it has of the model.

Belongs here: the types, and what follows from them by name alone. Does not belong here: what is done in a turn
(``step``), what all policies share on a day (``day``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from ml_assets.classification.family import QuestionFamily
from ml_assets.files import ModelFiles
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.replay.day import Day
from ml_assets.replay.policies import Policy
from ml_assets.replay.policy_warehouse import PolicyWarehouse
from ml_assets.warehouse import Warehouse

# So late that all of the day was known, and early enough for a second decision on it.
_HOUR = time(23, 55)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a policy keeps what it has of a model: never where the platform keeps its own.

    Attributes
    ----------
    own
        Its scores and decisions.
    files
        What a step leaves for the next.
    registry
        Its versions, and which of them serves.
    """

    own: Warehouse
    files: ModelFiles
    registry: ModelRegistry


@dataclass(frozen=True, slots=True)
class Turn:
    """One model on one day under one policy."""

    family: QuestionFamily
    policy: Policy
    day: Day
    place: Place

    @property
    def model(self) -> str:
        """Name of the registered model."""
        return self.family.name

    @property
    def tables(self) -> Warehouse:
        """The tables of the day, with scores and decisions of this policy."""
        return PolicyWarehouse(self.day.past, self.place.own)

    @property
    def moment(self) -> datetime:
        """Moment of the simulated clock."""
        return datetime.combine(self.day.day, _HOUR)

    @property
    def champion(self) -> Version | None:
        """The version that serves now; None if none does."""
        return self.place.registry.aliased(self.model, CHAMPION)
