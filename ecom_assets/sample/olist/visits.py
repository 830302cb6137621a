"""When a customer comes back: the beta-geometric/NBD law.

Belongs here: visits in time, from rates and chances to leave. Does not belong here: calendars, orders, people's tastes.
"""

from __future__ import annotations

import numpy as np
from scipy.special import hyp2f1

from ecom_assets.sample.draws import Floats, Integers
from ecom_assets.sample.olist.parameters import Segment

# A rate of zero would divide by zero; so small a one has no visit in any sample.
_LEAST_RATE = 1e-12


def draw_rates(rng: np.random.Generator, segments: tuple[Segment, ...], segment: Integers) -> Floats:
    """Draw each customer's visits a day."""
    shape, days = (np.array([getattr(s, name) for s in segments])[segment] for name in ("rate_shape", "rate_days"))
    rates: Floats = np.maximum(rng.standard_gamma(shape) / days, _LEAST_RATE)
    return rates


def draw_dropouts(rng: np.random.Generator, segments: tuple[Segment, ...], segment: Integers) -> Floats:
    """Draw each customer's chance to leave after a visit."""
    alpha = np.array([s.dropout_alpha for s in segments])[segment]
    beta = np.array([s.dropout_beta for s in segments])[segment]
    leaving: Floats = np.where(alpha > 0, rng.beta(np.where(alpha > 0, alpha, 1.0), beta), 0.0)
    return leaving


def later_visits(
    rng: np.random.Generator, rates: Floats, dropouts: Floats, observed: Floats
) -> tuple[Integers, Integers, Floats]:
    """Draw the visits after the first one.

    Parameters
    ----------
    rng
        Source of randomness.
    rates, dropouts
        Each customer's visits a day, and chance to leave after each later visit.
    observed
        Days from the first visit to the end of observation.

    Returns
    -------
    tuple
        Customer (position), number of the visit from 1, days since the first visit; in order of customers and time.
    """
    active = np.arange(len(rates))
    now = np.zeros(len(rates))
    rounds: list[tuple[Integers, Integers, Floats]] = []
    number = 0
    while len(active):
        number += 1
        now[active] += rng.standard_exponential(len(active)) / rates[active]
        active = active[now[active] <= observed[active]]
        rounds.append((active, np.full(len(active), number), now[active]))
        active = active[rng.random(len(active)) >= dropouts[active]]
    if not rounds:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    customer, visit, days = (np.concatenate(column) for column in zip(*rounds, strict=True))
    order = np.lexsort((visit, customer))
    return customer[order], visit[order], days[order]


def expected_visits(segment: Segment, days: Floats) -> Floats:
    """Return the expected visits after the first one within so many days (Fader, Hardie and Lee 2005, eq. 9)."""
    r, alpha, a, b = segment.rate_shape, segment.rate_days, segment.dropout_alpha, segment.dropout_beta
    if a == 0.0:
        return r / alpha * days
    unlikely = (alpha / (alpha + days)) ** r * hyp2f1(r, b, a + b - 1, days / (alpha + days))
    expected: Floats = (a + b - 1) / (a - 1) * (1 - unlikely)
    return expected
