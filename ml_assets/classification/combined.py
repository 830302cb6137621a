"""A sum of margins: trees on top of the rule, or the mean of two models.

Belongs here: how parts are added, explained and saved. Does not belong here: the parts, which of them are combined
(``candidates``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ml_assets.classification.encoding import Matrix
from ml_assets.classification.linear import LinearMargin
from ml_assets.classification.margins import ConstantMargin, MarginModel, RuleMargin
from ml_assets.classification.survival import SurvivalMargin
from ml_assets.classification.trees import TreeMargin

FloatArray = npt.NDArray[np.float64]

SIMPLE_KINDS: Mapping[str, type[MarginModel]] = {
    model.kind: model for model in (ConstantMargin, RuleMargin, LinearMargin, TreeMargin, SurvivalMargin)
}


@dataclass(frozen=True, slots=True)
class CombinedMargin:
    """A weighted sum of margins; contributions add up alike.

    Attributes
    ----------
    parts
        What is added.
    weights
        One number a part.
    """

    kind: ClassVar[str] = "combined"
    parts: tuple[MarginModel, ...]
    weights: tuple[float, ...]

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds, shape (n,)."""
        total = np.zeros(len(matrix))
        for weight, part in zip(self.weights, self.parts, strict=True):
            total += weight * part.margin(matrix)
        return total

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return what each column adds over all parts, and the base."""
        total = np.zeros((len(matrix), matrix.shape[1] + 1))
        for weight, part in zip(self.weights, self.parts, strict=True):
            total += weight * part.contributions(matrix)
        return total

    def save(self, folder: Path) -> dict[str, Any]:
        """Write each part into a folder of its own, and return kinds, states and weights."""
        states = []
        for place, part in enumerate(self.parts):
            (folder / _part(place)).mkdir(parents=True, exist_ok=True)
            states.append({"kind": part.kind, "state": part.save(folder / _part(place))})
        return {"parts": states, "weights": list(self.weights)}

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the sum from the folders of its parts."""
        parts = tuple(
            SIMPLE_KINDS[part["kind"]].load(folder / _part(place), part["state"])
            for place, part in enumerate(state["parts"])
        )
        return cls(parts=parts, weights=tuple(state["weights"]))


def _part(place: int) -> str:
    return f"part_{place}"
