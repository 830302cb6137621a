"""HDBSCAN: segments are dense places, and who stands in none is noise.

Belongs here: fitting by the package ``hdbscan``, places from stored neighbours alone. Does not belong here: which
``min_cluster_size``.

The package's own object can only be stored as a pickle, which executes code when it is read. What is stored instead
are the rows that it was fitted to, with their segments and core distances. A new row is placed as the package's
``approximate_predict`` places it: its mutual reachability distance (Campello, Moulavi and Sander 2013) to each of its
``neighbours`` nearest fitted rows is the largest of their core distance, its own, and their distance; it belongs where
the nearest by this measure belongs. Where the package then climbs up its tree to see whether the segment was one of its
own yet at that distance, here the row is noise if it lies farther off than the nearest other segment does: at that
distance the tree parts the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from scipy.spatial import KDTree

from ml_assets.segmentation.partition import FloatArray, Labels, Placed, Positions, relabelled

_FILE = "neighbours.npz"


@dataclass(frozen=True)
class DensePlaces:
    """Rows that show where it is dense.

    Attributes
    ----------
    rows
        Fitted rows, shape (m, p).
    label
        Segment of each, -1 for noise.
    core
        Distance of each from the last of its neighbours.
    reach
        Distance of each segment from the nearest other one.
    neighbours
        How many neighbours, the row itself among them, make a place dense.
    """

    kind: ClassVar[str] = "hdbscan"

    rows: FloatArray
    label: Labels
    core: FloatArray
    reach: FloatArray
    neighbours: int

    @property
    def segments(self) -> int:
        """Number of segments."""
        return int(self.label.max()) + 1

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(self.rows)

    @cached_property
    def _members(self) -> tuple[KDTree, Labels]:
        inside = self.label >= 0
        return KDTree(self.rows[inside]), self.label[inside]

    def place(self, matrix: FloatArray) -> Placed:
        """Return each row's segment; noise gets the segment of its nearest fitted row in any, with strength 0.

        The strength is by how much nearer a row is to its segment than the nearest other segment is.
        """
        if not len(matrix):
            return Placed(np.empty(0, np.int64), np.empty(0, bool), np.empty(0))
        distance, neighbour = self._tree.query(matrix, k=self.neighbours)
        mutual = np.maximum(np.maximum(distance, distance[:, -1:]), self.core[neighbour])
        nearest = np.argmin(mutual, axis=1)[:, None]
        label = self.label[np.take_along_axis(neighbour, nearest, axis=1)[:, 0]]
        far = np.take_along_axis(mutual, nearest, axis=1)[:, 0]
        reach = np.where(label >= 0, self.reach[np.maximum(label, 0)], 0.0)
        is_noise = (label < 0) | (far > reach)
        strength = np.where(is_noise, 0.0, 1.0 - np.divide(far, reach, out=np.zeros(len(far)), where=reach > 0))
        tree, labels = self._members
        label = np.where(is_noise, labels[tree.query(matrix)[1]], label)
        return Placed(label, is_noise, strength)

    def save(self, folder: Path) -> None:
        """Write the rows with their segments and distances."""
        np.savez(
            folder / _FILE,
            rows=self.rows,
            label=self.label,
            core=self.core,
            reach=self.reach,
            neighbours=self.neighbours,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the places that ``save`` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            return cls(stored["rows"], stored["label"], stored["core"], stored["reach"], int(stored["neighbours"]))


@dataclass(frozen=True, slots=True)
class DensityMethod:
    """HDBSCAN with ``min_cluster_size`` as a share of the rows that it is fitted to.

    Beyond ``max_rows`` rows a fixed random part is fitted; the rest is placed as new rows are.
    """

    cluster_share: float
    neighbours: int
    max_rows: int

    @property
    def kind(self) -> str:
        """Name of the way."""
        return DensePlaces.kind

    @property
    def leaves_out(self) -> bool:
        """Rows in no dense place are left out."""
        return True

    @property
    def setting(self) -> float:
        """``min_cluster_size`` as a share of the rows."""
        return self.cluster_share

    def fit(self, matrix: FloatArray, seed: int) -> DensePlaces | None:
        """Return the dense places among rows; None where there are no two."""
        # Takes more than a second to import.
        import hdbscan

        if len(matrix) > self.max_rows:
            kept = np.random.default_rng(seed).choice(len(matrix), self.max_rows, replace=False)
            matrix = matrix[np.sort(kept)]
        if len(matrix) <= self.neighbours:
            return None
        smallest = max(self.neighbours, round(self.cluster_share * len(matrix)))
        label = hdbscan.HDBSCAN(
            min_cluster_size=smallest, min_samples=self.neighbours, core_dist_n_jobs=1, approx_min_span_tree=False
        ).fit_predict(matrix)
        count = int(label.max()) + 1
        if count < 2:
            return None
        label = np.asarray(label, dtype=np.int64)
        centres = np.array([matrix[label == number].mean(axis=0) for number in range(count)])
        core = KDTree(matrix).query(matrix, k=self.neighbours)[0][:, -1]
        label = relabelled(label, np.lexsort(centres.T[::-1]))
        return DensePlaces(matrix, label, core, _gaps(matrix, label, core), self.neighbours)

    def resample(self, drawn: Positions) -> Positions:
        """Return each row of a bootstrap sample once: copies would be dense places of their own."""
        return np.unique(drawn)


def _gaps(rows: FloatArray, label: Labels, core: FloatArray) -> FloatArray:
    """Return the mutual reachability distance of each segment from the nearest row of another one."""
    gaps = np.empty(int(label.max()) + 1)
    for number in range(len(gaps)):
        members, others = np.flatnonzero(label == number), np.flatnonzero((label >= 0) & (label != number))
        distance, nearest = KDTree(rows[others]).query(rows[members])
        gaps[number] = np.maximum(np.maximum(distance, core[members]), core[others[nearest]]).min()
    return gaps
