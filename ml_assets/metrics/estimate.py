"""A number with its interval, as every figure leaves this package.

Belongs here: the type. Does not belong here: how a number or its interval is computed.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Estimate(BaseModel):
    """A figure and the interval that a bootstrap over entities gives it; None where the data do not allow one."""

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None = None
    high: float | None = None
