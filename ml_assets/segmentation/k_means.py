"""K-Means: each row belongs to the nearest of k centroids.

Belongs here: fitting by scikit-learn, places from the centroids alone. Does not belong here: which k.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from ml_assets.segmentation.partition import FloatArray, Placed, Positions

_FILE = "centroids.npz"


@dataclass(frozen=True, slots=True)
class Centroids:
    """Centroids, shape (k, p), in the order of their coordinates."""

    kind: ClassVar[str] = "k_means"

    centroids: FloatArray

    @property
    def segments(self) -> int:
        """Number of segments."""
        return len(self.centroids)

    def place(self, matrix: FloatArray) -> Placed:
        """Return the nearest centroid of each row; the strength is 1 - nearest distance / second nearest."""
        # One centroid at a time: the sums of a row are the same whatever stands beside it, and memory stays small.
        squares = np.column_stack([np.square(matrix - centroid).sum(axis=1) for centroid in self.centroids])
        label = np.argmin(squares, axis=1).astype(np.int64)
        nearest = np.sqrt(np.partition(squares, 1, axis=1)[:, :2])
        strength = 1.0 - np.divide(nearest[:, 0], nearest[:, 1], out=np.ones(len(matrix)), where=nearest[:, 1] > 0)
        return Placed(label, np.zeros(len(matrix), dtype=bool), strength)

    def save(self, folder: Path) -> None:
        """Write the centroids."""
        np.savez(folder / _FILE, centroids=self.centroids)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the centroids that ``save`` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            return cls(centroids=stored["centroids"])


@dataclass(frozen=True, slots=True)
class KMeansMethod:
    """K-Means with a number of segments, from so many starts."""

    segments: int
    starts: int
    threads: int = 1

    @property
    def kind(self) -> str:
        """Name of the way."""
        return Centroids.kind

    @property
    def leaves_out(self) -> bool:
        """No row is left out."""
        return False

    @property
    def setting(self) -> float:
        """Number of segments."""
        return float(self.segments)

    def fit(self, matrix: FloatArray, seed: int) -> Centroids | None:
        """Return the centroids of rows; None where there are fewer different rows than segments."""
        if len(np.unique(matrix, axis=0)) < self.segments:
            return None
        # Threads add up sums in an order of their own, so that their number decides the last bits.
        with threadpool_limits(limits=self.threads):
            fitted = KMeans(n_clusters=self.segments, n_init=self.starts, random_state=seed).fit(matrix)
        centroids: npt.NDArray[np.float64] = np.asarray(fitted.cluster_centers_, dtype=np.float64)
        return Centroids(centroids[np.lexsort(centroids.T[::-1])])

    def resample(self, drawn: Positions) -> Positions:
        """Return all rows of a bootstrap sample, copies among them."""
        return drawn
