"""What intervals covered, month after month.

Belongs here: which orders are counted, the counts. Does not belong here: how intervals come about, pages.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest

from ml_assets.late_delivery.days.evaluation import Coverage, MonthlyCoverage
from ml_assets.late_delivery.days.fitted import DAYS_COLUMNS
from ml_assets.late_delivery.days.orders import Orders, as_days, end_of
from ml_assets.metrics.estimate import Estimate

Mask = npt.NDArray[np.bool_]


def countable(orders: Orders, days: pd.DataFrame, complete_until: np.datetime64) -> Mask:
    """Return which orders have an interval that is over, as is their promise, by the end of the last complete day.

    It depends on the decision, the promise and the interval alone, never on what came of the order. Else the newest
    weeks would hold only the quick ones.
    """
    ends = as_days(orders.asked_at) + days[DAYS_COLUMNS[-1]].to_numpy()
    last = as_days(np.array([end_of(complete_until)]))[0]
    counted: Mask = np.isfinite(ends) & (ends <= last) & (as_days(orders.promise_ends_at) <= last)
    return counted


def coverage_of(orders: Orders, days: pd.DataFrame, counted: Mask) -> Coverage | None:
    """Return what the intervals covered of the counted orders; None if none of them was delivered."""
    delivered = counted & ~orders.is_void & np.isfinite(orders.days)
    if not delivered.any():
        return None
    low, median, high = days.to_numpy()[delivered].T
    came = orders.days[delivered]
    promised = (as_days(orders.promise_ends_at) - as_days(orders.asked_at))[delivered]
    never = int((counted & ~orders.is_void & np.isnan(orders.days)).sum())
    covered = int(((low <= came) & (came <= high)).sum())
    wilson = binomtest(covered, len(came)).proportion_ci(method="wilson")
    return Coverage(
        delivered=len(came),
        never_delivered=never,
        void=int((counted & orders.is_void).sum()),
        covered=Estimate(value=covered / len(came), low=float(wilson.low), high=float(wilson.high)),
        below=float(np.mean(came < low)),
        above=float(np.mean(came > high)),
        covered_of_all=covered / (len(came) + never),
        mean_low=float(np.mean(low)),
        mean_median=float(np.mean(median)),
        mean_high=float(np.mean(high)),
        mean_width=float(np.mean(high - low)),
        mean_promised=float(np.mean(promised)),
        high_within_promise=float(np.mean(high <= promised)),
        median_absolute_error=float(np.mean(np.abs(came - median))),
    )


def rolling_coverage(orders: Orders, days: pd.DataFrame, counted: Mask, minimum: int) -> tuple[MonthlyCoverage, ...]:
    """Return the coverage of each month of decision with at least ``minimum`` counted deliveries, ascending."""
    month = orders.asked_at.astype("datetime64[M]")
    by_month = ((each, coverage_of(orders, days, counted & (month == each))) for each in np.unique(month[counted]))
    return tuple(
        MonthlyCoverage(month=each.astype("datetime64[D]").astype(object), coverage=coverage)
        for each, coverage in by_month
        if coverage is not None and coverage.delivered >= minimum
    )
