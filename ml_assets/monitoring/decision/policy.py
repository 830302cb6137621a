"""When a model is trained again, as far as it may be configured.

Belongs here: fields with defaults and bounds. Does not belong here: what acts on them (``machine``).
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field


class RetrainingPolicy(Config):
    """When a model is trained again; all times are days of the data, not of the wall.

    Attributes
    ----------
    confirmations
        So many windows in a row must drift before it counts, unless realised performance has decayed as well; as many
        calm ones must follow before a cause is dropped.
    cooldown_days
        Between the evaluation of one training and the next training.
    max_age_days
        A champion whose newest data are older is trained again without any other cause; None is never.
    min_new_rows
        Rows with known labels that must have come since the champion's data.
    max_attempts
        Failed trainings in a row after which somebody has to look.
    train_at_once
        Whether a shift is answered before labels can prove anything. The new version then only has to be no worse by
        the margin that the promotion declares: without such a margin it must be better all the same.
    """

    confirmations: int = Field(default=2, ge=1)
    cooldown_days: int = Field(default=28, ge=0)
    max_age_days: int | None = Field(default=365, ge=1)
    min_new_rows: int = Field(default=500, ge=0)
    max_attempts: int = Field(default=3, ge=1)
    train_at_once: bool = False
