"""Customers who buy by a known law.

Belongs here: simulated histories. Does not belong here: fits, clocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml_assets.cltv.btyd.histories import Histories


@dataclass(frozen=True, slots=True)
class World:
    """A law of purchases, and for how many days it has been watched.

    Attributes
    ----------
    name
        How tables call it.
    r, alpha, a, b
        BG/NBD's parameters, time in days.
    days
        First purchases are spread evenly over so many days before the moment.
    """

    name: str
    r: float
    alpha: float
    a: float
    b: float
    days: int


# As fitted to the marketplace's customers, to the music shop CDNOW, and planted in the loyal sample.
WORLDS = (
    World("marketplace", r=0.0071, alpha=47.0, a=1.66, b=0.33, days=730),
    World("music shop", r=0.243, alpha=30.9, a=0.793, b=2.426, days=273),
    World("loyal shop", r=0.6, alpha=100.0, a=0.8, b=2.5, days=730),
)


def simulated(world: World, customers: int, seed: int) -> Histories:
    """Return histories in whole days, counted as a feature table counts them: one purchase a day."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, world.days + 1, customers).astype(np.float64)
    rate = rng.gamma(world.r, 1 / world.alpha, customers)
    leaves = rng.beta(world.a, world.b, customers)
    now, recency, frequency = rng.random(customers), np.zeros(customers), np.zeros(customers)
    staying = np.arange(customers)
    while len(staying):
        with np.errstate(divide="ignore"):
            now[staying] += rng.exponential(size=len(staying)) / rate[staying]
        staying = staying[now[staying] < first[staying] + 1.0]
        day = np.floor(now[staying])
        frequency[staying] += day > recency[staying]
        recency[staying] = day
        staying = staying[rng.random(len(staying)) >= leaves[staying]]
    return Histories(frequency, recency, first, np.zeros(customers))
