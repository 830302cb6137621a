"""Days to delivery from the rows of the feature table: fitted, and measured as they would have served.

Belongs here: the way from rows to models and record, what the intervals are compared with. Does not belong here: its
steps, assets.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.conformal import recalibrate
from ml_assets.late_delivery.days.evaluation import Coverage, DeliveryDaysEvaluation, MonthlyCoverage
from ml_assets.late_delivery.days.fitted import DAYS_COLUMNS, FittedDays, fit_days, quantiles_in_turn
from ml_assets.late_delivery.days.orders import Days, Orders, orders_of
from ml_assets.late_delivery.days.rolling import Mask, countable, coverage_of, rolling_coverage

NOT_RECALIBRATED = "not recalibrated"
NO_FEATURES = "no features"


def evaluate_days(
    frame: pd.DataFrame, complete_until: np.datetime64, config: DeliveryDaysConfig
) -> tuple[FittedDays, DeliveryDaysEvaluation]:
    """Return models and what their intervals covered, every order with the interval that was possible at its decision.

    Parameters
    ----------
    frame
        Rows of one decision point of the feature table for late delivery, with all columns.
    complete_until
        Last day whose deliveries are complete.
    config
        Settings.

    Raises
    ------
    SeveralDecisionPointsError
        If the frame has rows of more than one decision point.
    """
    orders = orders_of(frame, complete_until, config.left_out)
    fitted = fit_days(orders, complete_until, config)
    days = fitted.predict(orders.features, orders.asked_at)
    counted = countable(orders, days, complete_until)
    by_month = rolling_coverage(orders, days, counted, config.min_month_orders)
    newest = by_month[-config.evaluated_months :]
    if newest:
        counted &= np.isin(
            orders.asked_at.astype("datetime64[M]"), np.array([each.month for each in newest], "datetime64[M]")
        )
    pooled = coverage_of(orders, days, counted) if newest else None
    return fitted, DeliveryDaysEvaluation(
        decision_point=orders.decision_point,
        aimed_at=config.coverage,
        models=len(fitted.models),
        by_month=by_month,
        pooled=pooled,
        pooled_months=len(newest),
        comparisons=_comparisons(orders, fitted, counted, config) if pooled else {},
        remarks=_remarks(newest, pooled, config),
    )


def _comparisons(orders: Orders, fitted: FittedDays, counted: Mask, config: DeliveryDaysConfig) -> dict[str, Coverage]:
    """Return the coverage of the same orders by the bare models, and by the days of late deliveries alone."""
    bare = quantiles_in_turn(fitted.models, orders.features, orders.asked_at)
    alike = np.where(np.isnan(bare), np.nan, 1.0)
    without = recalibrate(orders, alike, fitted.calibration.moments, config).applied(alike, orders.asked_at)
    named: dict[str, Days] = {NOT_RECALIBRATED: bare, NO_FEATURES: without}
    coverages = {
        name: coverage_of(orders, pd.DataFrame(days, columns=list(DAYS_COLUMNS)), counted)
        for name, days in named.items()
    }
    return {name: coverage for name, coverage in coverages.items() if coverage is not None}


def _remarks(
    newest: tuple[MonthlyCoverage, ...], pooled: Coverage | None, config: DeliveryDaysConfig
) -> tuple[str, ...]:
    if pooled is None:
        return (
            f"No interval could be counted: it needs {config.min_train_orders} deliveries of orders older than "
            f"{config.followup_days} days at the start of a month, and {config.warm_up_days} days after it.",
        )
    worst = max(newest, key=lambda each: abs((each.coverage.covered.value or 0.0) - config.coverage))
    lost = pooled.never_delivered / (pooled.delivered + pooled.never_delivered)
    return (
        "The interval is that of the orders that arrive. Orders finally canceled or unavailable are not counted.",
        f"{lost:.1%} of the other orders never arrived; with those as missed, {pooled.covered_of_all:.1%} are covered.",
        f"Furthest from {config.coverage:.0%}: {worst.month:%Y-%m} with {worst.coverage.covered.value:.1%} of "
        f"{worst.coverage.delivered:,} deliveries.",
    )
