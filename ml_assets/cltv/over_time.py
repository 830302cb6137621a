"""Money of one horizon as purchases, money and intervals of others.

Belongs here: the columns over time, how they follow from the laws. Does not belong here: the money of the horizon
itself (``fitted``), the laws (``btyd``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.model import BuyTillYouDie

FloatArray = npt.NDArray[np.float64]

# Days for which purchases and money are told.
HORIZONS = (30, 90, 180, 365)
PROBABILITY_ALIVE = "probability_alive"


def purchases_column(days: int) -> str:
    """Return the name of the column of expected purchases."""
    return f"expected_purchases_{days}d"


def value_column(days: int, bound: str = "") -> str:
    """Return the name of the column of expected money, or of one end of its interval: ``_low`` or ``_high``."""
    return f"expected_value_{days}d{bound}"


LOW, HIGH = "_low", "_high"


class IntervalSettings(BaseModel):
    """Share of futures that intervals shall hold, how many are drawn for each history, and the seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """Rows whose money within a horizon is known, and the laws that spread it over time.

    Attributes
    ----------
    laws
        Laws of buying and dropping out; None where there was too little to fit them to.
    histories
        Of the rows.
    horizon
        Days of the money that is known.
    intervals
        How intervals are made.
    """

    laws: BuyTillYouDie | None
    histories: Histories
    horizon: int
    intervals: IntervalSettings

    def money(self, value: FloatArray, days: float) -> FloatArray:
        """Return money of the horizon as money of other days, by the laws' ratio, or in proportion without laws."""
        if days == self.horizon:
            return value
        in_proportion = value * days / self.horizon
        if self.laws is None or not len(value):
            return in_proportion
        own, other = (self.laws.expected_purchases(self.histories, each) for each in (self.horizon, days))
        ratio = np.divide(other, own, out=np.zeros_like(own), where=own > 0)
        return np.where(own > 0, value * ratio, in_proportion)

    def interval(self, value: FloatArray, days: float) -> tuple[FloatArray, FloatArray]:
        """Return both ends of the laws' interval of money, brought to the level of each row; NaN without laws."""
        if self.laws is None or not len(value):
            return np.full(len(value), np.nan), np.full(len(value), np.nan)
        own = self.laws.expected_value(self.histories, self.horizon)
        # Where the laws expect nothing, their futures hold nothing either, whatever they are multiplied with.
        scale = np.divide(value, own, out=np.ones_like(value), where=own > 0)
        settings = self.intervals
        drawn = self.laws.intervals(self.histories, days, settings.coverage, settings.draws, settings.seed)
        return scale * drawn.value_low, scale * drawn.value_high

    def columns(self, value: FloatArray) -> dict[str, FloatArray]:
        """Return all columns over time of rows with so much money within the horizon."""
        unknown = np.full(len(value), np.nan)
        laws = self.laws if len(value) else None
        columns = {PROBABILITY_ALIVE: unknown if laws is None else laws.probability_alive(self.histories)}
        for days in HORIZONS:
            low, high = self.interval(value, days)
            columns |= {
                purchases_column(days): unknown if laws is None else laws.expected_purchases(self.histories, days),
                value_column(days): self.money(value, days),
                value_column(days, LOW): low,
                value_column(days, HIGH): high,
            }
        return columns
