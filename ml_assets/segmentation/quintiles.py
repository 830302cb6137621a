"""The classic grid: each of three ranks is divided into fifths, and each cell belongs to a segment.

Belongs here: places from ranks and the segment of each cell alone. Does not belong here: which segment a cell belongs
to (``grid``), the cells as groups of their own (``rules``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from ml_assets.segmentation.partition import FloatArray, Labels, Placed

QUINTILES = 5
_FILE = "cells.npz"
# Mid-ranks are sums of fractions: what differs by less stands on one side of a border.
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class QuintileGrid:
    """Cells of a cube of ranks.

    Attributes
    ----------
    centre
        Rank that has the place 0 on each axis, shape (3,).
    segment
        Segment of each cell, shape (5, 5, 5).
    """

    kind: ClassVar[str] = "rfm_quintile_grid"

    centre: FloatArray
    segment: Labels

    @property
    def segments(self) -> int:
        """Number of segments."""
        return int(self.segment.max()) + 1

    def place(self, matrix: FloatArray) -> Placed:
        """Return each row's segment; its strength is how far it is from the nearest border to another segment.

        A row half a cell away from any border has a strength of 1, one on a border of 0. Nobody is left out.
        """
        ranks = np.clip(np.round(matrix + self.centre, _DECIMALS), 0.0, 1.0)
        fifths = ranks * QUINTILES
        cell = np.minimum(np.round(fifths, _DECIMALS), QUINTILES - 1).astype(np.intp)
        label = self.segment[tuple(cell.T)]
        strength = np.ones(len(matrix))
        for axis in range(matrix.shape[1]):
            for step, distance in ((-1, fifths[:, axis] - cell[:, axis]), (1, cell[:, axis] + 1 - fifths[:, axis])):
                beside = cell.copy()
                beside[:, axis] = np.clip(cell[:, axis] + step, 0, QUINTILES - 1)
                is_border = self.segment[tuple(beside.T)] != label
                # Half a cell is a half in units of cells.
                strength = np.where(is_border, np.minimum(strength, np.clip(2 * distance, 0.0, 1.0)), strength)
        return Placed(label, np.zeros(len(matrix), dtype=bool), strength)

    def save(self, folder: Path) -> None:
        """Write the cells."""
        np.savez(folder / _FILE, centre=self.centre, segment=self.segment)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the cells that ``save`` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            return cls(centre=stored["centre"], segment=stored["segment"])
