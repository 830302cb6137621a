"""The drift gate: effects of known size and known error rate, from the counts of two windows.

Belongs here: statistics of two windows. Does not belong here: pages that show them (``report``), what follows from them
(``decision``), where windows come from.
"""

from ml_assets.monitoring.gate.judge import judge
from ml_assets.monitoring.gate.season import (
    SAME_MONTHS,
    TRAINING_WINDOW,
    NamedReference,
    same_months_of_the_year_before,
)

__all__ = ["SAME_MONTHS", "TRAINING_WINDOW", "NamedReference", "judge", "same_months_of_the_year_before"]
