"""The drift gate: effects of known size and known error rate, from the counts of two windows.

Belongs here: statistics of two windows. Does not belong here: pages that show them (``report``), what follows from them
(``decision``), where windows come from.
"""

from ml_assets.monitoring.gate.judge import judge

__all__ = ["judge"]
