"""What the beta-geometric/NBD and gamma-gamma laws say of a customer with a given history.

Belongs here: formulas over arrays of histories. Does not belong here: how a history is read from orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1

from ecom_assets.sample.draws import Floats
from ecom_assets.sample.olist.parameters import Segment


@dataclass(frozen=True, slots=True)
class History:
    """Visits of customers up to a moment, in days of the clock in which their rates run.

    Attributes
    ----------
    frequency
        Visits after the first one (x).
    recency
        Days from the first to the last visit (t_x).
    age
        Days from the first visit to the moment (T).
    """

    frequency: Floats
    recency: Floats
    age: Floats


def _left_ratio(law: Segment, history: History) -> Floats:
    """Return how likely it is that the customer left after his last visit, relative to his being alive."""
    if law.dropout_alpha == 0.0:
        return np.zeros_like(history.age)
    x = history.frequency
    odds = (law.dropout_alpha / (law.dropout_beta + x - 1)) * np.exp(
        (law.rate_shape + x) * np.log((law.rate_days + history.age) / (law.rate_days + history.recency))
    )
    return np.where(x > 0, odds, 0.0)


def log_likelihood(law: Segment, history: History) -> Floats:
    """Return the log-likelihood of each history (Fader, Hardie and Lee 2005, eq. 6)."""
    x = history.frequency
    stayed = (
        betaln(law.dropout_alpha, law.dropout_beta + x) - betaln(law.dropout_alpha, law.dropout_beta)
        if law.dropout_alpha > 0
        else np.zeros_like(x)
    )
    rate = gammaln(law.rate_shape + x) - gammaln(law.rate_shape) + law.rate_shape * np.log(law.rate_days)
    waited = -(law.rate_shape + x) * np.log(law.rate_days + history.age)
    likelihood: Floats = stayed + rate + waited + np.log1p(_left_ratio(law, history))
    return likelihood


def alive_probability(law: Segment, history: History) -> Floats:
    """Return the chance that each customer has not left."""
    alive: Floats = 1.0 / (1.0 + _left_ratio(law, history))
    return alive


def no_visit_probability(law: Segment, history: History, days: Floats) -> Floats:
    """Return the chance of no visit within so many further days.

    Given that a customer is alive his rate follows a gamma law of shape r + x and inverse scale alpha + T, so he stays
    away with ((alpha + T) / (alpha + T + days)) ** (r + x); one who has left always does.
    """
    away = np.exp(-(law.rate_shape + history.frequency) * np.log1p(days / (law.rate_days + history.age)))
    alive = alive_probability(law, history)
    return 1.0 - alive * (1.0 - away)


def expected_visits(law: Segment, history: History, days: float) -> Floats:
    """Return the expected visits within so many further days (Fader, Hardie and Lee 2005, eq. 10)."""
    x = history.frequency
    r, alpha, a, b = law.rate_shape, law.rate_days, law.dropout_alpha, law.dropout_beta
    if a == 0.0:
        return (r + x) / (alpha + history.age) * days
    end = alpha + history.age + days
    unlikely = np.exp(-(r + x) * np.log(end / (alpha + history.age))) * hyp2f1(r + x, b + x, a + b + x - 1, days / end)
    expected: Floats = (a + b + x - 1) / (a - 1) * (1.0 - unlikely) * alive_probability(law, history)
    return expected


def expected_gamma_gamma_value(law: tuple[float, float, float], orders: Floats, total: Floats) -> Floats:
    """Return the expected value of an order given past ones (Fader and Hardie 2013, eq. 5).

    Parameters
    ----------
    law
        Shape p of an order's value, shape q and scale of the gamma law of a customer's rate.
    orders, total
        Number and summed value of a customer's orders.
    """
    shape, rate_shape, scale = law
    value: Floats = shape * (scale + total) / (shape * orders + rate_shape - 1)
    return value
