"""What is known of the intervals: the record that card and scoreboard read.

Belongs here: the record's types, as they are stored in JSON. Does not belong here: how its figures come about.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.estimate import Estimate


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Coverage(_Record):
    """What intervals covered; all means are over the delivered orders.

    Attributes
    ----------
    delivered, never_delivered, void
        Orders counted: those that arrived; those that have not although their promise and their interval are over;
        those finally canceled or unavailable, which have no delivery and are in no share.
    covered
        Share of the delivered with low ≤ days ≤ high; the interval is Wilson's at 95 %.
    below, above
        Shares of the delivered that came before low, after high.
    covered_of_all
        Share covered where those never delivered are counted as missed.
    mean_low, mean_median, mean_high, mean_width
        Days from the decision.
    mean_promised
        Days from the decision to the end of the promised day.
    high_within_promise
        Share whose high is not after the end of the promised day.
    median_absolute_error
        Mean absolute difference between median and days.
    """

    delivered: int
    never_delivered: int
    void: int
    covered: Estimate
    below: float
    above: float
    covered_of_all: float
    mean_low: float
    mean_median: float
    mean_high: float
    mean_width: float
    mean_promised: float
    high_within_promise: float
    median_absolute_error: float


class MonthlyCoverage(_Record):
    """Orders decided in one month, each with the interval that was possible at its decision."""

    month: date
    coverage: Coverage


class DeliveryDaysEvaluation(_Record):
    """All that was measured of the days to delivery from one decision point.

    Attributes
    ----------
    decision_point
        ``purchase`` or ``handover``.
    aimed_at
        Share that the intervals are to cover.
    models
        Models fitted, one after the other.
    by_month
        All months with an interval, ascending.
    pooled
        The newest of these months together (``DeliveryDaysConfig.evaluated_months``).
    pooled_months
        How many those are.
    comparisons
        The same orders with the intervals of something simpler, by its name.
    remarks
        What has to be known to read the figures.
    """

    decision_point: str
    aimed_at: float
    models: int
    by_month: tuple[MonthlyCoverage, ...]
    pooled: Coverage | None
    pooled_months: int
    comparisons: dict[str, Coverage]
    remarks: tuple[str, ...]
