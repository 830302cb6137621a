"""Fitting the laws to histories.

Belongs here: which histories a law is fitted to, in which units, what is kept of a fit. Does not belong here: the
library's search and its failures, what laws say of histories, the choice of penalisers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.stats import norm

from ml_assets.cltv.btyd.errors import NotConvergedError, TooFewRepeatersError
from ml_assets.cltv.btyd.histories import Histories, different_rows
from ml_assets.cltv.btyd.library import search
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.btyd.value_law import ValueLaw
from ml_assets.cltv.config import BtydConfig

Law = TypeVar("Law", PurchaseLaw, ValueLaw)

BG_NBD, MBG_NBD, GAMMA_GAMMA = "BG/NBD", "modified BG/NBD", "gamma-gamma"


class Fitted(BaseModel, Generic[Law]):
    """A law with what is known of its fit.

    Attributes
    ----------
    law
        The parameters.
    log_errors
        Standard errors of the parameters' logarithms; None where the likelihood does not curve, so that nothing is
        known of that parameter.
    penalizer
        Weight of the penalty.
    log_likelihood
        Of all customers, without the penalty.
    customers, different
        Customers that were fitted, and how many of their histories differ.
    failures
        What was said of smaller penalisers with which the law was not found.
    """

    model_config = ConfigDict(frozen=True)

    law: Law
    log_errors: dict[str, float | None]
    penalizer: float
    log_likelihood: float
    customers: int
    different: int
    failures: tuple[str, ...] = ()

    def interval(self, parameter: str, coverage: float = 0.95) -> tuple[float, float] | None:
        """Return Wald's interval of a parameter, made for its logarithm, so that it stays above 0.

        It is right for a fit without penalty; a penalty makes it too narrow, around a value pulled towards 0.
        """
        error = self.log_errors[parameter]
        if error is None:
            return None
        value = float(getattr(self.law, parameter))
        width = float(norm.ppf((1 + coverage) / 2)) * error
        with np.errstate(over="ignore", under="ignore"):
            return float(value * np.exp(-width)), float(value * np.exp(width))


def fit_purchases(
    histories: Histories, penalizer: float, config: BtydConfig, *, may_leave_at_once: bool
) -> Fitted[PurchaseLaw]:
    """Fit BG/NBD, or its modified form, to the different histories, each weighted by how many customers have it.

    Time is in days. ``lifetimes`` divides it by the largest age before it searches, so that the unit changes ``alpha``
    and nothing else.

    Raises
    ------
    NotConvergedError
        If too few came back or no parameters were found.
    """
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter

    name, fitter = (MBG_NBD, ModifiedBetaGeoFitter) if may_leave_at_once else (BG_NBD, BetaGeoFitter)
    _require_repeaters(name, int(histories.has_repeat.sum()), len(histories), config.min_repeaters)
    different = histories.compressed()

    def fit(rows: slice, options: Mapping[str, Any]) -> Any:
        columns = (different.frequency[rows], different.recency[rows], different.age[rows])
        return fitter(penalizer).fit(*columns, weights=different.counts[rows], tol=config.tolerance, **options)

    found = search(name, penalizer, fit, len(different), units={"alpha": float(different.age.max())})
    law = PurchaseLaw(**found.parameters, may_leave_at_once=may_leave_at_once)
    return Fitted[PurchaseLaw](
        law=law,
        log_errors=found.log_errors,
        penalizer=penalizer,
        log_likelihood=float((different.counts * law.log_likelihood(different)).sum()),
        customers=len(histories),
        different=len(different),
    )


def fit_values(histories: Histories, penalizer: float, config: BtydConfig) -> Fitted[ValueLaw]:
    """Fit the gamma-gamma law to those who came back and whose repeat days have a value.

    Money is divided by the mean value of those days before the search, so that the unit changes ``v`` and nothing else.

    Raises
    ------
    NotConvergedError
        If they are too few, no parameters were found, or the law found has no mean.
    """
    from lifetimes import GammaGammaFitter

    valued = histories.take(histories.has_value)
    _require_repeaters(GAMMA_GAMMA, len(valued), len(histories), config.min_repeaters)
    row, _, counts = different_rows(valued.frequency, valued.monetary_value)
    frequency, mean_value = valued.frequency[row], valued.monetary_value[row]
    unit = float(valued.monetary_value.mean())

    def fit(rows: slice, options: Mapping[str, Any]) -> Any:
        columns = (frequency[rows], mean_value[rows] / unit)
        return GammaGammaFitter(penalizer).fit(*columns, weights=counts[rows], tol=config.tolerance, **options)

    found = search(GAMMA_GAMMA, penalizer, fit, len(row))
    law = ValueLaw(**{**found.parameters, "v": found.parameters["v"] * unit})
    if law.q <= 1.0:
        raise NotConvergedError(
            f"The {GAMMA_GAMMA} law (penaliser {penalizer:g}) was fitted with q = {law.q:.3g}: with q up to 1 the mean "
            "value of a purchase is infinite. Look for a few histories of enormous value, or take a rule in its place."
        )
    return Fitted[ValueLaw](
        law=law,
        log_errors=found.log_errors,
        penalizer=penalizer,
        log_likelihood=float((counts * law.log_likelihood(frequency, mean_value)).sum()),
        customers=len(valued),
        different=len(row),
    )


def with_more_penalty(
    fit: Callable[[float], Fitted[Law]], penalizer: float, candidates: Sequence[float]
) -> Fitted[Law]:
    """Return the fit with the penaliser, or with the smallest larger candidate with which the law is found.

    Raises
    ------
    NotConvergedError
        If it is found with none of them, or too few came back for any.
    """
    failures: list[str] = []
    for each in (penalizer, *(larger for larger in sorted(candidates) if larger > penalizer)):
        try:
            return fit(each).model_copy(update={"failures": tuple(failures)})
        except TooFewRepeatersError:
            raise
        except NotConvergedError as error:
            failures.append(str(error))
    raise NotConvergedError(f"No larger penaliser helped. {' '.join(failures)}")


def _require_repeaters(name: str, repeaters: int, customers: int, least: int) -> None:
    if repeaters < least:
        raise TooFewRepeatersError(
            f"The {name} law was not fitted: {repeaters} of {customers} histories have a repeat purchase with what "
            f"the law reads, and at least {least} are needed (min_repeaters). Take a longer history, or a rule instead."
        )
