"""What may be configured of the days to delivery.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field


class DeliveryDaysConfig(Config):
    """All that decides which interval an order gets.

    Attributes
    ----------
    coverage
        Share of the orders that arrive which their intervals are to cover; what is missed is shared by both ends.
    refit_months
        A model is fitted at the start of every so many calendar months, on what was known by then.
    followup_days
        A model learns from orders asked about at least so long before. Of younger orders only the quick ones have
        arrived, and a model would take their haste for a trait of the latest weeks.
    min_train_orders
        Delivered orders without which no model is fitted.
    recalibrate_days
        Days between two recalibrations.
    windows_days
        Lengths of the windows of deliveries that recalibrate. Of several windows the widest interval counts: a short
        one follows a sudden change, a long one remembers the last.
    warm_up_days
        No interval is given for so long after the first model: the first deliveries that it foresaw are the quick ones.
    min_calibration_orders
        Deliveries without which a window says nothing.
    max_weight
        Largest weight of a delivery in a window, as a multiple of the window's median weight.
    min_month_orders
        Counted deliveries without which a month has no figures of its own.
    evaluated_months
        The newest months with figures, over which coverage is pooled.
    left_out
        Columns of the feature table that the model does not see: the calendar month repeats too seldom in two years.
    learning_rate, max_depth, min_child_weight, subsample, colsample_bytree, max_bin, rounds
        Settings of XGBoost.
    """

    coverage: float = Field(default=0.9, gt=0, lt=1)
    refit_months: int = Field(default=2, ge=1)
    followup_days: int = Field(default=45, ge=0)
    min_train_orders: int = Field(default=500, ge=2)
    recalibrate_days: int = Field(default=7, ge=1)
    windows_days: list[int] = Field(default=[14, 56], min_length=1)
    warm_up_days: int = Field(default=60, ge=0)
    min_calibration_orders: int = Field(default=50, ge=1)
    max_weight: float = Field(default=20.0, ge=1)
    min_month_orders: int = Field(default=100, ge=1)
    evaluated_months: int = Field(default=8, ge=1)
    left_out: list[str] = Field(default=["purchase_month"])
    learning_rate: float = Field(default=0.1, gt=0, le=1)
    max_depth: int = Field(default=4, ge=1, le=12)
    min_child_weight: float = Field(default=20.0, ge=0)
    subsample: float = Field(default=0.8, gt=0, le=1)
    colsample_bytree: float = Field(default=0.6, gt=0, le=1)
    max_bin: int = Field(default=128, ge=2, le=512)
    rounds: int = Field(default=80, ge=1)
    seed: int = 7
    threads: int = Field(default=1, ge=1)
