"""The usual tests, as their users leave them, on the same counts as the gate's.

Belongs here: Kolmogorov-Smirnov and chi-square at p < 0.05, the population stability index at 0.1. Does not belong
here: the gate, draws.

Cells are fine enough (1,024 quantiles of a continuous law) for the greatest distance of two distributions to be found
between them. Missing values are left out, as both tests do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from ml_assets.monitoring.columns import ColumnKind

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_P = 0.05
_INDEX = 0.1
_TENTHS = 10
# Keeps a bin without rows from an infinite logarithm.
_LEAST_SHARE = 1e-4


def by_p_value(reference: FloatArray, current: FloatArray, kind: ColumnKind) -> BoolArray:
    """Return which draws have p below 0.05: of numbers by Kolmogorov and Smirnov, of categories by chi-square.

    Parameters
    ----------
    reference, current
        Counts, shape (draws, cells).
    kind
        Whether the cells are ordered.
    """
    rows = reference.sum(axis=-1), current.sum(axis=-1)
    if kind is ColumnKind.NUMERIC:
        distance = np.abs(_below(reference) - _below(current)).max(axis=-1)
        return np.asarray(special.kolmogorov(np.sqrt(rows[0] * rows[1] / (rows[0] + rows[1])) * distance) < _P)
    pooled = reference + current
    total = pooled.sum(axis=-1, keepdims=True)
    parts = [
        np.divide((each - expected) ** 2, expected, out=np.zeros_like(each), where=expected > 0.0).sum(axis=-1)
        for each, size in zip((reference, current), rows, strict=True)
        for expected in [pooled * size[:, None] / total]
    ]
    return np.asarray(special.chdtrc((pooled > 0.0).sum(axis=-1) - 1, parts[0] + parts[1]) < _P)


def by_stability_index(reference: FloatArray, current: FloatArray, kind: ColumnKind) -> BoolArray:
    """Return which draws have an index of 0.1 or more: of numbers by tenths of the reference, else by category.

    Parameters
    ----------
    reference, current
        Counts, shape (draws, cells).
    kind
        Whether the cells are ordered.
    """
    if kind is ColumnKind.NUMERIC:
        tenth = np.minimum((_below(reference) - _shares(reference) / 2.0) * _TENTHS, _TENTHS - 1).astype(np.intp)
        membership = tenth[..., None, :] == np.arange(_TENTHS)[:, None]
        reference, current = (np.einsum("dtc,dc->dt", membership, each) for each in (reference, current))
    expected, found = (np.maximum(_shares(each), _LEAST_SHARE) for each in (reference, current))
    return np.asarray(((found - expected) * np.log(found / expected)).sum(axis=-1) >= _INDEX)


def _shares(counts: FloatArray) -> FloatArray:
    shares: FloatArray = counts / counts.sum(axis=-1, keepdims=True)
    return shares


def _below(counts: FloatArray) -> FloatArray:
    """Return the share of the rows in each cell and those before it."""
    return np.cumsum(_shares(counts), axis=-1)
