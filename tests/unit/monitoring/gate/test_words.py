"""Windows of a column in a few words, whatever the column holds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.monitoring.gate.pairs import judged
from tests.unit.monitoring.gate.windows import numeric

_ROWS = 1_000


def column(share: float, low: float = 0.0, high: float = 1.0, missing: int = 0) -> np.ndarray:
    """Return a column with so many of the higher value."""
    values = np.where(np.arange(_ROWS) < share * _ROWS, high, low)
    values[_ROWS - missing :] = np.nan
    return values


@pytest.mark.parametrize(
    ("reference", "current", "words"),
    [
        (column(0.1), column(0.3), ("10.0% are 1", "30.0% are 1")),
        (column(0.0), column(0.3), ("0.0% are 1", "30.0% are 1")),
        (column(0.1), column(1.0), ("10.0% are 1", "100.0% are 1")),
        (column(0.25, 2.0, 3.0), column(0.5, 2.0, 3.0), ("25.0% are 3", "50.0% are 3")),
        (column(0.1, missing=500), column(0.3, missing=500), ("20.0% are 1", "60.0% are 1")),
        (column(0.1), column(0.3, high=2.0), ("median 0, middle half 0 to 0", "median 0, middle half 0 to 2")),
    ],
    ids=["yes and no", "no yes before", "only yes now", "two other values", "some missing", "three values"],
)
def test_of_two_values_the_share_of_the_larger_is_told(
    reference: np.ndarray, current: np.ndarray, words: tuple[str, str]
) -> None:
    found = judged(reference, current, numeric("is_late"))
    assert found.is_drifted
    assert (found.reference, found.current) == words
