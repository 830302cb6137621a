"""Size, seed and scenario of a sample, and the random streams that follow from them.

Belongs here: what every entity needs to know. Does not belong here: the rates of one entity (they stand beside it).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.olist.parameters import OlistParameters
from ecom_assets.sample.retailrocket.parameters import RetailRocketParameters

MIN_SCALE = 0.005
MAX_SCALE = 10.0


class Scenario(StrEnum):
    """Which world is drawn."""

    MARKETPLACE = "marketplace"
    LOYAL = "loyal"
    STEADY = "steady"


@dataclass(frozen=True, slots=True)
class SampleConfig:
    """What a sample is made from; equal configs give equal bytes.

    Attributes
    ----------
    scale
        Size relative to the originals; 1 has as many orders and events as they have.
    seed
        Entropy of all random streams.
    scenario
        Name of the world; ``scenarios.sample_config`` gives the rates that belong to it.
    is_null
        Whether nothing in the world depends on anything else.
    drift
        A planted change, if any.
    olist
        Rates of the marketplace.
    retailrocket
        Rates of the click stream.
    """

    scale: float = 0.05
    seed: int = 7
    scenario: Scenario = Scenario.MARKETPLACE
    is_null: bool = False
    drift: Drift | None = None
    olist: OlistParameters = field(default_factory=OlistParameters)
    retailrocket: RetailRocketParameters = field(default_factory=RetailRocketParameters)

    def __post_init__(self) -> None:
        """Refuse sizes at which the shares of the originals cannot be kept, and contradictions."""
        if not MIN_SCALE <= self.scale <= MAX_SCALE:
            raise ValueError(f"scale must lie between {MIN_SCALE} and {MAX_SCALE:g}, got {self.scale}")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, got {self.seed}")
        if self.is_null and self.drift is not None:
            raise ValueError("a null sample has no relation that could drift: ask for one of the two")

    def drift_of(self, kind: DriftKind) -> Drift | None:
        """Return the planted change if it is of this kind."""
        return self.drift if self.drift is not None and self.drift.kind is kind else None

    def rows(self, original: int, *, minimum: int = 1) -> int:
        """Scale a row count of the originals; rare rows keep at least ``minimum``."""
        return max(minimum, round(original * self.scale))

    def stream(self, name: str) -> np.random.Generator:
        """Return the generator of one named stream.

        The spawn key comes from the name and not from a running number, so that a stream added later
        leaves all others as they were.
        """
        sequence = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(name.encode()),))
        return np.random.Generator(np.random.PCG64(sequence))
