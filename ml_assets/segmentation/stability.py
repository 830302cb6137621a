"""Whether the same segments come out again: resamples of the customers, and of data without structure.

Belongs here: the adjusted Rand index of two resamples on the rows that both drew, the structureless null, silhouettes.
Does not belong here: what follows from them (``choice``).

Stability alone says little: two halves of any cloud with one longest axis are found again and again, and so are the
four quarters of a square, though neither has groups. So each figure stands beside that of the null: as many customers
from one normal law with the data's means, variances and correlations, whose columns were de-skewed in the same way, so
that a rank is uniform there too. Columns permuted on their own would keep the groups that a single column shows, such
as those who came back and those who did not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import ndtr
from sklearn.metrics import adjusted_rand_score, silhouette_score

from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.config import StabilityConfig
from ml_assets.segmentation.partition import FloatArray, Method, Partition, Placed


@dataclass(frozen=True, slots=True)
class Stability:
    """Adjusted Rand indices of pairs of resamples, of shape (pairs,) each; 0 where a resample has no two segments.

    Attributes
    ----------
    found
        Of the data.
    null
        Of data without structure.
    """

    found: FloatArray
    null: FloatArray

    @property
    def gain(self) -> float:
        """Share of the way from the null's mean to perfect stability."""
        room = 1.0 - float(self.null.mean())
        return (float(self.found.mean()) - float(self.null.mean())) / room if room > 0 else 0.0

    def exceeds_null(self, confidence: float) -> bool:
        """Return whether the data are more stable than the null for certain (one-sided t-test)."""
        error = float(np.hypot(stats.sem(self.found), stats.sem(self.null)))
        lead = float(self.found.mean() - self.null.mean())
        # Fewer degrees of freedom than Welch's, so that the test is cautious, and defined where nothing varies.
        return lead > error * float(stats.t.ppf(confidence, min(len(self.found), len(self.null)) - 1))


def stability(
    matrix: FloatArray, is_rank: npt.NDArray[np.bool_], method: Method, config: StabilityConfig, seed: int
) -> Stability:
    """Return how stable a method is on rows, and on a null of the same size.

    Pairs of the data are drawn from one part of the rows; each pair of the null has data of its own.

    Parameters
    ----------
    matrix
        Places of rows, shape (n, p).
    is_rank
        Which columns are ranks.
    method
        What is fitted.
    config
        Number of rows and pairs.
    seed
        The same seed gives the same resamples to every method, so that they can be compared.
    """
    generator = np.random.default_rng(seed)
    rows = _part(matrix, config.rows, generator)
    found = np.array([_pair(rows, method, generator) for _ in range(config.pairs)])
    null = [_pair(structureless(rows, is_rank, generator), method, generator) for _ in range(config.pairs)]
    return Stability(found=found, null=np.array(null))


def structureless(rows: FloatArray, is_rank: npt.NDArray[np.bool_], generator: np.random.Generator) -> FloatArray:
    """Return as many rows without groups, with the same means, variances and correlations of underlying normal laws."""
    spread = rows.std(axis=0)
    standard = np.divide(rows - rows.mean(axis=0), spread, out=np.zeros_like(rows), where=spread > 0)
    correlation = np.atleast_2d(standard.T @ standard / len(rows))
    drawn = generator.multivariate_normal(np.zeros(len(spread)), correlation, size=len(rows), method="eigh")
    # A uniform law on [0, 1] has a variance of 1 / 12.
    uniform = np.sqrt(12.0) * (ndtr(drawn) - 0.5)
    return np.asarray(rows.mean(axis=0) + spread * np.where(is_rank, uniform, drawn), dtype=np.float64)


def mean_estimate(values: FloatArray, confidence: float) -> Estimate:
    """Return a mean with Student's interval."""
    mean, error = float(values.mean()), float(stats.sem(values))
    half = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1)) * error
    return Estimate(value=mean, low=mean - half, high=mean + half)


def silhouette(matrix: FloatArray, placed: Placed, most_rows: int, seed: int) -> float | None:
    """Return the mean silhouette (Rousseeuw 1987) of a fixed random part of the rows that belong somewhere."""
    inside = np.flatnonzero(~placed.is_noise)
    kept = np.sort(np.random.default_rng(seed).permutation(inside)[:most_rows])
    labels = placed.label[kept]
    count = len(np.unique(labels))
    return float(silhouette_score(matrix[kept], labels)) if 2 <= count < len(kept) else None


def _part(matrix: FloatArray, rows: int, generator: np.random.Generator) -> FloatArray:
    if len(matrix) <= rows:
        return matrix
    return matrix[np.sort(generator.choice(len(matrix), rows, replace=False))]


def _pair(rows: FloatArray, method: Method, generator: np.random.Generator) -> float:
    """Return the adjusted Rand index of two resamples on the rows that are in both."""
    first, second = (generator.integers(0, len(rows), len(rows)) for _ in range(2))
    seeds = generator.integers(0, 2**31, 2)
    common = rows[np.intersect1d(first, second)]
    partitions = [
        method.fit(rows[method.resample(drawn)], int(seed)) for drawn, seed in zip((first, second), seeds, strict=True)
    ]
    one, other = partitions
    if one is None or other is None:
        return 0.0
    return float(adjusted_rand_score(_groups(one, common), _groups(other, common)))


def _groups(partition: Partition, rows: FloatArray) -> FloatArray:
    """Return the segment of each row; those that belong nowhere are a group of their own."""
    placed = partition.place(rows)
    return np.where(placed.is_noise, -1, placed.label).astype(np.float64)
