"""Bands that everyone falls into, by probability.

Belongs here: where the bands begin, and who is in which. Does not belong here: what a contact is worth (``value``).
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ml_assets.config import BandConfig

FloatArray = npt.NDArray[np.float64]

HIGH, MEDIUM, LOW = "high", "medium", "low"
BANDS = (HIGH, MEDIUM, LOW)


class Bands(BaseModel):
    """Probabilities from which on a row is in the band high, and in medium; all others are low."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    high_from: float
    medium_from: float

    @classmethod
    def fit(cls, probability: FloatArray, config: BandConfig) -> Self:
        """Return the cuts that come closest to the shares asked for.

        Equal probabilities are never divided. Where they all are equal nobody stands out, and all are low; the same
        holds without any row.

        Parameters
        ----------
        probability
            Of the rows of a window, shape (n,).
        config
            Shares of the rows in high, and in high and medium together.
        """
        high = _cut(probability, config.high_share)
        medium = _cut(probability, max(config.high_share, config.medium_share))
        return cls(high_from=high, medium_from=min(high, medium))

    def of(self, probability: FloatArray) -> npt.NDArray[np.object_]:
        """Return the band of each probability."""
        is_at_least = [probability >= self.high_from, probability >= self.medium_from]
        return np.select(is_at_least, [HIGH, MEDIUM], default=LOW).astype(object)


def _cut(probability: FloatArray, share: float) -> float:
    """Return the value from which on about that share lies; beyond the largest value if nobody is closest to it."""
    if len(probability) == 0:
        return float(np.nextafter(1.0, 2.0))
    values, counts = np.unique(probability, return_counts=True)
    cuts = np.append(np.nextafter(values[-1], np.inf), values[::-1])
    shares = np.append(0.0, np.cumsum(counts[::-1]) / len(probability))
    return float(cuts[np.argmin(np.abs(shares - share))])
