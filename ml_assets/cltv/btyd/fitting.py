"""Fitting the laws with ``lifetimes``.

Belongs here: the library's calls, the units that it is given, its failures. Does not belong here: what laws say of
histories, the choice of penalisers.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from scipy.stats import norm

from ml_assets.cltv.btyd.errors import NotConvergedError, TooFewRepeatersError
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.btyd.value_law import ValueLaw

FloatArray = npt.NDArray[np.float64]
Law = TypeVar("Law", PurchaseLaw, ValueLaw)

BG_NBD, MBG_NBD, GAMMA_GAMMA = "BG/NBD", "modified BG/NBD", "gamma-gamma"
# A search that starts where a part of the histories led ends after a few steps.
_PILOT = 20_000
_LINES_OF_AN_ANSWER = 3


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
    """

    model_config = ConfigDict(frozen=True)

    law: Law
    log_errors: dict[str, float | None]
    penalizer: float
    log_likelihood: float
    customers: int
    different: int

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
    histories: Histories, *, may_leave_at_once: bool, penalizer: float, tolerance: float, min_repeaters: int
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
    _require_repeaters(name, int(histories.has_repeat.sum()), len(histories), min_repeaters)
    different = histories.compressed()

    def fit(rows: slice, start: FloatArray | None) -> Any:
        return fitter(penalizer).fit(
            different.frequency[rows],
            different.recency[rows],
            different.age[rows],
            weights=different.counts[rows],
            initial_params=start,
            tol=tolerance,
        )

    def start_of(pilot: Any) -> FloatArray:
        start: FloatArray = np.log(pilot.params_.to_numpy(dtype=np.float64))
        start[1] -= np.log(different.age.max())
        return start

    found = _search(name, penalizer, len(different), fit, start_of)
    law = PurchaseLaw(**_parameters(name, penalizer, found), may_leave_at_once=may_leave_at_once)
    return Fitted[PurchaseLaw](
        law=law,
        log_errors=_log_errors(found),
        penalizer=penalizer,
        log_likelihood=float((different.counts * law.log_likelihood(different)).sum()),
        customers=len(histories),
        different=len(different),
    )


def fit_values(histories: Histories, *, penalizer: float, tolerance: float, min_repeaters: int) -> Fitted[ValueLaw]:
    """Fit the gamma-gamma law to those who came back and whose repeat days have a value.

    Money is divided by the mean value of those days before the search, so that the unit changes ``v`` and nothing else.

    Raises
    ------
    NotConvergedError
        If they are too few, no parameters were found, or the law found has no mean.
    """
    from lifetimes import GammaGammaFitter

    valued = histories.take(histories.has_value)
    _require_repeaters(GAMMA_GAMMA, len(valued), len(histories), min_repeaters)
    unique, counts = np.unique(np.column_stack((valued.frequency, valued.monetary_value)), axis=0, return_counts=True)
    unit = float(np.average(unique[:, 1], weights=counts))

    def fit(rows: slice, start: FloatArray | None) -> Any:
        return GammaGammaFitter(penalizer).fit(
            unique[rows, 0], unique[rows, 1] / unit, weights=counts[rows], initial_params=start, tol=tolerance
        )

    def start_of(pilot: Any) -> FloatArray:
        start: FloatArray = np.log(pilot.params_.to_numpy(dtype=np.float64))
        return start

    found = _search(GAMMA_GAMMA, penalizer, len(unique), fit, start_of)
    parameters = _parameters(GAMMA_GAMMA, penalizer, found)
    law = ValueLaw(**{**parameters, "v": parameters["v"] * unit})
    if law.q <= 1.0:
        raise NotConvergedError(
            f"The {GAMMA_GAMMA} law (penaliser {penalizer:g}) was fitted with q = {law.q:.3g}: with q up to 1 the mean "
            "value of a purchase is infinite. Look for a few histories of enormous value, or take a rule in its place."
        )
    return Fitted[ValueLaw](
        law=law,
        log_errors=_log_errors(found),
        penalizer=penalizer,
        log_likelihood=float((counts * law.log_likelihood(unique[:, 0], unique[:, 1])).sum()),
        customers=len(valued),
        different=len(unique),
    )


def _require_repeaters(name: str, repeaters: int, customers: int, least: int) -> None:
    if repeaters < least:
        raise TooFewRepeatersError(
            f"The {name} law was not fitted: {repeaters} of {customers} histories have a repeat purchase with what "
            f"the law reads, and at least {least} are needed (min_repeaters). Take a longer history, or a rule instead."
        )


def _search(
    name: str,
    penalizer: float,
    count: int,
    fit: Callable[[slice, FloatArray | None], Any],
    start_of: Callable[[Any], FloatArray],
) -> Any:
    """Return the library's fitter after its search; from a part of the histories first where there are many.

    Raises
    ------
    NotConvergedError
        With what the optimiser answered.
    """
    from lifetimes.utils import ConvergenceError

    printed = io.StringIO()
    try:
        # The library prints the optimiser's answer and changes the filters of warnings.
        with redirect_stdout(printed), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            start = start_of(fit(slice(None, None, count // _PILOT), None)) if count > 2 * _PILOT else None
            return fit(slice(None), start)
    except (ConvergenceError, np.linalg.LinAlgError) as error:
        answer = "; ".join(line.strip() for line in printed.getvalue().splitlines()[:_LINES_OF_AN_ANSWER])
        raise NotConvergedError(_told(name, penalizer, answer or str(error))) from error


def _parameters(name: str, penalizer: float, found: Any) -> Mapping[str, float]:
    parameters = {str(key): float(value) for key, value in found.params_.items()}
    if not all(np.isfinite(value) and value > 0 for value in parameters.values()):
        raise NotConvergedError(_told(name, penalizer, f"the parameters {parameters}"))
    return parameters


def _told(name: str, penalizer: float, answer: str) -> str:
    return (
        f"The {name} law did not converge with the penaliser {penalizer:g}. The optimiser answered: {answer}. These "
        "histories hardly tell this law's parameters apart: take a larger penaliser, or let a stretch of validation "
        "choose one (choose_penalizers)."
    )


def _log_errors(found: Any) -> dict[str, float | None]:
    """Return standard errors of the parameters' logarithms.

    The library searches over logarithms, and its standard errors are theirs times the parameters. (Its covariances are
    not: only the diagonal of ``variance_matrix_`` is right.) The weights are counts there, as they are here.
    """
    with np.errstate(all="ignore"):
        errors = found.standard_errors_ / found.params_
    return {str(key): float(error) if np.isfinite(error) else None for key, error in errors.items()}
