"""How much of all money the first rows of a list hold.

Belongs here: the points of these curves. Does not belong here: figures of them (``metrics.value``), drawing them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ml_assets.classification.evaluation import Curve
from ml_assets.cltv.evaluation import BEST_LIST
from ml_assets.cltv.panel import ValuePanel

FloatArray = npt.NDArray[np.float64]

_POINTS = 101


def gain_curves(panel: ValuePanel, predicted: Mapping[str, FloatArray]) -> dict[str, Curve]:
    """Return share of money over share of rows listed, for each prediction by its name and for the truth itself.

    It is the Lorenz curve of the money, with rows in the order of the prediction instead of the money, highest first.
    Rows with equal predictions share what they hold, as if each list were drawn at random among them. None of the
    curves is known where the rows hold no money.

    Parameters
    ----------
    panel
        Rows with money of the holdout.
    predicted
        Money for them by name, shape (n,) each.
    """
    if not panel.value.sum():
        return {}
    return {name: _curve(panel.value, each) for name, each in {**predicted, BEST_LIST: panel.value}.items()}


def _curve(truth: FloatArray, predicted: FloatArray) -> Curve:
    levels, number = np.unique(-predicted, return_inverse=True)
    rows = np.concatenate([[0.0], np.cumsum(np.bincount(number, minlength=len(levels)))]) / len(truth)
    money = np.concatenate([[0.0], np.cumsum(np.bincount(number, truth, minlength=len(levels)))]) / truth.sum()
    shares = np.linspace(0, 1, _POINTS)
    return Curve(x=tuple(shares.tolist()), y=tuple(np.interp(shares, rows, money).tolist()))
