"""The gamma-gamma law of what customers spend, and what it says of a history.

Belongs here: formulas over arrays. Does not belong here: fitting, when customers buy.

Source: Fader and Hardie (2013), "The gamma-gamma model of monetary value",
http://www.brucehardie.com/notes/025/gamma_gamma.pdf.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, PositiveFloat
from scipy.special import gammaln

from ml_assets.cltv.btyd.histories import Histories

FloatArray = npt.NDArray[np.float64]


class ValueLaw(BaseModel):
    """What a purchase is worth, independent of when it happens.

    A purchase of a customer is worth Gamma(p, nu); his nu is drawn from Gamma(q, v).

    Attributes
    ----------
    p
        Shape of a purchase's value.
    q, v
        Gamma law of a customer's nu: shape, and inverse scale in money.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    p: PositiveFloat
    q: PositiveFloat
    v: PositiveFloat

    def log_likelihood(self, purchases: FloatArray, mean_value: FloatArray) -> FloatArray:
        """Return the log-density of the mean value of so many purchases of each customer (eq. 1a)."""
        shape, scale = np.full_like(purchases, self.q), np.full_like(purchases, self.v)
        return self._log_density(purchases, mean_value, shape, scale)

    def log_predictive(self, histories: Histories, purchases: FloatArray, mean_value: FloatArray) -> FloatArray:
        """Return the log-density of the mean value of so many further purchases, given each customer's history."""
        return self._log_density(purchases, mean_value, *self.posterior(histories))

    def posterior(self, histories: Histories) -> tuple[FloatArray, FloatArray]:
        """Return shape and inverse scale of the gamma law of each customer's nu, given what he has spent."""
        known = np.where(histories.has_value, histories.frequency, 0.0)
        return self.q + self.p * known, self.v + known * histories.monetary_value

    def mean_value(self, histories: Histories) -> FloatArray:
        """Return the expected value of a purchase, given each customer's history (eq. 5).

        A mean of what he spent and what all spend; the latter alone where no repeat day had a price.
        """
        shape, scale = self.posterior(histories)
        value: FloatArray = self.p * scale / (shape - 1.0)
        return value

    def _log_density(self, n: FloatArray, mean: FloatArray, shape: FloatArray, scale: FloatArray) -> FloatArray:
        pn = self.p * n
        density: FloatArray = (
            gammaln(pn + shape)
            - gammaln(pn)
            - gammaln(shape)
            + shape * np.log(scale)
            + (pn - 1.0) * np.log(mean)
            + pn * np.log(n)
            - (pn + shape) * np.log(n * mean + scale)
        )
        return density
