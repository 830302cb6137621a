"""Search for single columns that rank money too well to be honest.

Belongs here: the search. Does not belong here: columns that tell whether anything is bought at all
(``classification.leak_guard``), leaks of time, which only rebuilding from raw data shows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from ml_assets.cltv.evaluation import TellingColumn
from ml_assets.cltv.panel import ValuePanel
from ml_assets.metrics.value import normalised_gini

FloatArray = npt.NDArray[np.float64]

_MAX_ROWS = 100_000
# With fewer rows with money, one of many columns orders them well by chance.
_MIN_BUYERS = 10


def telling_columns(panel: ValuePanel, least: float, seed: int) -> tuple[TellingColumn, ...]:
    """Return columns whose order alone, up or down, has a normalised Gini of at least ``least``, the highest first.

    Unknown values may stand below or above all others. Columns of text are not looked at.

    Parameters
    ----------
    panel
        Rows; those whose holdout is not known do not count. Above 100,000 a fixed sample of them is looked at.
    least
        Where suspicion begins.
    seed
        Of the sample.
    """
    known = np.flatnonzero(~np.isnan(panel.value))
    if len(known) > _MAX_ROWS:
        known = np.sort(np.random.default_rng(seed).choice(known, _MAX_ROWS, replace=False))
    truth = panel.value[known]
    if (truth > 0).sum() < _MIN_BUYERS:
        return ()
    features = panel.panel.features.iloc[known]
    numbers = features.columns[[pd.api.types.is_numeric_dtype(column.dtype) for _, column in features.items()]]
    found = [TellingColumn(column=str(name), normalised_gini=_best(truth, features[name])) for name in numbers]
    return tuple(
        sorted(
            (each for each in found if each.normalised_gini >= least),
            key=lambda each: (-each.normalised_gini, each.column),
        )
    )


def _best(truth: FloatArray, column: pd.Series[float]) -> float:
    """Return the best that the order of a column says; 0 where the truth is the same for all."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    unknown = np.isnan(values)
    orders = [rankdata(np.where(unknown, end, values)) for end in ((-np.inf, np.inf) if unknown.any() else (0.0,))]
    ginis = [normalised_gini(truth, sign * order) for order in orders for sign in (1.0, -1.0)]
    return float(np.max(np.nan_to_num(ginis)))
