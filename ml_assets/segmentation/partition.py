"""What every way to divide the space must offer, whoever fitted it.

Belongs here: the protocols of a method and of what it fits. Does not belong here: the methods (``k_means``,
``density``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where rows stand among the segments; all attributes have one element for each row.

    Attributes
    ----------
    label
        Number of the segment; of the nearest one for those that belong nowhere.
    is_noise
        Whether a row belongs nowhere.
    strength
        How clearly a row belongs to its segment, 0 (on a border) to 1.
    """

    label: Labels
    is_noise: npt.NDArray[np.bool_]
    strength: FloatArray


class Partition(Protocol):
    """A fitted division of the space into segments, numbered from 0 on."""

    kind: ClassVar[str]

    @property
    def segments(self) -> int:
        """Number of segments."""

    def place(self, matrix: FloatArray) -> Placed:
        """Return where rows stand; each row's place depends on that row alone."""

    def save(self, folder: Path) -> None:
        """Write the partition into a folder, in a format that executes nothing when it is read."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the partition that ``save`` wrote."""


class Method(Protocol):
    """A way to fit a partition, with its setting."""

    @property
    def kind(self) -> str:
        """Name of the way."""

    @property
    def leaves_out(self) -> bool:
        """Whether some rows may belong nowhere."""

    @property
    def setting(self) -> float:
        """Number of segments, or ``min_cluster_size`` as a share of the rows."""

    def fit(self, matrix: FloatArray, seed: int) -> Partition | None:
        """Return the partition of rows; None where the method finds no two segments."""

    def resample(self, drawn: Positions) -> Positions:
        """Return the rows of a bootstrap sample that are fitted: all that were drawn, or each of them once."""


def relabelled(labels: Labels, order: Sequence[int] | Positions) -> Labels:
    """Return labels numbered anew: segment ``order[i]`` becomes ``i``; those below 0 stay."""
    place = np.empty(len(order), dtype=np.int64)
    place[np.asarray(order, dtype=np.intp)] = np.arange(len(order))
    return np.where(labels < 0, labels, place[np.maximum(labels, 0)])
