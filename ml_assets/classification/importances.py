"""What each column has to do with a margin.

Belongs here: shares in absolute contributions. Does not belong here: contributions of a single row (``reasons``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml_assets.classification.encoding import Matrix
from ml_assets.classification.evaluation import Importance
from ml_assets.classification.margins import MarginModel

# Rows whose contributions are averaged.
IMPORTANCE_ROWS = 1_000


def importances(model: MarginModel, matrix: Matrix, names: Sequence[str]) -> tuple[Importance, ...]:
    """Return each column's share in the absolute contributions over some rows, evenly spaced; largest first.

    Nothing without rows, and where no column adds anything.

    Parameters
    ----------
    model
        From the matrix to a margin.
    matrix
        Rows, shape (n, p).
    names
        Of its columns.
    """
    some = matrix[np.linspace(0, len(matrix) - 1, min(len(matrix), IMPORTANCE_ROWS)).astype(np.intp)]
    if len(some) == 0:
        return ()
    moved = np.abs(model.contributions(some)[:, :-1]).mean(axis=0)
    total = moved.sum()
    if total == 0.0:
        return ()
    order = np.argsort(-moved, kind="stable")
    return tuple(Importance(column=names[place], share=float(moved[place] / total)) for place in order)
