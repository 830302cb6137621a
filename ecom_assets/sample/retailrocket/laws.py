"""The laws of the click stream's visits, as small objects that can be drawn from and reasoned with.

Belongs here: each law's draws beside the probabilities an oracle needs of the same law. Does not belong here: the
numbers that a world gives them (parameters), the process that they make together (visits, sessions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, roots_jacobi

from ecom_assets.sample.draws import Floats, Integers, lognormal, pick_within

MINUTES_PER_DAY = 1_440.0
_QUADRATURE_POINTS = 96


class ReturnLaw(Protocol):
    """How the chance of another visit is spread among the visitors of a class."""

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw the chance of each of ``count`` visitors."""

    def quadrature(self) -> tuple[Floats, Floats]:
        """Return chances and weights that sum to one: means over the law become weighted sums."""


@dataclass(frozen=True, slots=True)
class BetaReturn:
    """Chances of another visit that follow a Beta law.

    Attributes
    ----------
    returning, leaving
        Its two shape parameters; the mean chance is ``returning / (returning + leaving)``.
    """

    returning: float
    leaving: float

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw the chance of each of ``count`` visitors."""
        return rng.beta(self.returning, self.leaving, count)

    def quadrature(self) -> tuple[Floats, Floats]:
        """Return the Gauss-Jacobi points of the law (Golub and Welsch, 1969), moved from [-1, 1] to [0, 1]."""
        points, weights = roots_jacobi(_QUADRATURE_POINTS, self.leaving - 1.0, self.returning - 1.0)
        return np.asarray((1.0 + points) / 2.0), np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True)
class CertainReturn:
    """Every visitor always comes again."""

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return certainty for each of ``count`` visitors."""
        return np.ones(count)

    def quadrature(self) -> tuple[Floats, Floats]:
        """Return certainty as the only point."""
        return np.ones(1), np.ones(1)


class GapLaw(Protocol):
    """How long a visitor who comes again stays away: days from the last event of a visit to the next visit."""

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` gaps in days."""

    def survival(self, days: ArrayLike) -> Floats:
        """Return the chance that a gap is longer than so many days."""

    def density(self, days: ArrayLike) -> Floats:
        """Return the density of gaps of so many days, per day."""


@dataclass(frozen=True, slots=True)
class LogNormalGap:
    """Log-normal gaps after the idle time that separates two sessions.

    Attributes
    ----------
    median_days
        Median of the part that is log-normal.
    spread
        Standard deviation of its logarithm.
    idle_minutes
        Time without an event that a gap has at least, so that visits and observed sessions are the same.
    """

    median_days: float
    spread: float
    idle_minutes: float

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` gaps in days."""
        return self.idle_minutes / MINUTES_PER_DAY + lognormal(rng, self.median_days, self.spread, count)

    def survival(self, days: ArrayLike) -> Floats:
        """Return the chance that a gap is longer than so many days."""
        beyond = np.asarray(days, dtype=np.float64) - self.idle_minutes / MINUTES_PER_DAY
        return _lognormal_survival(beyond, self.median_days, self.spread)

    def density(self, days: ArrayLike) -> Floats:
        """Return the density of gaps of so many days, per day; none within the idle time."""
        beyond = np.asarray(days, dtype=np.float64) - self.idle_minutes / MINUTES_PER_DAY
        inside = np.where(beyond > 0, beyond, 1.0)
        steps = (np.log(inside) - np.log(self.median_days)) / self.spread
        density = np.exp(-0.5 * steps * steps) / (inside * self.spread * np.sqrt(2.0 * np.pi))
        return np.where(beyond > 0, density, 0.0)


@dataclass(frozen=True, slots=True)
class ExponentialGap:
    """Gaps without memory.

    Attributes
    ----------
    mean_days
        Mean gap.
    """

    mean_days: float

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` gaps in days."""
        return rng.exponential(self.mean_days, count)

    def survival(self, days: ArrayLike) -> Floats:
        """Return the chance that a gap is longer than so many days."""
        return np.asarray(np.exp(-np.asarray(days, dtype=np.float64) / self.mean_days))

    def density(self, days: ArrayLike) -> Floats:
        """Return the density of gaps of so many days, per day."""
        return self.survival(days) / self.mean_days


@dataclass(frozen=True, slots=True)
class DelayLaw:
    """Time from one event of a session to the next: log-normal, cut at a longest delay.

    Attributes
    ----------
    median_minutes
        Median before the cut.
    spread
        Standard deviation of the logarithm.
    longest_minutes
        Longer delays become this one; below the idle time that ends a session.
    """

    median_minutes: float
    spread: float
    longest_minutes: float = 29.0

    def draw(self, rng: np.random.Generator, count: int) -> Integers:
        """Draw ``count`` delays in milliseconds, at least one."""
        minutes = np.minimum(lognormal(rng, self.median_minutes, self.spread, count), self.longest_minutes)
        delays: Integers = np.ceil(minutes * 60_000.0).astype(np.int64)
        return delays

    def survival(self, minutes: ArrayLike) -> Floats:
        """Return the chance that a delay is longer than so many minutes."""
        waited = np.asarray(minutes, dtype=np.float64)
        beyond = _lognormal_survival(waited, self.median_minutes, self.spread)
        return np.where(waited < self.longest_minutes, beyond, 0.0)


@dataclass(frozen=True, slots=True)
class ViewsLaw:
    """Views of a session: one with its own share, more by a power law.

    Attributes
    ----------
    single
        Share of sessions with one view.
    exponent
        Longer sessions of ``n`` views are as likely as ``n ** -exponent``.
    longest
        Most views of a session.
    """

    single: float
    exponent: float
    longest: int = 250

    def shares(self) -> Floats:
        """Return the share of sessions with 1, 2, … up to ``longest`` views."""
        tail = np.arange(2, self.longest + 1, dtype=np.float64) ** -self.exponent
        return np.concatenate([[self.single], (1.0 - self.single) * tail / tail.sum()])


def draw_views(rng: np.random.Generator, laws: tuple[ViewsLaw, ...], segment: Integers) -> Integers:
    """Draw the views of sessions, each from the law of its class."""
    shares = [law.shares() for law in laws]
    ends = np.cumsum([len(share) for share in shares])
    starts = ends - np.array([len(share) for share in shares])
    found = pick_within(rng.random(len(segment)), np.concatenate(shares), starts[segment], ends[segment])
    views: Integers = found - starts[segment] + 1
    return views


def _lognormal_survival(beyond: Floats, median: float, spread: float) -> Floats:
    """Return the chance that a log-normal number is larger; certain for what is not positive."""
    with np.errstate(divide="ignore"):
        steps = (np.log(np.maximum(beyond, 0.0)) - np.log(median)) / spread
    return np.asarray(ndtr(-steps))
