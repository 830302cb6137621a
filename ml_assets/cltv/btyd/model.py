"""The buy-till-you-die model: purchases, their value, and who is still a customer.

Belongs here: the model as it is fitted, stored and asked. Does not belong here: the laws' formulas, the choice of
penalisers, columns of tables.
"""

from __future__ import annotations

from functools import partial
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ml_assets.cltv.btyd.errors import NotConvergedError
from ml_assets.cltv.btyd.fitting import Fitted, fit_purchases, fit_values, with_more_penalty
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.btyd.simulation import Intervals, simulated_intervals
from ml_assets.cltv.btyd.value_law import ValueLaw
from ml_assets.cltv.config import BtydConfig

FloatArray = npt.NDArray[np.float64]


class BuyTillYouDie(BaseModel):
    """BG/NBD for purchases, gamma-gamma for their value, modified BG/NBD for the chance of being alive.

    BG/NBD says of everybody without repeat that he is alive for certain, because by it nobody leaves before a repeat
    purchase. In its modified form anybody may leave after any purchase. Of the two laws that allow it, this one rather
    than Pareto/NBD: it is fitted by gradients as BG/NBD is, while the library searches for the parameters of Pareto/NBD
    by simplex over hypergeometric functions, and knows no standard errors of them.

    Attributes
    ----------
    purchases
        BG/NBD.
    alive
        Modified BG/NBD.
    values
        Gamma-gamma.
    """

    model_config = ConfigDict(frozen=True)

    purchases: Fitted[PurchaseLaw]
    alive: Fitted[PurchaseLaw]
    values: Fitted[ValueLaw]

    @classmethod
    def fit(cls, histories: Histories, config: BtydConfig) -> Self:
        """Fit the three laws with the config's penalisers.

        A law that is not found with its penaliser is fitted with the next larger candidate that helps; the fit's
        ``penalizer`` and ``failures`` then say so.

        Raises
        ------
        NotConvergedError
            If one of them was found with no penaliser, or too few came back.
        """
        bg_nbd = partial(fit_purchases, histories, config=config, may_leave_at_once=False)
        mbg_nbd = partial(fit_purchases, histories, config=config, may_leave_at_once=True)
        gamma_gamma = partial(fit_values, histories, config=config)
        return cls(
            purchases=with_more_penalty(bg_nbd, config.purchase_penalizer, config.penalizers),
            alive=with_more_penalty(mbg_nbd, config.alive_penalizer, config.penalizers),
            values=with_more_penalty(gamma_gamma, config.value_penalizer, config.penalizers),
        )

    def expected_purchases(self, histories: Histories, days: float) -> FloatArray:
        """Return the purchases expected of each customer within so many days after the moment of the histories."""
        different = histories.compressed()
        return self.purchases.law.expected_purchases(different, days)[different.inverse]

    def expected_value(self, histories: Histories, days: float) -> FloatArray:
        """Return the value of those purchases that is expected, in money, not discounted."""
        return self.expected_purchases(histories, days) * self.mean_value(histories)

    def mean_value(self, histories: Histories) -> FloatArray:
        """Return the expected value of a purchase of each customer, in money."""
        return self.values.law.mean_value(histories)

    def probability_alive(self, histories: Histories) -> FloatArray:
        """Return the chance that each customer will ever buy again, by modified BG/NBD."""
        return self.alive.law.probability_alive(histories)

    def intervals(self, histories: Histories, days: float, coverage: float, draws: int, seed: int) -> Intervals:
        """Return intervals that hold purchases and value within so many days with a chance of ``coverage`` at least."""
        return simulated_intervals(
            self.purchases.law, self.values.law, histories, days=days, coverage=coverage, draws=draws, seed=seed
        )


__all__ = ["BuyTillYouDie", "Fitted", "Intervals", "NotConvergedError"]
