"""What a number of rows can show at all.

Belongs here: minimum detectable effects. Does not belong here: effects that were measured.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm

SIGNIFICANCE = 0.05
POWER = 0.8


def standard_error_of_auc(auc: float, positives: int, negatives: int) -> float:
    """Return the standard error of an AUC from independent rows (Hanley and McNeil 1982, exponential scores)."""
    both_positive, both_negative = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc)
    variance += (positives - 1) * (both_positive - auc**2) + (negatives - 1) * (both_negative - auc**2)
    return float(np.sqrt(variance / (positives * negatives)))


def minimum_detectable_auc(label: npt.NDArray[np.float64]) -> float | None:
    """Return by how much an AUC must exceed 0.5 to be told from it, two-sided at 5 %, with a power of 80 %.

    Parameters
    ----------
    label
        1.0 yes, 0.0 no; rows with NaN do not count. Rows are taken as independent: where entities have several of
        them, less can be seen.

    Returns
    -------
    A difference above 0 and at most 0.5; None where not even a perfect order could be told from chance.
    """
    positives, negatives = int((label == 1).sum()), int((label == 0).sum())
    if not positives or not negatives:
        return None
    # Without any information the ranks are uniform, and the standard error is exact.
    by_chance = np.sqrt((positives + negatives + 1) / (12 * positives * negatives))
    at_chance, at_effect = norm.ppf(1 - SIGNIFICANCE / 2), norm.ppf(POWER)

    def margin(effect: float) -> float:
        return float(
            effect - at_chance * by_chance - at_effect * standard_error_of_auc(0.5 + effect, positives, negatives)
        )

    return float(brentq(margin, 0.0, 0.5)) if margin(0.5) > 0 else None
