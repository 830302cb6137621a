"""Recalibration of quantiles on a rolling window of deliveries, with open orders counted as what they are: not yet.

Belongs here: weights of deliveries, factors from scores, at one moment and over many. Does not belong here: the model
whose quantiles are recalibrated, what the intervals covered.

The method is conformalised quantile regression (Romano, Patterson and Candès 2019), with both ends on their own and on
the logarithm of the days: the score of a delivery is ln(days) - ln(quantile), its weighted quantile in the window is
added to the logarithm, so that the quantile of the next orders is multiplied by a factor.

The window holds the deliveries that became known in it. Orders *placed* lately would be biased to the quick ones,
since the slow are still open. But deliveries of a window are biased too where business grows or falls: those that took
y days stand for the orders that were placed y days before. So each delivery has the weight of one over the number of
orders, delivered or still open, that grew y days old in the window (Horvitz and Thompson; the observed durations are
truncated on both sides by the window). What arrives in the end is thus estimated without waiting until all has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.orders import Days, Moments, Orders, as_days
from ml_assets.late_delivery.days.quantiles import levels_of, log_days

# A Monday, from which the grid of recalibrations counts.
_GRID_STARTS = np.datetime64("1970-01-05", "us")
LOW, MEDIAN, HIGH = range(3)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Factors on low, median and high, by moment from which they hold.

    Attributes
    ----------
    moments
        Ascending; a factor uses what was known at its moment.
    factors
        One row a moment, one column for each of low, median, high; NaN where too little was known.
    """

    moments: Moments
    factors: Days

    def at(self, asked_at: Moments) -> Days:
        """Return the latest factors known at each moment; NaN before the first."""
        place = np.searchsorted(self.moments, asked_at, side="right") - 1
        padded = np.vstack([self.factors, np.full((1, 3), np.nan)])
        return padded[place]

    def applied(self, quantiles: Days, asked_at: Moments) -> Days:
        """Return low, median and high by row, low not above and high not below the median."""
        days = quantiles * self.at(asked_at)
        days[:, LOW] = np.minimum(days[:, LOW], days[:, MEDIAN])
        days[:, HIGH] = np.maximum(days[:, HIGH], days[:, MEDIAN])
        return days


def grid(start: np.datetime64, end: np.datetime64, every_days: int) -> Moments:
    """Return the moments of recalibration within [start, end]; the same ones whatever the start."""
    step = np.timedelta64(every_days, "D").astype("timedelta64[us]")
    first = _GRID_STARTS - ((_GRID_STARTS - start.astype("datetime64[us]")) // step) * step
    return np.arange(first, end.astype("datetime64[us]") + np.timedelta64(1, "us"), step)


def passage_weights(days: Days, sorted_asked: Days, start: float, end: float, max_weight: float) -> Days:
    """Return one over the number of orders that reached the age at which each delivery came, within a window.

    Parameters
    ----------
    days
        Age of each delivered order at its delivery.
    sorted_asked
        Moments at which *all* orders were asked about, delivered or not, ascending, as days.
    start, end
        The window [start, end), as days.
    max_weight
        Weights end at this multiple of their median.
    """
    placed = np.searchsorted(sorted_asked, end - days)
    placed -= np.searchsorted(sorted_asked, start - days)
    weights = 1.0 / np.maximum(placed, 1)
    bounded: Days = np.minimum(weights, max_weight * np.median(weights))
    return bounded


def window_factors(scores: Days, weights: Days, levels: tuple[float, float, float]) -> Days:
    """Return the factors on low, median and high by which the scores of a window ask.

    The ends are conformal: the next order counts as one more that may lie outside, so with n deliveries the level
    0.95 of an end becomes 0.95 (n + 1) / n, at most 1.

    Parameters
    ----------
    scores
        ln(days) - ln(quantile), one row a delivery, one column for each of low, median, high.
    weights
        Of the deliveries.
    levels
        Of low, median, high.
    """
    more = (len(scores) + 1) / len(scores)
    low = -_quantile(-scores[:, LOW], min(1.0, (1.0 - levels[LOW]) * more), weights)
    median = _quantile(scores[:, MEDIAN], levels[MEDIAN], weights)
    high = _quantile(scores[:, HIGH], min(1.0, levels[HIGH] * more), weights)
    factors: Days = np.exp(np.array([low, median, high]))
    return factors


def recalibrate(orders: Orders, quantiles: Days, moments: Moments, config: DeliveryDaysConfig) -> Calibration:
    """Return the factors at each moment, from the deliveries that were known by then.

    Parameters
    ----------
    orders
        All orders, open ones too.
    quantiles
        Low, median and high of each order by a model that did not know its delivery; NaN where there was none.
    moments
        When to recalibrate, ascending.
    """
    asked, delivered = as_days(orders.asked_at), as_days(orders.delivered_at)
    sorted_asked = np.sort(asked)
    foreseen = np.flatnonzero(np.isfinite(delivered) & np.isfinite(orders.days) & np.isfinite(quantiles).all(axis=1))
    foreseen = foreseen[np.argsort(delivered[foreseen], kind="stable")]
    delivered, days = delivered[foreseen], orders.days[foreseen]
    scores = log_days(days)[:, None] - np.log(quantiles[foreseen])
    levels = levels_of(config.coverage)

    def factors(moment: float, window: int) -> Days:
        first, last = np.searchsorted(delivered, [moment - window, moment])
        if last - first < config.min_calibration_orders:
            return np.full(3, np.nan)
        rows = slice(first, last)
        weights = passage_weights(days[rows], sorted_asked, moment - window, moment, config.max_weight)
        return window_factors(scores[rows], weights, levels)

    by_window = np.array(
        [[factors(moment, window) for window in sorted(config.windows_days)] for moment in as_days(moments)]
    ).reshape(len(moments), len(config.windows_days), 3)
    return Calibration(moments=moments, factors=_widest(by_window))


def _widest(by_window: Days) -> Days:
    """Return the lowest low, the highest high and the median of the shortest window that knows one.

    ``by_window`` has the axes moment, window (the shortest first) and end.
    """
    shortest = np.argmax(np.isfinite(by_window[:, :, MEDIAN]), axis=1)
    return np.column_stack(
        [
            np.fmin.reduce(by_window[:, :, LOW], axis=1),
            by_window[np.arange(len(by_window)), shortest, MEDIAN],
            np.fmax.reduce(by_window[:, :, HIGH], axis=1),
        ]
    )


def _quantile(values: Days, level: float, weights: Days) -> float:
    return float(np.quantile(values, level, weights=weights, method="inverted_cdf"))
