"""Nodes and weights for means over beta laws.

Belongs here: Gauss-Jacobi quadrature of many beta laws at once. Does not belong here: what is integrated.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# With so many nodes the purchases of a year are exact to 1e-11 under all laws seen, those of ten years to 1e-8; with
# half of them, to 3e-7.
NODES = 48
# The beta law of one who is about to leave can sit so close to 0 that a node rounds to it or below.
_SMALLEST_NODE = 1e-300


def beta_nodes(a: FloatArray, b: FloatArray, nodes: int = NODES) -> tuple[FloatArray, FloatArray]:
    """Return points in (0, 1) and weights that sum to 1, so that the weighted mean is the mean over Beta(a, b).

    Golub and Welsch (1969): eigenvalues of the matrix of the recurrence of Jacobi's polynomials, and squares of the
    first components of its eigenvectors. ``scipy.special.roots_jacobi`` is the same for one law, but overflows where
    the parameters are large, as they are when purchases hardly tell who leaves.

    Parameters
    ----------
    a, b
        Parameters of the laws, above 0, arrays of one length.
    nodes
        Points for each law.

    Returns
    -------
    tuple of numpy.ndarray
        Points and weights, one row per law.
    """
    left, right = (a - 1.0)[:, None], (b - 1.0)[:, None]
    total = left + right
    n = np.arange(nodes, dtype=np.float64)[None, :]
    step = 2.0 * n + total
    # The general term is 0 / 0 for the first ones of some laws, so those have their own forms.
    later = n[:, 1:], step[:, 1:]
    centre = np.empty((len(a), nodes))
    centre[:, :1] = (left - right) / (total + 2.0)
    centre[:, 1:] = (left - right) * total / (later[1] * (later[1] + 2.0))
    spread = np.empty((len(a), nodes - 1))
    spread[:, :1] = 4.0 * (1.0 + left) * (1.0 + right) / ((total + 2.0) ** 2 * (total + 3.0))
    n, step = n[:, 2:], step[:, 2:]
    spread[:, 1:] = 4.0 * n * (n + left) * (n + right) * (n + total) / (step**2 * (step + 1.0) * (step - 1.0))
    matrix = np.zeros((len(a), nodes, nodes))
    row = np.arange(nodes)
    matrix[:, row, row] = centre
    matrix[:, row[1:], row[:-1]] = np.sqrt(spread)
    value, vector = np.linalg.eigh(matrix, UPLO="L")
    return np.clip((1.0 + value) / 2.0, _SMALLEST_NODE, 1.0), vector[:, 0, :] ** 2
