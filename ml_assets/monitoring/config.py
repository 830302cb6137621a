"""What may be configured of monitoring; the same object is Dagster's config and what is logged.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field


class DriftConfig(Config):
    """When a difference of two windows is called drift.

    Attributes
    ----------
    alpha
        Chance of a false alarm of a verdict, all its columns together; half of the hundredth that is promised, since
        the laws behind it are approximations.
    location_floor, shape_floor, share_floor
        Effects, in standard deviations of a score, that are never drift however many rows show them: of a column's
        location, of its spread and shape, and of a share. The first two are larger because a shift of a skewed column
        by a fiftieth of its standard deviation moves its ranks by up to 0.068 of theirs.
    floor_errors
        How many standard errors an effect has to lie above its floor.
    min_importance
        Share of the champion's importance that drifted features must have together, or the drift is unimportant.
    min_rows
        Rows without which a window says nothing.
    bins
        Into how many quantiles of both windows together a numeric column is divided at most.
    min_share
        Share of the rows of both windows together below which categories are compared as one.
    min_stretches
        Stretches of the reference, each as long as the current window, without which shocks that all rows of a period
        share are not measured.
    """

    alpha: float = Field(default=0.005, gt=0.0, lt=0.5)
    location_floor: float = Field(default=0.075, ge=0.0)
    shape_floor: float = Field(default=0.088, ge=0.0)
    share_floor: float = Field(default=0.04, ge=0.0)
    floor_errors: float = Field(default=1.2, ge=0.0)
    min_importance: float = Field(default=0.05, ge=0.0, le=1.0)
    min_rows: int = Field(default=500, ge=2)
    bins: int = Field(default=64, ge=4)
    min_share: float = Field(default=0.005, gt=0.0, lt=1.0)
    min_stretches: int = Field(default=4, ge=3)
