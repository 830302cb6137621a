"""Orders at one decision point, in columns: what is known of their delivery and when it became known.

Belongs here: the container and how it is made of the feature table's rows. Does not belong here: models, intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Moments = npt.NDArray[np.datetime64]
Days = npt.NDArray[np.float64]

# Columns of the feature table that tell the row, its time or its outcome.
NOT_FEATURES = (
    "order_id",
    "decision_point",
    "decision_at",
    "is_late",
    "delivery_days",
    "delivery_known_at",
    "horizon_ends_at",
    "label_known_at",
)
_DAY = np.timedelta64(1, "D") / np.timedelta64(1, "us")


class SeveralDecisionPointsError(ValueError):
    """A frame holds rows of several decision points, whose days count from different moments."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders at one decision point; all attributes have one element or row for each.

    Attributes
    ----------
    decision_point
        ``purchase`` or ``handover``.
    asked_at
        Moment of the decision, from which days count.
    delivered_at
        Moment at which the delivery became known; NaT where it never did.
    days
        Days from the decision to the delivery; NaN without one.
    promise_ends_at
        End of the promised day.
    is_void
        Whether the order was finally canceled or unavailable, as far as that is known.
    features
        What was known at the decision.
    """

    decision_point: str
    asked_at: Moments
    delivered_at: Moments
    days: Days
    promise_ends_at: Moments
    is_void: npt.NDArray[np.bool_]
    features: pd.DataFrame

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self.asked_at)


def orders_of(frame: pd.DataFrame, complete_until: np.datetime64, left_out: Sequence[str] = ()) -> Orders:
    """Return the rows of the feature table for late delivery as orders, by moment of decision and key.

    Parameters
    ----------
    frame
        Rows of one decision point with all columns of the table.
    complete_until
        Last day whose deliveries are complete. An order whose promise ended by then and that still has no label is
        void.
    left_out
        Further columns that are no features.

    Raises
    ------
    SeveralDecisionPointsError
        If the frame has rows of more than one decision point.
    """
    points = sorted(frame["decision_point"].unique())
    if len(points) > 1:
        raise SeveralDecisionPointsError(
            f"rows of the decision points {', '.join(points)} came together; pass those of one alone"
        )
    frame = frame.sort_values(["decision_at", "order_id"], kind="stable", ignore_index=True)
    promise_ends_at = _moments(frame, "horizon_ends_at")
    return Orders(
        decision_point=points[0] if points else "",
        asked_at=_moments(frame, "decision_at"),
        delivered_at=_moments(frame, "delivery_known_at"),
        days=frame["delivery_days"].to_numpy(dtype=np.float64, na_value=np.nan),
        promise_ends_at=promise_ends_at,
        is_void=frame["is_late"].isna().to_numpy() & (promise_ends_at <= end_of(complete_until)),
        features=frame.drop(columns=[*NOT_FEATURES, *left_out], errors="ignore"),
    )


def end_of(day: np.datetime64) -> np.datetime64:
    """Return the moment at which a day ends."""
    end: np.datetime64 = day.astype("datetime64[D]").astype("datetime64[us]") + np.timedelta64(1, "D")
    return end


def as_days(moments: Moments) -> Days:
    """Return moments as days since 1970; NaT becomes infinity, a moment that never comes."""
    numbers = moments.astype("datetime64[us]").astype(np.int64) / _DAY
    return np.where(np.isnat(moments), np.inf, numbers)


def _moments(frame: pd.DataFrame, column: str) -> Moments:
    return frame[column].to_numpy(dtype="datetime64[us]")
