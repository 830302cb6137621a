"""What may be configured of models of lifetime value.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field


class BtydConfig(Config):
    """How the buy-till-you-die laws are fitted.

    A penaliser is the weight of the sum of squared parameters that ``lifetimes`` adds to minus the mean log-likelihood.
    The parameters are those of the laws after time is divided by the largest age and money by the mean value of an
    order, so that a penaliser means the same for days or weeks and for any currency.

    Attributes
    ----------
    purchase_penalizer, value_penalizer
        Penalisers of the laws of purchases and of the law of values, with which a model is fitted.
    purchase_penalizers, value_penalizers
        Candidates, from which a stretch of validation chooses. They are smaller than what the library's pages show:
        a penaliser pulls all parameters towards 0, and with them the population's expected purchases.
    min_repeaters
        Histories with a repeat purchase without which no law is fitted.
    tolerance
        Largest gradient of the mean log-likelihood, per unit of a parameter's logarithm, at which the search ends.
    """

    purchase_penalizer: float = Field(default=0.0, ge=0)
    value_penalizer: float = Field(default=0.0, ge=0)
    purchase_penalizers: list[float] = Field(default=[0.0, 0.0001, 0.001, 0.01], min_length=1)
    value_penalizers: list[float] = Field(default=[0.0, 0.0001, 0.001, 0.01], min_length=1)
    min_repeaters: int = Field(default=30, ge=2)
    tolerance: float = Field(default=1e-7, gt=0)
