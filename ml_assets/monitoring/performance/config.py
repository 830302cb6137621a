"""When realised performance is called a decay, as far as it may be configured.

Belongs here: fields with defaults and bounds. Does not belong here: what acts on them (``judge``).
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field


class PerformanceConfig(Config):
    """When realised performance is called a decay.

    Attributes
    ----------
    tolerance
        By so much skill the realised one may lie below the promised one.
    min_events
        Rows of either class, or rows at all where there are no classes, without which nothing is said.
    max_periods
        The newest periods that are judged together, where fewer do not hold so many.
    confidence
        Of the two-sided intervals: a model as good as promised is called decayed in less than half of the rest.
    resamples, period_resamples, seed
        Of the bootstrap over entities: behind the verdict, and behind the figure of each period, by which nothing is
        decided.
    """

    tolerance: float = Field(default=0.01, ge=0.0)
    min_events: int = Field(default=100, ge=2)
    max_periods: int = Field(default=6, ge=1)
    confidence: float = Field(default=0.98, gt=0.5, lt=1.0)
    resamples: int = Field(default=1_000, ge=100)
    period_resamples: int = Field(default=200, ge=100)
    seed: int = 13
