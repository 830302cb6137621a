"""What a contact is worth, from figures that only the business knows.

Belongs here: the threshold and the expected value that follow from them. Does not belong here: bands, which need no
money.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ml_assets.config import ValueConfig

FloatArray = npt.NDArray[np.float64]


def cost_threshold(value: ValueConfig) -> float | None:
    """Return the probability from which on a contact pays, or None where a figure is not set.

    At this probability ``probability * save_rate * margin`` equals the contact's cost. A threshold above 1 says that
    no contact pays.
    """
    if value.margin is None or value.contact_cost is None or value.save_rate is None:
        return None
    return value.contact_cost / (value.margin * value.save_rate)


def expected_value(probability: FloatArray, value: ValueConfig) -> FloatArray | None:
    """Return the money that a contact is expected to bring for each row, or None where a figure is not set."""
    if value.margin is None or value.contact_cost is None or value.save_rate is None:
        return None
    return np.asarray(probability * (value.save_rate * value.margin) - value.contact_cost, dtype=np.float64)
