"""Past scores beside what became true.

Belongs here: which scores may be judged, and finding their labels. Does not belong here: losses, the verdict
(``judge``).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ml_assets.predictions import IS_BACKTEST, MODEL_VERSION


def settled(scores: pd.DataFrame, labels: pd.DataFrame, key: Sequence[str], version: str) -> pd.DataFrame:
    """Return the scores of a version that were given without hindsight, each with its label.

    Parameters
    ----------
    scores
        Rows of a table of predictions.
    labels
        Rows whose labels are known by now, with the columns of the key; each key once.
    key
        Columns that tell of what a score is. Dates compare as moments, whatever the engine gave.
    version
        Number of the version that is judged: what another one scored is not its doing.

    Returns
    -------
    pandas.DataFrame
        The columns of both, in the order of the scores.

    Raises
    ------
    pandas.errors.MergeError
        If a key stands in the labels twice.
    """
    is_judged = (scores[MODEL_VERSION] == version) & ~scores[IS_BACKTEST].astype(bool)
    names = list(key)
    own = comparable(scores.loc[is_judged], names)
    return own.merge(comparable(labels, names), on=names, how="inner", validate="many_to_one")


def comparable(frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Return rows whose dates in the key compare as moments, whatever the engine gave."""
    dates = [name for name in key if name.endswith(("_date", "_at"))]
    return frame.assign(**{name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in dates})
