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

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import ndtr
from sklearn.metrics import adjusted_rand_score, silhouette_score

from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.config import StabilityConfig
from ml_assets.segmentation.partition import FloatArray, Method, Partition, Placed

# So many ways to divide pairs between data and null are enough for a share of a hundredth.
_PERMUTATIONS = 4_000
_EQUAL = 1e-9
# Keeps a lead finite where nothing varies: a difference of a millionth is one standard error.
_LEAST_VARIANCE = 1e-12


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


def exceeding(measured: Sequence[Stability], confidence: float, seed: int) -> list[bool]:
    """Return which of several methods are more stable than the null for certain, though several were tried.

    One of nine methods looks stable by chance more often than one of one. So each difference of means, in standard
    errors, is compared with the *largest* one over all methods (max-T of Westfall and Young 1993). Its law without
    structure comes from giving pairs of data and of the null each other's place: a pair moves with the figures of all
    methods, which share its resamples, so that how much the methods resemble each other is accounted for. The chance
    that any method without structure is said to exceed the null stays below ``1 - confidence``.

    Parameters
    ----------
    measured
        Of each method, on the same resamples, with as many pairs of data as of the null.
    confidence
        Of all answers together.
    seed
        Of the permutations, where there are too many to take all.
    """
    if not measured:
        return []
    figures = np.array([np.concatenate([each.found, each.null]) for each in measured])
    pairs = figures.shape[1] // 2
    observed = _leads(figures, np.arange(2 * pairs)[None, :] < pairs)[:, 0]
    largest = _leads(figures, _permutations(pairs, seed)).max(axis=0)
    # What is equal but for the order of a sum is equal.
    share = (largest[None, :] >= observed[:, None] - _EQUAL).mean(axis=1)
    return [bool(each) for each in (observed > 0) & (share <= 1 - confidence + _EQUAL)]


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


def _permutations(pairs: int, seed: int) -> npt.NDArray[np.bool_]:
    """Return which pairs stand for the data, of shape (permutations, 2 * pairs), as they are among them."""
    count = math.comb(2 * pairs, pairs)
    if count <= _PERMUTATIONS:
        chosen = np.array(list(combinations(range(2 * pairs), pairs)), dtype=np.intp)
    else:
        ranks = np.random.default_rng(seed).random((_PERMUTATIONS - 1, 2 * pairs)).argsort(axis=1)
        chosen = np.vstack([np.arange(pairs), ranks[:, :pairs]])
    is_data = np.zeros((len(chosen), 2 * pairs), dtype=bool)
    np.put_along_axis(is_data, chosen, values=True, axis=1)
    return is_data


def _leads(figures: FloatArray, is_data: npt.NDArray[np.bool_]) -> FloatArray:
    """Return by how many standard errors the mean of the data is above that of the null.

    Shapes are (methods, 2 * pairs), (permutations, 2 * pairs) and, returned, (methods, permutations).
    """
    pairs = figures.shape[1] // 2
    squares = np.square(figures)
    of_data, of_null = (figures @ side.T / pairs for side in (is_data, ~is_data))
    spread = sum(
        np.maximum(squares @ side.T / pairs - np.square(mean), 0.0)
        for side, mean in ((is_data, of_data), (~is_data, of_null))
    )
    return np.asarray((of_data - of_null) / np.sqrt(spread / max(pairs - 1, 1) + _LEAST_VARIANCE), dtype=np.float64)


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
