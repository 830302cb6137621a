"""How sure a comparison must be that is not the first one on its test window.

Belongs here: the confidence that is left. Does not belong here: the comparison, counting (``champion``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

# So many resamples shall lie beyond the bound that is read from them.
_RESAMPLES_BEYOND = 10
_MOST_RESAMPLES = 10_000


class Resampling(Protocol):
    """Settings of a measurement whose intervals come from resamples; a pydantic model has all of it."""

    @property
    def confidence(self) -> float:
        """Confidence of the intervals, 0.5 to 1."""
        ...

    @property
    def resamples(self) -> int:
        """Samples behind each interval."""
        ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return the settings with some of them changed."""
        ...


_Config = TypeVar("_Config", bound=Resampling)


def confidence_of(confidence: float, comparison: int) -> float:
    """Return the confidence of the interval whose lower bound decides the n-th comparison on one window.

    Whoever compares often enough on the same rows finds a challenger that seems better. The chance that any of the
    comparisons on a window, however many, promotes one that is no better is to stay below ``1 - confidence``. So the
    n-th one spends ``(1 - confidence) / (n (n + 1))`` of it, and the sum over all n is ``1 - confidence``. The first
    one spends a half, which is what the lower bound of a two-sided interval of that confidence stands for.

    Parameters
    ----------
    confidence
        Declared confidence, 0.5 to 1.
    comparison
        Which comparison on the window it is, counted from 1.
    """
    return 1.0 - 2.0 * _spent(confidence, comparison)


def for_comparison(config: _Config, comparison: int) -> _Config:
    """Return how the n-th comparison on a window is measured: surer, with as many resamples as that takes."""
    needed = math.ceil(round(_RESAMPLES_BEYOND / _spent(config.confidence, comparison), 6))
    return config.model_copy(
        update={
            "confidence": confidence_of(config.confidence, comparison),
            "resamples": max(config.resamples, min(needed, _MOST_RESAMPLES)),
        }
    )


def _spent(confidence: float, comparison: int) -> float:
    if comparison < 1:
        raise ValueError(f"comparison {comparison} on a window; the first one is 1")
    return (1.0 - confidence) / (comparison * (comparison + 1))
