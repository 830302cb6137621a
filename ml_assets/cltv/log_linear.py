"""Regression of value on logarithms, by the Tweedie law.

Belongs here: its preprocessing, fit, contributions and saved form. Does not belong here: the choice among candidates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from sklearn.linear_model import TweedieRegressor
from threadpoolctl import threadpool_limits

from ml_assets.classification.encoding import Matrix
from ml_assets.cltv.config import LinearValueConfig

FloatArray = npt.NDArray[np.float64]

# Deviations from the mean beyond which a number counts no more: neither a heavy tail nor a drift of ages decides.
FURTHEST = 5.0
_SMALLEST_SCALE = 1e-9


class LogLinearMargin(BaseModel):
    """Log money as a sum over the logarithms of columns.

    Attributes
    ----------
    places
        Columns of the matrix that enter: numbers that are not the same for all.
    centres, scales
        Mean and deviation of their logarithms (arcsinh, which takes any sign) over the training rows.
    coefficients
        What one deviation adds to log money.
    intercept
        Log money where all columns are at their mean; a missing value counts as the mean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str] = "log_linear"
    places: tuple[int, ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    @classmethod
    def fit(
        cls,
        matrix: Matrix,
        value: FloatArray,
        is_category: npt.NDArray[np.bool_],
        penalty: float,
        config: LinearValueConfig,
    ) -> Self:
        """Return the regression of money on a matrix.

        Money is divided by its mean before the fit, so that a penalty means the same in any currency.

        Parameters
        ----------
        matrix
            Shape (n, p), NaN where missing.
        value
            Money of the holdout, at least 0, shape (n,); some is above 0.
        is_category
            Columns that hold codes and do not enter, shape (p,).
        penalty
            Strength of the ridge penalty.
        config
            Power of the law, limits.
        """
        logarithms = np.arcsinh(matrix.astype(np.float64))
        with np.errstate(invalid="ignore"):
            known = np.isfinite(logarithms).sum(axis=0)
            centres = np.nansum(logarithms, axis=0) / np.maximum(known, 1)
            scales = np.sqrt(np.nansum((logarithms - centres) ** 2, axis=0) / np.maximum(known, 1))
        places = np.flatnonzero(~is_category & (scales > _SMALLEST_SCALE))
        unfitted = cls(
            places=tuple(places.tolist()),
            centres=tuple(centres[places].tolist()),
            scales=tuple(scales[places].tolist()),
            coefficients=(0.0,) * len(places),
            intercept=0.0,
        )
        mean = float(value.mean())
        regression = TweedieRegressor(
            power=config.power, alpha=penalty, link="log", solver="newton-cholesky", max_iter=config.max_iterations
        )
        with threadpool_limits(1):
            regression.fit(unfitted._design(matrix), value / mean)
        return unfitted.model_copy(
            update={
                "coefficients": tuple(regression.coef_.tolist()),
                "intercept": float(regression.intercept_) + float(np.log(mean)),
            }
        )

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return log money, shape (n,)."""
        # A product of the whole matrix would round a row by how many others there are.
        sums = np.einsum("ij,j->i", self._design(matrix), np.array(self.coefficients))
        return np.asarray(self.intercept + sums, dtype=np.float64)

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return each column's term, from the mean over the training rows, and the base; rows sum to the margin."""
        contributions = np.zeros((len(matrix), matrix.shape[1] + 1))
        contributions[:, list(self.places)] = self._design(matrix) * np.array(self.coefficients)
        contributions[:, -1] = self.intercept
        return contributions

    def save(self, folder: Path) -> dict[str, Any]:
        """Return the state; nothing needs a file."""
        return self.model_dump(mode="json")

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model of a state."""
        return cls.model_validate(state)

    def _design(self, matrix: Matrix) -> FloatArray:
        logarithms = np.arcsinh(matrix[:, list(self.places)].astype(np.float64))
        scaled = (logarithms - np.array(self.centres)) / np.array(self.scales)
        return np.ascontiguousarray(np.clip(np.nan_to_num(scaled), -FURTHEST, FURTHEST))
