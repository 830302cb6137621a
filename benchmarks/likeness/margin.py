"""A figure that is measured on both sides.

Belongs here: what a margin is and when a generated figure is near enough. Does not belong here: any one margin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Side = TypeVar("Side")


class Origin(StrEnum):
    """Where the real figure is from.

    The extract and the complete files beside it are measured by the same function as the sample; so are the sessions
    that were published for session models. Published totals are taken as they stand.
    """

    EXTRACT = "extract"
    COMPLETE = "complete file"
    SESSIONS = "published sessions"
    PUBLISHED = "published total"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a generated figure may lie from the real one.

    Attributes
    ----------
    width
        Allowed distance, in the unit of the figure or as a share of the real figure.
    is_relative
        Whether ``width`` is a share.
    """

    width: float
    is_relative: bool = False

    def distance(self, real: float) -> float:
        """Return the allowed distance in the unit of the figure."""
        return self.width * abs(real) if self.is_relative else self.width


def absolute(width: float) -> Tolerance:
    """Return a tolerance in the unit of the figure."""
    return Tolerance(width)


def relative(width: float) -> Tolerance:
    """Return a tolerance that is a share of the real figure."""
    return Tolerance(width, is_relative=True)


@dataclass(frozen=True, slots=True)
class Margin(Generic[Side]):
    """One figure of the data.

    Attributes
    ----------
    name
        What it is called in the table.
    unit
        ``share`` is written as a percentage, ``count`` without decimals; anything else stands behind the number.
    real
        The real figure, rounded; none where nobody has published it and the extract cannot say.
    origin
        Where the real figure is from.
    tolerance
        Allowed distance of the generated figure.
    function
        The figure of one side.
    note
        What a reader must know of the real figure.
    grows_with_scale
        Whether the real figure is to be multiplied by the scale of the sample.
    needs_full_size
        Whether a smaller sample has another figure by nature: ranks among fewer items, rows of which some are kept.
    """

    name: str
    unit: str
    real: float | None
    origin: Origin
    tolerance: Tolerance | None
    function: Callable[[Side], float]
    grows_with_scale: bool = False
    needs_full_size: bool = False
    note: str = ""

    @property
    def is_measured(self) -> bool:
        """Tell whether the function gives the real figure too, where the real data are at hand."""
        return self.origin in (Origin.EXTRACT, Origin.COMPLETE, Origin.SESSIONS)

    def __post_init__(self) -> None:
        """Refuse a real figure without an origin or a tolerance, and these without a real figure."""
        known = self.real is not None
        if known != (self.origin is not Origin.UNKNOWN) or known != (self.tolerance is not None):
            raise ValueError(f"{self.name}: a real figure, its origin and a tolerance belong together")

    def expected(self, scale: float) -> float | None:
        """Return the real figure at a scale."""
        return None if self.real is None else self.real * (scale if self.grows_with_scale else 1.0)

    def is_met(self, generated: float, *, scale: float = 1.0, allowance: float = 0.0) -> bool | None:
        """Tell whether a generated figure is near enough; none where the real one is unknown.

        Parameters
        ----------
        generated
            The figure of the sample.
        scale
            Scale of the sample.
        allowance
            Further distance, in the unit of the figure, for the noise of a small sample.
        """
        expected = self.expected(scale)
        if expected is None or self.tolerance is None:
            return None
        return abs(generated - expected) <= self.tolerance.distance(expected) + allowance
