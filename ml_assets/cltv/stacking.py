"""Columns that challengers read beside a question's features: what the laws expect, and the rules.

Belongs here: these columns and their names. Does not belong here: fitting the laws (``btyd``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.cltv.btyd.model import BuyTillYouDie
from ml_assets.cltv.panel import histories_of
from ml_assets.cltv.rules import DECAYED_SPEND, FREQUENCY_VALUE, ValueRule

FloatArray = npt.NDArray[np.float64]

EXPECTED_PURCHASES, EXPECTED_VALUE = "btyd_expected_purchases", "btyd_expected_value"
MEAN_VALUE, PROBABILITY_ALIVE = "btyd_mean_value", "btyd_probability_alive"
# Rules that are products of columns, which trees and sums would have to put together.
_RULES = (FREQUENCY_VALUE, DECAYED_SPEND)


def stacked(features: pd.DataFrame, laws: BuyTillYouDie | None, horizon: int) -> pd.DataFrame:
    """Return features with the laws' expectations for the horizon and the products of the rules beside them.

    A row's expectations follow from its own history and the parameters; which data these were fitted to is up to the
    caller.

    Parameters
    ----------
    features
        Features of a question.
    laws
        Fitted laws; None where there was too little to fit them to, and there are no columns of them.
    horizon
        Days.
    """
    columns = {rule.name: product(rule, features) for rule in _RULES}
    if laws is not None:
        histories = histories_of(features)
        purchases, mean = laws.expected_purchases(histories, horizon), laws.mean_value(histories)
        columns |= {
            EXPECTED_PURCHASES: purchases,
            MEAN_VALUE: mean,
            EXPECTED_VALUE: purchases * mean,
            PROBABILITY_ALIVE: laws.probability_alive(histories),
        }
    return features.assign(**columns)


def product(rule: ValueRule, features: pd.DataFrame) -> FloatArray:
    """Return the product of a rule's factors for each row."""
    logarithms = [
        factor.logarithm(features[factor.column].to_numpy(dtype=np.float64, na_value=np.nan)) for factor in rule.factors
    ]
    return np.asarray(np.exp(np.sum(logarithms, axis=0)), dtype=np.float64)
