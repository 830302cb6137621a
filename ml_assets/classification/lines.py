"""A logistic line on one number: how the rule becomes a probability, and how a model's margin is calibrated.

Belongs here: fitting and applying the line. Does not belong here: what the number is.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit

FloatArray = npt.NDArray[np.float64]

# Smallest slope per standard deviation: the order of rows stays what it was even where it told nothing on the window.
MIN_SLOPE = 0.01


class Line(BaseModel):
    """Log odds ``intercept + slope * score``, with a slope above zero.

    ``Line()`` leaves a margin as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    intercept: float = 0.0
    slope: float = 1.0

    @classmethod
    def fit(cls, score: FloatArray, label: FloatArray) -> Self:
        """Return the line under which the labels are most likely.

        The labels are softened as by Platt, so that the line stays finite where the score separates them: with
        ``p`` yes and ``q`` no answers, yes counts as (p + 1) / (p + 2) and no as 1 / (q + 2).

        Parameters
        ----------
        score
            Finite numbers of shape (n,); a higher one makes yes more likely.
        label
            1.0 or 0.0, shape (n,).

        Notes
        -----
        J. Platt, *Probabilistic outputs for support vector machines*, 1999, section 2.2.
        """
        centre, spread = (float(score.mean()), float(score.std())) if len(score) else (0.0, 1.0)
        positives = float(label.sum())
        yes, no = (positives + 1.0) / (positives + 2.0), 1.0 / (len(label) - positives + 2.0)
        target = np.where(label > 0.5, yes, no)
        start = float(logit(np.clip(target.mean(), 1e-12, 1.0 - 1e-12))) if len(label) else 0.0
        if len(score) == 0 or spread <= 1e-12 * max(1.0, abs(centre)):
            slope = 1.0 if len(score) else MIN_SLOPE
            return cls(intercept=start - slope * centre, slope=slope)
        scaled = (score - centre) / spread

        def loss(line: FloatArray) -> tuple[float, FloatArray]:
            margin = line[0] + line[1] * scaled
            residual = expit(margin) - target
            value = -np.mean(target * log_expit(margin) + (1.0 - target) * log_expit(-margin))
            return float(value), np.array([residual.mean(), (residual * scaled).mean()])

        found = minimize(
            loss,
            np.array([start, MIN_SLOPE]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None), (MIN_SLOPE, None)],
            options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 200},
        )
        slope = float(found.x[1]) / spread
        return cls(intercept=float(found.x[0]) - slope * centre, slope=slope)

    def margin(self, score: FloatArray) -> FloatArray:
        """Return the log odds at scores of shape (n,)."""
        return self.intercept + self.slope * score

    def probability(self, score: FloatArray) -> FloatArray:
        """Return the probability of yes at scores of shape (n,)."""
        return np.asarray(expit(self.margin(score)), dtype=np.float64)
