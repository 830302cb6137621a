"""Rules of one line, each a product of columns, and the laws' own answer, which is such a product too.

Belongs here: the rules, their one factor, what each column contributes. Does not belong here: what learns more than one
number (``challenger``, ``btyd``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.encoding import Matrix

FloatArray = npt.NDArray[np.float64]

# A count or a sum of money below it is taken as this, so that logarithms and deviances stay finite.
FLOOR = 0.01
# After so many days without a purchase the spend of the past counts 1 / e: the line that people write down first.
DECAY_DAYS = 26 * 7

FREQUENCY, MONETARY_VALUE = "frequency", "monetary_value"
TOTAL_VALUE, DAYS_SINCE_LAST = "items_value", "days_since_last_order"


@dataclass(frozen=True, slots=True)
class Factor:
    """A column in a product.

    Attributes
    ----------
    column
        Its name.
    decay_days
        If given, the factor is exp(-column / decay_days), else the column itself, no less than ``FLOOR``.
    """

    column: str
    decay_days: float | None = None

    def logarithm(self, values: FloatArray) -> FloatArray:
        """Return the logarithm of the factor; a missing value counts as the floor, or as no decay."""
        if self.decay_days is not None:
            return np.asarray(-np.nan_to_num(values) / self.decay_days, dtype=np.float64)
        return np.asarray(np.log(np.maximum(np.nan_to_num(values, nan=FLOOR), FLOOR)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One line that anybody could write; the higher its product, the more is expected."""

    name: str
    words: str
    factors: tuple[Factor, ...]


FREQUENCY_VALUE = ValueRule(
    name="frequency_value",
    words="Repeat days times their mean value.",
    factors=(Factor(FREQUENCY), Factor(MONETARY_VALUE)),
)
TOTAL_SPEND = ValueRule(name="total_spend", words="All that was spent so far.", factors=(Factor(TOTAL_VALUE),))
DECAYED_SPEND = ValueRule(
    name="decayed_spend",
    words="All that was spent so far, times exp(-days since the last purchase / 26 weeks).",
    factors=(Factor(TOTAL_VALUE), Factor(DAYS_SINCE_LAST, DECAY_DAYS)),
)
# The last one is the line to beat.
RULES = (FREQUENCY_VALUE, TOTAL_SPEND, DECAYED_SPEND)


class ProductMargin(BaseModel):
    """The logarithm of a product of columns and one constant factor.

    Attributes
    ----------
    factors, places
        What is multiplied, and which column of the matrix each reads.
    centres
        Mean logarithm of each factor over the training rows: contributions tell the distance to it.
    constant
        Logarithm of the constant factor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str] = "product"
    factors: tuple[Factor, ...]
    places: tuple[int, ...]
    centres: tuple[float, ...]
    constant: float

    @classmethod
    def of(cls, factors: Sequence[Factor], names: Sequence[str], matrix: Matrix) -> Self:
        """Return the product of columns itself, with a constant factor of 1.

        Raises
        ------
        ValueError
            If a factor reads a column that the matrix lacks.
        """
        unknown = [factor.column for factor in factors if factor.column not in names]
        if unknown:
            raise ValueError(f"a rule reads {', '.join(unknown)}, which is no feature: name features in its factors")
        places = tuple(names.index(factor.column) for factor in factors)
        unscaled = cls(factors=tuple(factors), places=places, centres=(0.0,) * len(places), constant=0.0)
        centres = unscaled._logarithms(matrix).mean(axis=0) if len(matrix) else np.zeros(len(places))
        return unscaled.model_copy(update={"centres": tuple(centres.tolist())})

    @classmethod
    def fit(cls, factors: Sequence[Factor], names: Sequence[str], matrix: Matrix, value: FloatArray) -> Self:
        """Return the product with the one factor by which its sum over the training rows is that of the truth.

        A rule only ranks; with this factor it says money too. The factor changes no rank.

        Parameters
        ----------
        factors, names, matrix
            The rule, the columns and their values, shape (n, p).
        value
            Money of the holdout, shape (n,).
        """
        product = cls.of(factors, names, matrix)
        return product.model_copy(update={"constant": total_matched(product.margin(matrix), value)})

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the logarithm of the product, shape (n,)."""
        return np.asarray(self.constant + self._logarithms(matrix).sum(axis=1), dtype=np.float64)

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return each column's part, from the mean over the training rows, and the base; rows sum to the margin."""
        contributions = np.zeros((len(matrix), matrix.shape[1] + 1))
        centred = self._logarithms(matrix) - np.array(self.centres)
        for number, place in enumerate(self.places):
            contributions[:, place] += centred[:, number]
        contributions[:, -1] = self.constant + sum(self.centres)
        return contributions

    def save(self, folder: Path) -> dict[str, Any]:
        """Return the state; nothing needs a file."""
        return self.model_dump(mode="json")

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model of a state."""
        return cls.model_validate(state)

    def _logarithms(self, matrix: Matrix) -> FloatArray:
        logarithms = np.empty((len(matrix), len(self.places)))
        for number, (factor, place) in enumerate(zip(self.factors, self.places, strict=True)):
            logarithms[:, number] = factor.logarithm(matrix[:, place].astype(np.float64))
        return logarithms


def total_matched(margin: FloatArray, value: FloatArray) -> float:
    """Return the logarithm of the factor that brings the sum of exp(margin) to that of the money; 0 without rows."""
    if not len(margin):
        return 0.0
    return float(np.log(max(float(value.sum()), FLOOR)) - np.log(np.exp(margin).sum()))
