"""What every model of a margin can do, and the two that need no learning: the base rate and the rule.

Belongs here: the protocol, base rate, rule. Does not belong here: calibration (``lines``), models that learn
(``linear``, ``trees``), frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from scipy.special import logit

from ml_assets.classification.encoding import Matrix
from ml_assets.classification.lines import Line
from ml_assets.classification.question import TRANSFORMS, Rule, Term

FloatArray = npt.NDArray[np.float64]


def log_losses(label: FloatArray, margin: FloatArray) -> FloatArray:
    """Return the log-loss of each row's log odds, shape (n,)."""
    return np.asarray(np.logaddexp(0.0, margin) - label * margin, dtype=np.float64)


class MarginModel(Protocol):
    """From a matrix of features to log odds, which are the sum of what each column contributes."""

    kind: ClassVar[str]

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds of yes, shape (n,), for a matrix of shape (n, p)."""
        ...

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return what each column adds, shape (n, p + 1); the last one is the base, and rows sum to the margin."""
        ...

    def save(self, folder: Path) -> dict[str, Any]:
        """Write what JSON cannot hold into a folder, and return the rest."""
        ...

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model from what ``save`` wrote and returned."""
        ...


class ConstantMargin(BaseModel):
    """The same log odds for everyone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str] = "constant"
    log_odds: float

    @classmethod
    def fit(cls, label: FloatArray) -> Self:
        """Return the log odds of the share of yes; finite also where all labels are equal or there is none."""
        return cls(log_odds=float(logit(base_rate(label))))

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds, shape (n,)."""
        return np.full(len(matrix), self.log_odds)

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return zeros for the columns and the log odds as the base."""
        contributions = np.zeros((len(matrix), matrix.shape[1] + 1))
        contributions[:, -1] = self.log_odds
        return contributions

    def save(self, folder: Path) -> dict[str, Any]:
        """Return the state; nothing needs a file."""
        return self.model_dump(mode="json")

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model of a state."""
        return cls.model_validate(state)


class RuleMargin(BaseModel):
    """A logistic line on the sum of a rule's terms.

    Attributes
    ----------
    terms, places
        The rule's terms, and which column of the matrix each reads.
    centres
        Mean of each term over the training rows: contributions tell the distance to it.
    line
        From the sum of the terms to log odds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str] = "rule"
    terms: tuple[Term, ...]
    places: tuple[int, ...]
    centres: tuple[float, ...]
    line: Line

    @classmethod
    def fit(cls, rule: Rule, names: Sequence[str], matrix: Matrix, label: FloatArray) -> Self:
        """Return the rule with the line that fits labels best.

        Parameters
        ----------
        rule
            What is summed.
        names
            Columns of the matrix.
        matrix
            Shape (n, p).
        label
            1.0 or 0.0, shape (n,).

        Raises
        ------
        ValueError
            If the rule reads a column that is no feature.
        """
        unknown = [term.column for term in rule.terms if term.column not in names]
        if unknown:
            raise ValueError(
                f"the rule '{rule.words}' reads {', '.join(unknown)}, which is no feature of its question; "
                "name a feature in its terms, or take the column out of not_features and left_out"
            )
        places = tuple(names.index(term.column) for term in rule.terms)
        values = _term_values(rule.terms, places, matrix)
        centres = tuple(values.mean(axis=0).tolist()) if len(values) else (0.0,) * len(places)
        return cls(terms=rule.terms, places=places, centres=centres, line=Line.fit(values.sum(axis=1), label))

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds, shape (n,)."""
        return self.line.margin(_term_values(self.terms, self.places, matrix).sum(axis=1))

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return each column's part of the rule, from the mean over the training rows."""
        contributions = np.zeros((len(matrix), matrix.shape[1] + 1))
        contributions[:, -1] = self.line.margin(np.full(len(matrix), sum(self.centres)))
        values = self.line.slope * (_term_values(self.terms, self.places, matrix) - np.array(self.centres))
        for term, place in enumerate(self.places):
            contributions[:, place] += values[:, term]
        return contributions

    def save(self, folder: Path) -> dict[str, Any]:
        """Return the state; nothing needs a file."""
        return self.model_dump(mode="json")

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model of a state."""
        return cls.model_validate(state)


def base_rate(label: FloatArray) -> float:
    """Return the share of yes, at least half a row away from 0 and 1; a half without rows."""
    if len(label) == 0:
        return 0.5
    margin = 0.5 / len(label)
    return float(np.clip(label.mean(), margin, 1.0 - margin))


def _term_values(terms: Sequence[Term], places: Sequence[int], matrix: Matrix) -> FloatArray:
    """Return ``weight * transform(column)`` of each term, shape (n, number of terms), row by row in memory."""
    values = np.empty((len(matrix), len(terms)))
    for number, (term, place) in enumerate(zip(terms, places, strict=True)):
        transform = TRANSFORMS[term.transform]
        with np.errstate(divide="ignore", invalid="ignore"):
            transformed = transform(matrix[:, place].astype(np.float64))
        instead = transform(np.array([term.missing]))
        values[:, number] = term.weight * np.where(np.isfinite(transformed), transformed, instead)
    return values
