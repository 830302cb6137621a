"""The laws of purchases: beta-geometric/NBD and its modified form, and what they say of a history.

Belongs here: formulas over arrays of histories. Does not belong here: fitting, money, simulation.

Sources: Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science 24, 275-284 (BG/NBD);
Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis",
International Journal of Research in Marketing 24, 201-209, with the erratum of Wagner and Hoppe (2008) (MBG/NBD).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, PositiveFloat
from scipy.special import betainc, betaln, expit, gammaln, logsumexp

from ml_assets.cltv.btyd.quadrature import beta_nodes

FloatArray = npt.NDArray[np.float64]


class PurchaseHistories(Protocol):
    """What the laws of purchases read of customers: frequency, recency, age in days, arrays of one length."""

    @property
    def frequency(self) -> FloatArray:
        """Days with a purchase after the first one (x)."""

    @property
    def recency(self) -> FloatArray:
        """Days from the first to the last purchase (t_x)."""

    @property
    def age(self) -> FloatArray:
        """Days from the first purchase to the moment (T)."""


class PurchaseLaw(BaseModel):
    """When customers buy, and when they leave for good.

    While he lasts a customer buys at a constant rate, drawn from a gamma law; after a purchase he leaves with a chance
    drawn from a beta law. Rates and chances are independent.

    Attributes
    ----------
    r, alpha
        Gamma law of the rate of purchases: shape, and inverse scale in days.
    a, b
        Beta law of the chance to leave after a purchase.
    may_leave_at_once
        Whether a customer may leave after his very first purchase (modified BG/NBD) or only after a repeat one
        (BG/NBD, by which everybody without repeat is alive for certain).
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    r: PositiveFloat
    alpha: PositiveFloat
    a: PositiveFloat
    b: PositiveFloat
    may_leave_at_once: bool

    def log_likelihood(self, histories: PurchaseHistories) -> FloatArray:
        """Return the log-likelihood of each history (FHL 2005, eq. 6; in days)."""
        x = histories.frequency
        stayed = betaln(self.a, self.b + self._stays(x)) - betaln(self.a, self.b)
        bought = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        waited = -(self.r + x) * np.log(self.alpha + histories.age)
        likelihood: FloatArray = stayed + bought + waited + np.logaddexp(0.0, self._log_odds_of_having_left(histories))
        return likelihood

    def probability_alive(self, histories: PurchaseHistories) -> FloatArray:
        """Return the chance that each customer has not left."""
        alive: FloatArray = expit(-self._log_odds_of_having_left(histories))
        return alive

    def expected_purchases(self, histories: PurchaseHistories, days: float) -> FloatArray:
        """Return the purchases expected of each customer within so many further days.

        Given that he is alive, the rate follows Gamma(r + x, alpha + T) and the chance to leave Beta(a, b + stays);
        with both known, (1 - exp(-rate * chance * days)) / chance purchases are expected. The mean over the rate has a
        closed form, the mean over the chance is taken by Gauss-Jacobi quadrature. The textbook's form with the
        hypergeometric function (FHL 2005, eq. 10) is the same number, but 0 / 0 at a = 1.
        """
        x = histories.frequency
        levels, level = np.unique(x, return_inverse=True)
        node, weight = beta_nodes(np.full(len(levels), self.a), self.b + self._stays(levels))
        pace = days / (self.alpha + histories.age)
        purchases = np.zeros(len(x))
        for column in range(node.shape[1]):
            chance = node[level, column]
            purchases += weight[level, column] * -np.expm1(-(self.r + x) * np.log1p(chance * pace)) / chance
        expected: FloatArray = purchases * self.probability_alive(histories)
        return expected

    def log_probability(self, histories: PurchaseHistories, days: float, counts: FloatArray) -> FloatArray:
        """Return the log-probability that each customer buys on just so many of the next days.

        One who is alive buys n times if he survives n purchases and the negative binomial law of his purchases gives n;
        or if it gives n at least, and he leaves after the n-th. One who has left buys nothing.
        """
        x = histories.frequency
        shape, stays = self.r + x, self.b + self._stays(x)
        start = self.alpha + histories.age
        leave = betaln(self.a, stays)
        stayed = betaln(self.a, stays + counts) - leave + _log_negative_binomial(counts, shape, start, days)
        left = np.full(len(x), -np.inf)
        some = counts > 0
        at_least = _negative_binomial_tail(counts[some], shape[some], start[some], days)
        with np.errstate(divide="ignore"):
            left[some] = betaln(self.a + 1.0, stays[some] + counts[some] - 1.0) - leave[some] + np.log(at_least)
        odds = self._log_odds_of_having_left(histories)
        alive, gone = -np.logaddexp(0.0, odds), np.where(some, -np.inf, -np.logaddexp(0.0, -odds))
        probability: FloatArray = logsumexp(np.stack((alive + stayed, alive + left, gone)), axis=0)
        return probability

    def stays_after(self, frequency: FloatArray) -> FloatArray:
        """Return the second parameter of the beta law of the chance to leave, of one alive after so many repeats."""
        stays: FloatArray = self.b + self._stays(frequency)
        return stays

    def _stays(self, frequency: FloatArray) -> FloatArray:
        """Return after how many purchases the customer might have left and did not, his last one counted in."""
        return frequency + 1.0 if self.may_leave_at_once else frequency

    def _log_odds_of_having_left(self, histories: PurchaseHistories) -> FloatArray:
        x = histories.frequency
        stays = self._stays(x)
        silent = (self.r + x) * (np.log(self.alpha + histories.age) - np.log(self.alpha + histories.recency))
        could = stays > 0
        odds: FloatArray = np.where(
            could, np.log(self.a) - np.log(self.b + np.where(could, stays - 1.0, 0.0)) + silent, -np.inf
        )
        return odds


def _log_negative_binomial(counts: FloatArray, shape: FloatArray, start: FloatArray, days: float) -> FloatArray:
    """Return the log-probability of so many events within ``days`` at a rate that follows Gamma(shape, start)."""
    end = start + days
    logs: FloatArray = (
        gammaln(shape + counts)
        - gammaln(shape)
        - gammaln(counts + 1.0)
        + shape * np.log(start / end)
        + counts * np.log(days / end)
    )
    return logs


def _negative_binomial_tail(counts: FloatArray, shape: FloatArray, start: FloatArray, days: float) -> FloatArray:
    """Return the probability of at least so many events (one or more); see ``_log_negative_binomial``."""
    tail: FloatArray = betainc(counts, shape, days / (start + days))
    return tail
