"""The search for parameters by ``lifetimes``.

Belongs here: how the library is started, what is read off its fitters, what it says when it fails. Does not belong
here: histories and laws.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml_assets.cltv.btyd.errors import NotConvergedError

# Rows of the pilot: a search that begins where a part of the rows led, and knows how the likelihood curves there, ends
# after a few steps.
_PILOT = 5_000
_LINES_OF_AN_ANSWER = 3

Fit = Callable[[slice, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found.

    Attributes
    ----------
    parameters
        By the library's names.
    log_errors
        Standard errors of their logarithms, None where the likelihood does not curve.
    """

    parameters: dict[str, float]
    log_errors: dict[str, float | None]


def search(name: str, penalizer: float, fit: Fit, rows: int, units: Mapping[str, float] | None = None) -> Found:
    """Return the parameters under which the rows are most probable, with their standard errors.

    The library searches over logarithms of the parameters; its standard errors are theirs times the parameters. Weights
    count rows in them, as they do here. (Its covariances are wrong beside the diagonal.)

    Parameters
    ----------
    name, penalizer
        Of the law, for messages.
    fit
        Returns the library's fitter, fitted to a part of the rows with further options of its search.
    rows
        Number of different rows.
    units
        By what the library divides a parameter while it searches.

    Raises
    ------
    NotConvergedError
        With what the optimiser answered.
    """
    from lifetimes.utils import ConvergenceError

    with _quiet() as printed:
        try:
            fitter = fit(slice(None), _start(fit, rows, units or {}))
        except (ConvergenceError, np.linalg.LinAlgError) as error:
            answer = "; ".join(line.strip() for line in printed.getvalue().splitlines()[:_LINES_OF_AN_ANSWER])
            raise NotConvergedError(_told(name, penalizer, answer or str(error))) from error
        errors = fitter.standard_errors_ / fitter.params_
    parameters = {str(key): float(value) for key, value in fitter.params_.items()}
    if not all(np.isfinite(value) and value > 0 for value in parameters.values()):
        raise NotConvergedError(_told(name, penalizer, f"the parameters {parameters}"))
    known = {str(key): float(error) if np.isfinite(error) else None for key, error in errors.items()}
    return Found(parameters=parameters, log_errors=known)


def _start(fit: Fit, rows: int, units: Mapping[str, float]) -> dict[str, Any]:
    """Return where a search begins: where one over a part of many rows ended, or where the library would begin."""
    from lifetimes.utils import ConvergenceError

    if rows <= 2 * _PILOT:
        return {}
    try:
        pilot = fit(slice(None, None, rows // _PILOT), {})
    except (ConvergenceError, np.linalg.LinAlgError):
        # The part may be too thin; all rows still have their own search.
        return {}
    value = pilot.params_.to_numpy(dtype=np.float64)
    start = np.log(value / np.array([units.get(str(key), 1.0) for key in pilot.params_.index]))
    # Each column of the library's matrix is the inverse curvature times the square of its parameter, per weight.
    inverse = pilot.variance_matrix_.to_numpy() / value**2 * pilot.data["weights"].sum()
    inverse = (inverse + inverse.T) / 2.0
    if not np.isfinite(inverse).all() or np.linalg.eigvalsh(inverse)[0] <= 0:
        return {"initial_params": start}
    return {"initial_params": start, "hess_inv0": inverse}


@contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """Catch what the library prints, and keep its changes of the warnings' filters from others."""
    printed = io.StringIO()
    with redirect_stdout(printed), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield printed


def _told(name: str, penalizer: float, answer: str) -> str:
    return (
        f"The {name} law did not converge with the penaliser {penalizer:g}. The optimiser answered: {answer}. These "
        "histories hardly tell this law's parameters apart: take a larger penaliser, or let a stretch of validation "
        "choose one (choose_penalizers)."
    )
