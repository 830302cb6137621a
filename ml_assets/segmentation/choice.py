"""Which of the tried partitions is taken.

Belongs here: obstacles, the order of those without. Does not belong here: measuring them (``train``).

Of the partitions without an obstacle those count that are more stable than the null for certain; if there are none, the
customers are a continuum, and all count. Where the aim is future spend, those stay whose separation is not below the
best for certain (paired bootstrap). Of these the gain over the null decides, in a continuum stability itself; of
equally stable ones K-Means goes before HDBSCAN, and the finest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ml_assets.segmentation.config import ChoiceConfig
from ml_assets.segmentation.partition import Method
from ml_assets.segmentation.question import Aim
from ml_assets.segmentation.separation import Draws


@dataclass(frozen=True, slots=True)
class Tried:
    """A method as the choice sees it.

    Attributes
    ----------
    method
        With its setting.
    segments, smallest_share, noise_share
        What it found; zero segments where it found no two.
    stability, gain, exceeds_null
        Mean adjusted Rand index, its share of the way from the null to 1, and whether it is above the null.
    separation
        Of future spend, None where too little is known.
    """

    method: Method
    segments: int
    smallest_share: float
    noise_share: float
    stability: float
    gain: float
    exceeds_null: bool
    separation: Draws | None

    def obstacles(self, config: ChoiceConfig) -> tuple[str, ...]:
        """Return why this partition cannot be chosen."""
        if not self.segments:
            return ("there are no two segments",)
        found = []
        if self.segments > config.most_segments:
            found.append(f"{self.segments} segments are more than {config.most_segments}")
        if self.smallest_share < config.smallest_share:
            found.append(f"the smallest segment has {self.smallest_share:.1%} of the customers")
        if self.noise_share > config.most_noise:
            found.append(f"{self.noise_share:.0%} of the customers belong nowhere")
        if self.stability < config.least_stability:
            found.append(f"resamples agree by {self.stability:.2f} only")
        return tuple(found)


def in_order_of_choice(tried: Sequence[Tried], aim: Aim, config: ChoiceConfig) -> list[int]:
    """Return positions of all partitions that found segments, the chosen one first.

    After those without obstacle come the others, fewest obstacles first, so that customers have segments even where
    nothing is good enough.
    """
    positions = [number for number, each in enumerate(tried) if each.segments]
    obstacles = {number: len(tried[number].obstacles(config)) for number in positions}
    free = [number for number in positions if not obstacles[number]]
    pool = [number for number in free if tried[number].exceeds_null] or free
    if aim is Aim.FUTURE_SPEND:
        pool = _as_separate(tried, pool, config)
    stable = _most_stable_first(tried, pool, config)
    rest = [number for number in positions if number not in stable]
    return [*stable, *sorted(rest, key=lambda number: (obstacles[number], -tried[number].gain, number))]


def _as_separate(tried: Sequence[Tried], pool: Sequence[int], config: ChoiceConfig) -> list[int]:
    """Return those whose separation is not below the best for certain; all where none is known."""
    known = [(number, draws) for number in pool if (draws := tried[number].separation) is not None]
    if not known:
        return list(pool)
    _, best = max(known, key=lambda pair: pair[1].value)
    leads = [(number, best.minus(draws).estimate(config.confidence).low) for number, draws in known]
    return [number for number, low in leads if low is None or low <= 0]


def _most_stable_first(tried: Sequence[Tried], pool: Sequence[int], config: ChoiceConfig) -> list[int]:
    """Return those as stable as the best, then the others by the same measure.

    Of equally stable ones those go first that leave nobody out by construction, then the finest: ties in the data, such
    as shares of one or two orders, are dense places too, and only what is clearly more stable outweighs that.
    """
    has_structure = any(tried[number].exceeds_null for number in pool)
    merit = {number: tried[number].gain if has_structure else tried[number].stability for number in pool}
    best = max(merit.values(), default=0.0)

    def place(number: int) -> tuple[bool, float, float, int]:
        each = tried[number]
        if merit[number] < best - config.as_stable:
            return True, -merit[number], 0.0, number
        return False, float(each.method.leaves_out), -float(each.segments), number

    return sorted(pool, key=place)
