"""Points that fill the unit cube evenly, for integrals over several unknowns.

Belongs here: the points. Does not belong here: what is integrated.
"""

from __future__ import annotations

import numpy as np

from ecom_assets.sample.draws import Floats


def lattice(points: int, dimensions: int) -> Floats:
    """Return points of a Kronecker lattice, one row a dimension, all strictly between 0 and 1.

    The first dimension is equidistant, so it should be the one that matters most; the others step by powers of the
    inverse of the generalised golden ratio, the root of x^d = x + 1 for d dimensions (Roberts 2018).
    """
    ratio = 2.0
    for _ in range(64):
        ratio = (1.0 + ratio) ** (1.0 / dimensions)
    number = np.arange(points)
    steps = ratio ** -np.arange(1.0, dimensions)
    rest = (0.5 + np.outer(steps, number + 1)) % 1.0
    result: Floats = np.vstack([(number + 0.5) / points, np.clip(rest, 1e-9, 1 - 1e-9)])
    return result
