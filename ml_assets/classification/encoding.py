"""From a frame of features to the matrix that every candidate reads.

Belongs here: order and type of columns, codes of categories, what counts as missing. Does not belong here: scaling and
filling, which are each model's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

Matrix = npt.NDArray[np.float32]
Positions = npt.NDArray[np.intp]


class EncodingState(BaseModel):
    """A fitted encoder as it is stored in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FeatureEncoder:
    """Columns and categories of a training set.

    Attributes
    ----------
    names
        Features in the order of the matrix's columns.
    categories
        Sorted categories of each text column; a value's code is its place among them.
    """

    names: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, features: pd.DataFrame, rows: Positions) -> Self:
        """Return the encoder of some rows of a frame.

        Parameters
        ----------
        features
            Numbers in numeric columns; text in ``object``, ``string`` or ``category`` columns.
        rows
            Positions of the training rows.
        """
        categories = {
            str(name): tuple(sorted(map(str, column.iloc[rows].dropna().unique())))
            for name, column in features.items()
            if _is_text(column)
        }
        return cls(names=tuple(map(str, features.columns)), categories=categories)

    @classmethod
    def of_state(cls, state: EncodingState) -> Self:
        """Return the encoder that a state was taken from."""
        return cls(names=state.names, categories=state.categories)

    @property
    def state(self) -> EncodingState:
        """What JSON stores of the encoder."""
        return EncodingState(names=self.names, categories=dict(self.categories))

    @property
    def is_category(self) -> npt.NDArray[np.bool_]:
        """Whether each column of the matrix holds codes of categories."""
        return np.array([name in self.categories for name in self.names], dtype=bool)

    def missing_from(self, features: pd.DataFrame) -> tuple[str, ...]:
        """Return the columns that a frame lacks."""
        return tuple(name for name in self.names if name not in features.columns)

    def matrix(self, features: pd.DataFrame, rows: Positions | None = None) -> Matrix:
        """Return features as float32, row by row in memory; NaN where a value is missing, infinite or not known.

        Parameters
        ----------
        features
            A frame with at least the encoder's columns, in any order.
        rows
            Positions of the wanted rows; ``None`` means all.

        Raises
        ------
        KeyError
            If a column is not there; ``missing_from`` tells before.
        """
        matrix = np.empty((len(features) if rows is None else len(rows), len(self.names)), dtype=np.float32)
        for place, name in enumerate(self.names):
            column = features[name] if rows is None else features[name].iloc[rows]
            matrix[:, place] = self._codes(name, column) if name in self.categories else _numbers(column)
        return matrix

    def _codes(self, name: str, column: pd.Series) -> Matrix:
        """Return the place of each value among the categories; NaN for the missing and those never seen."""
        categories = pd.Index(self.categories[name], dtype=object)
        codes = categories.get_indexer(pd.Index(column.astype(object)))
        return np.where(codes < 0, np.float32(np.nan), codes.astype(np.float32))


def _is_text(column: pd.Series) -> bool:
    return (
        isinstance(column.dtype, pd.CategoricalDtype)
        or pd.api.types.is_object_dtype(column.dtype)
        or pd.api.types.is_string_dtype(column.dtype)
    )


def _numbers(column: pd.Series) -> Matrix:
    """Return a column of numbers or truth values with NaN for all that is not a finite number."""
    numbers = column.to_numpy(dtype=np.float32, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.float32(np.nan))
