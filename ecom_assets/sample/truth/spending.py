"""What past orders tell of what a customer will spend, where baskets are matched by spending scores.

Belongs here: scores as they could be observed, their likelihood, the expected value of the next order. Does not belong
here: how often somebody orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ecom_assets.sample.draws import Floats, Times
from ecom_assets.sample.olist.parameters import Segment

_REFERENCE_DAYS = 28
_LEAST_REFERENCE = 20
_GRID = np.linspace(-6.0, 7.0, 2_601)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(32)
# Beyond so many orders the own level is known well enough to take them as so many.
_MOST_ORDERS = 12


@dataclass(frozen=True, slots=True)
class Scores:
    """Sums of a customer's observed scores.

    Attributes
    ----------
    count, total, squares
        Number, sum and sum of squares.
    """

    count: Floats
    total: Floats
    squares: Floats


def mixture(segments: tuple[Segment, ...]) -> Floats:
    """Return the distribution function of all orders' scores on the grid."""
    share = np.array([segment.share for segment in segments])
    level = np.array([segment.spending for segment in segments])
    below: Floats = ndtr(_GRID[:, None] - level) @ (share / share.sum())
    return below


def observed_scores(segments: tuple[Segment, ...], purchased: Times, value: Floats) -> Floats:
    """Return the score that an order's value reveals: its rank among the orders of the four weeks before its day.

    NaN where too few orders came before to tell.
    """
    below = mixture(segments)
    day = purchased.astype("datetime64[D]").astype(np.int64)
    order = np.argsort(day, kind="stable")
    by_day, values = day[order], value[order]
    score = np.full(len(value), np.nan)
    for today in np.unique(by_day):
        start, here, end = np.searchsorted(by_day, (today - _REFERENCE_DAYS, today, today + 1))
        if here - start < _LEAST_REFERENCE:
            continue
        reference = np.sort(values[start:here])
        rank = 0.5 * (
            np.searchsorted(reference, values[here:end], side="left")
            + np.searchsorted(reference, values[here:end], side="right")
        )
        score[order[here:end]] = np.interp((rank + 0.5) / (len(reference) + 1), below, _GRID)
    return score


def log_likelihood(segment: Segment, person_share: float, scores: Scores) -> Floats:
    """Return the log-likelihood of each customer's scores: exchangeable normal draws around the segment's level."""
    rest = 1.0 - person_share
    n = scores.count
    deviation = scores.total - n * segment.spending
    squares = scores.squares - 2 * segment.spending * scores.total + n * segment.spending**2
    spread = 1.0 + n * person_share / rest
    likelihood: Floats = -0.5 * (
        n * np.log(2 * np.pi * rest) + np.log(spread) + squares / rest - person_share / rest**2 * deviation**2 / spread
    )
    return likelihood


def expected_values(segments: tuple[Segment, ...], person_share: float, scores: Scores, recent: Floats) -> list[Floats]:
    """Return the expected value of each customer's next order, for each segment that he might belong to.

    Parameters
    ----------
    segments
        The segments.
    person_share
        Share of the variance within a segment that is the customer's own.
    scores
        Sums of each customer's observed scores.
    recent
        Values of recent orders, which say what a score is worth in money.
    """
    below = mixture(segments)
    worth = np.quantile(recent, np.clip(below, 0.0, 1.0))
    n = np.minimum(scores.count, _MOST_ORDERS)
    rest = 1.0 - person_share
    weight = n * person_share / (n * person_share + rest)
    mean_score = np.divide(scores.total, scores.count, out=np.zeros_like(scores.total), where=scores.count > 0)
    tables = [_expected_worth(np.sqrt(rest + _own_variance(person_share, k)), worth) for k in range(_MOST_ORDERS + 1)]
    result = []
    for segment in segments:
        level = segment.spending + np.where(scores.count > 0, weight * (mean_score - segment.spending), 0.0)
        value = np.empty_like(level)
        for k in range(_MOST_ORDERS + 1):
            members = n == k
            value[members] = np.interp(level[members], _GRID, tables[k])
        result.append(value)
    return result


def _own_variance(person_share: float, orders: int) -> float:
    """Return the variance of a customer's own level that is left after so many orders."""
    rest = 1.0 - person_share
    return person_share * rest / (orders * person_share + rest)


def _expected_worth(spread: float, worth: Floats) -> Floats:
    """Return the expected worth of a score drawn around each point of the grid."""
    points = _GRID[:, None] + spread * _NODES
    expected: Floats = np.interp(points, _GRID, worth) @ (_WEIGHTS / _WEIGHTS.sum())
    return expected
